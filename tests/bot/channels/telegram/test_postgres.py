"""The channel on PostgreSQL, as in production: one person and a coordinator for a day, and two rounds at once."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.channels.announcer import Announcer
from bot.helpdesk import Helpdesk
from bot.settings import Settings
from handoff.conversations import find_conversation_at
from handoff.coordinators import add_coordinator, list_coordinators
from handoff.links import make_link_code
from handoff.models.outbox import Outgoing
from tests.bot.channels.telegram.rig import HandClock, Rig
from tests.bot.channels.telegram.test_broadcast import add_subscribers, counts, publish
from tests.bot.channels.telegram.test_subscriptions import calls_of, change_calls, new_call, subscribe, tell
from tests.postgres import Postgres, run_postgres
from tests.telegram_api import TOKEN, TelegramApi

ANNA, ILZE = 7001, 9001
MANY = 150


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with run_postgres() as server:
        yield server


@pytest.fixture
def settings(api: TelegramApi, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """In place of those with SQLite."""
    name = postgres.create()
    yield Settings(
        _env_file=None,
        telegram_token=SecretStr(TOKEN),
        telegram_api=api.url,
        data=tmp_path_factory.mktemp("data"),
        database_url=postgres.url(name),
    )
    postgres.drop(name)


def link_coordinator(rig: Rig, api: TelegramApi) -> None:
    rig.write(
        lambda s: add_coordinator(s, email="ilze@example.lv", name="Ilze", role="coordinator", with_token=False)
    )
    (one,) = rig.read(list_coordinators)
    api.say(ILZE, f"/start c_{rig.write(lambda session: make_link_code(session, one.id))}")
    rig.await_text(ILZE, "ilze@example.lv")


def test_a_day_of_one_person_and_a_coordinator(rig: Rig, api: TelegramApi, clock: HandClock) -> None:
    link_coordinator(rig, api)
    tell(rig)
    subscribe(rig, api)
    question = api.say(ANNA, "Kas ir sociālā inovācija?")
    rig.await_text(ANNA, "rada jaunas sadarbības formas")
    api.edit(question, "Kas ir sociālās inovācijas?")
    api.wait_for(lambda: any("inovācijas?" in message.text for message in rig.record(ANNA)))
    api.say(ANNA, "/cilveks")
    api.wait_for(lambda: rig.number(ANNA))
    number = rig.number(ANNA)
    alert = rig.await_text(ILZE, f"Nr. {number}")
    api.press(ILZE, "Paņemt")
    api.wait_for(lambda: str(getattr(rig.conversation(ANNA), "owner", "")) == "coordinator")
    shown = next(one for one in api.chat(ILZE).messages if one["text"] == alert or f"Nr. {number}" in one["text"])
    api.say(ILZE, "Labdien, te Ilze.", reply_to_message=shown)
    assert "Ilze" in rig.await_text(ANNA, "Labdien, te Ilze.")
    rig.settle()
    rig.stop()
    clock.move(days=1)
    change_calls(rig, *calls_of(rig), new_call(rig))
    tell(rig)
    rig.start()
    rig.await_text(ANNA, "Jaunais konkurss senioriem")
    rig.settle()
    assert sum("Jaunais konkurss senioriem" in text for text in api.chat(ANNA).texts) == 1
    api.say(ANNA, "/dzest")
    rig.await_text(ANNA, "Vai dzēst šo sarunu?")
    api.press(ANNA, "Dzēst visu")
    rig.await_text(ANNA, "Saruna ir dzēsta")
    assert rig.read(lambda session: find_conversation_at(session, "telegram", str(ANNA))) is None


def test_two_rounds_at_once_tell_nobody_twice(helpdesk: Helpdesk, api: TelegramApi, clock: HandClock) -> None:
    """As two replicas would, with a stop in the middle."""
    Announcer(helpdesk).observe()
    add_subscribers(helpdesk, api, MANY)
    clock.move(days=1)
    publish(helpdesk)
    Announcer(helpdesk).observe()

    def go_round() -> None:
        while Announcer(helpdesk).tell_some():
            pass

    rounds = [Thread(target=go_round) for _ in range(2)]
    for one in rounds:
        one.start()
    rig = Rig(helpdesk, api, answers=False)
    with rig:
        api.wait_for(lambda: sum(counts(api, MANY)) >= 40)
    for one in rounds:
        one.join(60)
    with rig:
        api.wait_for(lambda: not rig.waiting(), 60)
    assert counts(api, MANY) == [1] * MANY
    with helpdesk.database.reading() as session:
        assert {row.state for row in session.scalars(select(Outgoing))} == {"sent"}
