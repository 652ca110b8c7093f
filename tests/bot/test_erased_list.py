"""Who was erased stays erased when an older backup is put back, also if the database before cannot be read."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import erased_list
from bot.backup import back_up, restore
from bot.cli.operations import warn_of_erased
from bot.erasing import Remembered, erase_again, remember_erased, run_retention
from bot.helpdesk import open_database
from bot.installation_secret import secret_path
from bot.settings import Settings
from handoff import outbox, signups
from handoff.by_address import forget_address
from handoff.conversations import open_conversation
from handoff.database import Database
from handoff.erasure import erase_conversation
from handoff.models.erasure import ErasedAddress
from handoff.models.outbox import Outgoing
from handoff.notices import Wish
from handoff.remembering import digest_address, list_erased
from handoff.subscriptions import find_subscriber, subscribe

ANNA, BERTA = "anna@example.org", "berta@example.org"
EVERYTHING = Wish()


class Clock:
    """A helpdesk's own, moved by a day at each step."""

    at = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path, clock: Clock) -> Settings:
    made = Settings(_env_file=None, data=tmp_path / "data")
    made.__dict__["clock"] = clock
    return made


def begin(database: Database) -> str:
    with database.transaction() as session:
        return open_conversation(session, channel="web", locale="lv", consent="1", page=None, greeting=[])[0].id


def subscribe_to(database: Database, address: str, channel: str = "email", talk: str | None = None) -> None:
    with database.transaction() as session:
        subscribe(session, EVERYTHING, channel=channel, address=address, locale="lv", conversation_id=talk)


def put_back(settings: Settings, saved: Path) -> int:
    before = remember_erased(settings)
    restore(settings, saved)
    with closing(open_database(settings)) as database:
        return erase_again(settings, database, before, by="restore")


def knows(settings: Settings, address: str, channel: str = "email") -> bool:
    with closing(open_database(settings)) as database, database.reading() as session:
        return find_subscriber(session, channel, address) is not None


def damage(settings: Settings) -> None:
    (settings.data / "helpdesk.sqlite3").write_bytes(b"no database any more" * 500)


def lose_nothing(_: Settings) -> None:
    """The database stays as it is."""


@pytest.mark.parametrize("befalls", [lose_nothing, damage], ids=["whole", "damaged"])
def test_whoever_was_erased_since_is_erased_again(
    settings: Settings, clock: Clock, tmp_path: Path, befalls: Callable[[Settings], None]
) -> None:
    with closing(open_database(settings)) as database:
        gone, stays = begin(database), begin(database)
        subscribe_to(database, "42", "telegram", gone)
        subscribe_to(database, ANNA)
        subscribe_to(database, BERTA)
        with database.transaction() as session:
            signups.begin(session, ANNA, signups.Choice(EVERYTHING), "lv")
            outbox.put(session, "email", ANNA, "news", "n1", {"text": "jaunumi"})
        back_up(settings, tmp_path / "saved.tar.gz")
        clock.at += timedelta(days=1)
        with database.transaction() as session:
            erase_conversation(session, gone)
            forget_address(session, ANNA)
        erased_list.complete_list(settings, database)
    befalls(settings)
    assert put_back(settings, tmp_path / "saved.tar.gz") == 3, "a conversation, a subscriber and a sign-up"
    assert [knows(settings, one) for one in (ANNA, BERTA)] == [False, True]
    assert not knows(settings, "42", "telegram")
    with closing(open_database(settings)) as database, database.reading() as session:
        names = list_erased(session)
        assert f"conversation:{gone}" in names
        assert f"conversation:{stays}" not in names
        letters = session.execute(select(Outgoing.state, Outgoing.address, Outgoing.payload)).all()
        assert letters == [("cancelled", "", {})]


def test_a_restore_of_a_restored_one_remembers_too(settings: Settings, clock: Clock, tmp_path: Path) -> None:
    with closing(open_database(settings)) as database:
        subscribe_to(database, ANNA)
        back_up(settings, tmp_path / "saved.tar.gz")
        clock.at += timedelta(days=1)
        with database.transaction() as session:
            forget_address(session, ANNA)
    assert put_back(settings, tmp_path / "saved.tar.gz") == 1
    clock.at += timedelta(days=1)
    assert put_back(settings, tmp_path / "saved.tar.gz") == 1
    assert not knows(settings, ANNA)


