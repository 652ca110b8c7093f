"""A hold at the desk: its form for administrators, its reason for everybody who answers."""

from __future__ import annotations

import pytest

from bot.helpdesk import Helpdesk
from tests.bot.gateway.signing_in import administrator, sign_in
from tests.visiting import Visitor

WHY = "Strīds par <b>līgumu</b>"


@pytest.fixture
def number(helpdesk: Helpdesk, visitor: Visitor) -> int:
    visitor.wait_for_answer(visitor.say("Gribu runāt ar cilvēku").json()["message"]["seq"])
    return 1


def test_an_administrator_holds_a_request_and_lifts_it(helpdesk: Helpdesk, number: int) -> None:
    with administrator(helpdesk) as boss:
        assert "/inbox/1/hold" in boss.get(f"/inbox/{number}").text
        held = boss.post(f"/inbox/{number}/hold", note=WHY).text
        assert "Pieteikums ir paturēts" in held
        assert "Strīds par &lt;b&gt;līgumu&lt;/b&gt;" in held
        assert "/inbox/1/unhold" in held
        lifted = boss.post(f"/inbox/{number}/unhold", note="Beidzies", lang="en").text
        assert "/inbox/1/hold" in lifted
        assert '<span class="tag warn">Paturēts</span>' not in lifted
        trail = boss.get("/inbox/administration/audit.csv").text
        assert ",request.hold,request:1,{}" in trail
        assert "Strīds" not in trail


def test_a_reason_is_asked_for_and_what_was_written_is_kept(helpdesk: Helpdesk, number: int) -> None:
    with administrator(helpdesk) as boss:
        refused = boss.post(f"/inbox/{number}/hold", note="  ")
        assert refused.status_code == 422
        assert "Uzrakstiet tekstu." in refused.text


def test_a_coordinator_sees_a_hold_and_cannot_change_it(helpdesk: Helpdesk, number: int) -> None:
    with administrator(helpdesk) as boss:
        boss.post(f"/inbox/{number}/hold", note=WHY)
    with sign_in(helpdesk, "Anna", "coordinator") as anna:
        page = anna.get(f"/inbox/{number}").text
        assert "Strīds par &lt;b&gt;līgumu&lt;/b&gt;" in page
        assert "/inbox/1/unhold" not in page
        assert anna.post(f"/inbox/{number}/unhold", note="man vajag").status_code == 403
        assert '<span class="tag warn">Paturēts</span>' in anna.get(f"/inbox/{number}").text
