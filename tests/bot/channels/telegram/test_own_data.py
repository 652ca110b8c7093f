"""A person's data as a file in their own chat."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from handoff.erasure import erase_conversation
from handoff.models.outbox import Outgoing
from tests.bot.channels.telegram.rig import HandClock, Rig
from tests.bot.channels.telegram.test_conversation import ANNA, begin
from tests.telegram_api import USERNAME, TelegramApi

GROUP = -100


def ask(rig: Rig, api: TelegramApi, command: str = "/mani_dati") -> dict[str, Any]:
    before = len(api.sent_files)
    api.say(ANNA, command)
    api.wait_for(lambda: len(api.sent_files) > before)
    chat, name, body = api.sent_files[-1]
    assert (chat, name) == (ANNA, "mani-dati.json")
    told: dict[str, Any] = json.loads(body)
    return told


def held_up(rig: Rig) -> list[str | None]:
    """Why what waits to be sent could not be sent yet."""
    with rig.helpdesk.database.reading() as session:
        return list(session.scalars(select(Outgoing.reason).where(Outgoing.state == "waiting")))


def test_all_that_was_said_comes_as_a_file(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.say(ANNA, "Kas ir sociālā inovācija?")
    rig.await_text(ANNA, "jaunas sadarbības formas")
    told = ask(rig, api)
    assert told["conversation"]["external_id"] == str(ANNA)
    assert "Kas ir sociālā inovācija?" in [message["text"] for message in told["messages"]]
    assert "viss, kas par Jums" in api.chat(ANNA).texts[-1]
    assert [message.text for message in rig.record(ANNA)][-1] != "/mani_dati", "asking for it adds nothing"
    assert ask(rig, api, "/my_data")["messages"] == told["messages"]


def test_it_goes_out_again_if_telegram_stumbles(rig: Rig, api: TelegramApi, clock: HandClock) -> None:
    begin(rig, api)
    api.fail("sendDocument", 429, "Too Many Requests: retry after 1", retry_after=1)
    api.say(ANNA, "/mani_dati")
    api.wait_for(lambda: held_up(rig) == ["flood"])
    clock.move(seconds=2)
    api.wait_for(lambda: api.sent_files)
    assert json.loads(api.sent_files[0][2])["messages"]


def test_where_nothing_is_kept_that_is_said_and_nothing_begins(rig: Rig, api: TelegramApi) -> None:
    api.say(ANNA, "/mani_dati")
    rig.await_text(ANNA, "nekas nav saglabāts")
    assert rig.conversation(ANNA) is None
    assert api.sent_files == []


def test_what_was_erased_meanwhile_does_not_go_out(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    conversation = rig.conversation(ANNA)
    assert conversation
    api.fail("sendDocument", 429, "Too Many Requests: retry after 30", retry_after=30)
    api.say(ANNA, "/mani_dati")
    api.wait_for(lambda: held_up(rig) == ["flood"])
    rig.write(lambda session: erase_conversation(session, conversation.id))
    rig.settle()
    assert api.sent_files == []


def test_in_a_group_it_is_a_matter_for_the_private_chat(rig: Rig, api: TelegramApi) -> None:
    api.chat(GROUP)
    api.say(GROUP, f"/mani_dati@{USERNAME}", user=ANNA)
    rig.await_text(GROUP, "privātā sarunā")
    assert api.sent_files == []