def test_whoever_subscribed_anew_after_being_erased_stays(
    settings: Settings, clock: Clock, tmp_path: Path
) -> None:
    with closing(open_database(settings)) as database:
        subscribe_to(database, ANNA)
        with database.transaction() as session:
            forget_address(session, ANNA)
        clock.at += timedelta(days=1)
        subscribe_to(database, ANNA)
        back_up(settings, tmp_path / "saved.tar.gz")
    assert put_back(settings, tmp_path / "saved.tar.gz") == 0
    assert knows(settings, ANNA)


def test_erased_again_after_subscribing_anew_is_erased(settings: Settings, clock: Clock, tmp_path: Path) -> None:
    with closing(open_database(settings)) as database:
        for step in range(2):
            subscribe_to(database, ANNA)
            if step:
                back_up(settings, tmp_path / "saved.tar.gz")
            clock.at += timedelta(days=1)
            with database.transaction() as session:
                forget_address(session, ANNA)
            erased_list.complete_list(settings, database)
    damage(settings)
    assert put_back(settings, tmp_path / "saved.tar.gz") == 1
    assert not knows(settings, ANNA)


def test_an_address_is_found_though_the_secret_came_back_older(
    settings: Settings, clock: Clock, tmp_path: Path
) -> None:
    with closing(open_database(settings)) as database:
        subscribe_to(database, ANNA)
    back_up(settings, tmp_path / "saved.tar.gz")
    secret_path(settings).write_text("another secret, long enough to be one")
    clock.at += timedelta(days=1)
    with closing(open_database(settings)) as database, database.transaction() as session:
        forget_address(session, ANNA)
    assert put_back(settings, tmp_path / "saved.tar.gz") == 1
    assert not knows(settings, ANNA)


def test_neither_list_nor_table_holds_an_address(settings: Settings) -> None:
    with closing(open_database(settings)) as database:
        subscribe_to(database, ANNA)
        with database.transaction() as session:
            forget_address(session, ANNA)
        assert erased_list.complete_list(settings, database) == 1
        assert erased_list.complete_list(settings, database) == 0
        with database.reading() as session:
            (digest,) = session.scalars(select(ErasedAddress.digest))
    path = erased_list.list_path(settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "anna" not in digest + path.read_text()
    assert digest != digest_address(b"", "email", ANNA), "whoever has not the secret cannot try addresses"


def test_the_running_helpdesk_adds_a_line_at_once(settings: Settings) -> None:
    async def live() -> str:
        with closing(open_database(settings)) as database:
            keeping = asyncio.create_task(erased_list.keep_list(settings, database))
            gone = await asyncio.to_thread(begin, database)
            with database.transaction() as session:
                erase_conversation(session, gone)
            async with asyncio.timeout(20):
                while not erased_list.read_list(settings):
                    await asyncio.sleep(0.02)
            keeping.cancel()
        return gone

    gone = asyncio.run(live())
    assert list(erased_list.read_list(settings)) == [f"conversation:{gone}"]


def test_it_is_remembered_for_as_long_as_the_audit(settings: Settings, clock: Clock) -> None:
    with closing(open_database(settings)) as database:
        subscribe_to(database, ANNA)
        with database.transaction() as session:
            forget_address(session, ANNA)
        run_retention(settings, database)
        assert len(erased_list.read_list(settings)) == 1
        clock.at += timedelta(days=settings.keep_audit_days, hours=1)
        assert run_retention(settings, database).deleted["erasures"] == 1
    assert erased_list.read_list(settings) == {}


def test_a_line_cut_short_is_passed_over(settings: Settings) -> None:
    settings.data.mkdir()
    whole = "2026-11-24T08:00:00+00:00 conversation:a\n"
    erased_list.list_path(settings).write_text(f"{whole}\n2026-11-\n{whole}", "utf-8")
    assert list(erased_list.read_list(settings)) == ["conversation:a"]


def test_what_is_not_remembered_is_left_to_the_operator_in_words(settings: Settings, clock: Clock) -> None:
    assert not remember_erased(settings).whole
    today = clock.at.isoformat()
    (unread,) = warn_of_erased(settings, False, today)
    assert "has to be erased again" in unread
    (old,) = warn_of_erased(settings, True, (clock.at - timedelta(days=400)).isoformat())
    assert "365 days" in old
    assert list(warn_of_erased(settings, True, today)) == []


def test_an_unknown_address_brings_nobody_down(settings: Settings) -> None:
    known = Remembered(
        {"address:none": datetime.now(timezone.utc), "odd": datetime.now(timezone.utc)}, (b"x",), True
    )
    with closing(open_database(settings)) as database:
        subscribe_to(database, ANNA)
        assert erase_again(settings, database, replace(known), by="restore") == 0
    assert knows(settings, ANNA)
