"""What the bot offers where it cannot write first: the form for e-mail, with what was said chosen already."""

from __future__ import annotations

from dataclasses import replace

from bot.helpdesk import Helpdesk
from bot.replies.memory import Memory
from bot.replies.reminders import subscribe
from bot.replies.situation import Situation
from tests.bot.channels.email.conftest import make_settings

ASKED = Situation("gribu ziņas par jaunatnes konkursiem", "lv", intent="subscribe")


def offer(helpdesk: Helpdesk, situation: Situation) -> str:
    (draft,) = subscribe(helpdesk, situation, Memory.of(situation))
    assert draft.effect is None, "nobody is subscribed by saying so"
    return draft.text


def test_the_form_is_offered_with_the_theme_chosen(helpdesk: Helpdesk) -> None:
    text = offer(helpdesk, replace(ASKED, entities={"theme": ["youth"], "region": ["latgale"]}))
    assert "[pieteikties](/calls/subscribe?theme=youth&region=latgale&lang=lv)" in text
    assert "(/calls.ics)" in text


def test_one_call_can_be_followed(helpdesk: Helpdesk) -> None:
    call = helpdesk.knowledge.catalogue.calls[0]
    situation = replace(ASKED, value=f"subscribe:call={call.id}", entities={"call": [call.id]})
    text = offer(helpdesk, situation)
    assert f"/calls/subscribe?call={call.id}&lang=lv" in text
    assert call.title in text


def test_without_a_mail_server_no_letters_are_promised(helpdesk: Helpdesk) -> None:
    helpdesk.settings = make_settings(helpdesk.settings.data)
    text = offer(helpdesk, ASKED)
    assert "/calls/subscribe" not in text
    assert "e-past" not in text
    assert "(/calls.atom)" in text


def test_telegram_is_offered_only_where_there_is_one(helpdesk: Helpdesk) -> None:
    assert "Telegram" not in offer(helpdesk, ASKED)
    helpdesk.telegram_name = "palidzibas_bot"
    assert "https://t.me/palidzibas_bot?start=subscribe" in offer(helpdesk, ASKED)
