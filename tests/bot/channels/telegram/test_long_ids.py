"""A call whose id fits neither a button nor a deep link is still one press or one link away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channels.telegram import CODED_CALL, PAYLOAD, call_payload
from bot.helpdesk import Helpdesk, Knowledge
from bot.replies import buttons
from bot.replies.call_codes import code_call, find_coded
from handoff.subscriptions import list_subscriptions
from tests.bot.channels.telegram.rig import Rig
from tests.telegram_api import TelegramApi

ANNA = 7001
LONG = "horizon-" + "ļoti-gars-" * 8 + "01"
TITLE = "Konkurss ar ļoti garu numuru"


def add_long_call(helpdesk: Helpdesk) -> None:
    knowledge = helpdesk.knowledge
    call = replace(knowledge.catalogue.calls[0], id=LONG, title=TITLE)
    catalogue = replace(knowledge.catalogue, calls=(*knowledge.catalogue.calls, call))
    helpdesk.knowledge = Knowledge(catalogue, knowledge.retriever)


@pytest.mark.parametrize("call_id", ["konkurss-3", "a" * 59, "a" * 60, "a" * 120, "ar.punktu", LONG])
def test_every_id_has_a_payload_that_telegram_passes_on(call_id: str) -> None:
    payload = call_payload(call_id)
    assert PAYLOAD.fullmatch(payload)
    assert payload.startswith(CODED_CALL) == (len(call_id) > 59 or call_id in ("ar.punktu", LONG))


def test_a_button_carries_a_code_where_the_id_is_too_long() -> None:
    value = buttons.encode("call_applicants", call=LONG)
    assert value == f"call_applicants:call={code_call(LONG)}"
    assert len(value.encode()) <= 64
    assert buttons.encode("call_applicants", call="konkurss-3") == "call_applicants:call=konkurss-3"


def test_a_code_means_one_call(helpdesk: Helpdesk) -> None:
    add_long_call(helpdesk)
    calls = helpdesk.knowledge.catalogue.calls
    assert len({code_call(call.id) for call in calls}) == len({call.id for call in calls})
    found = find_coded(calls, code_call(LONG))
    assert found
    assert found.id == LONG
    assert find_coded(calls, "~nothing") is None


def test_a_link_to_a_long_call_opens_it_and_its_button_subscribes(rig: Rig, api: TelegramApi) -> None:
    add_long_call(rig.helpdesk)
    api.say(ANNA, f"/start {call_payload(LONG)}")
    rig.await_text(ANNA, TITLE)
    api.press(ANNA, "Atgādināt")
    rig.await_text(ANNA, "atgādināšu šeit par konkursa")
    held = rig.read(lambda session: list_subscriptions(session, "telegram", str(ANNA)))
    assert [one.wish.call_id for one in held] == [LONG]


def test_a_payload_that_is_none_greets(rig: Rig, api: TelegramApi) -> None:
    api.say(ANNA, "/start call_a;status=open;x=y")
    rig.await_texts(ANNA, 1)
    rig.settle()
    assert len(api.chat(ANNA).messages) == 1
