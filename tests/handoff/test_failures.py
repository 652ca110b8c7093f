"""The database locked, full, damaged or gone: the real thing, on real engines."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from handoff import database as module
from handoff.database import Database
from handoff.failures import UNAVAILABLE, Cause, DatabaseBusy, find_cause
from knowledge.clock import system_clock
from tests.handoff.world import ClockInHand, World
from tests.postgres import Postgres, run_postgres


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Path:
    copy = tmp_path / "helpdesk.sqlite3"
    copy.write_bytes(sqlite_template.read_bytes())
    return copy


@pytest.fixture
def live(file: Path) -> Iterator[World]:
    clock = ClockInHand()
    database = Database(f"sqlite:///{file}", clock)
    yield World(database, clock)
    database.close()


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Another program writes and does not end."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def cause_of(call: Callable[[], Any]) -> Cause | None:
    with pytest.raises(UNAVAILABLE) as caught:
        call()
    return find_cause(caught.value)


def test_many_that_open_a_new_file_at_once_all_come_in(tmp_path: Path) -> None:
    """Without waiting of our own about one in a hundred is refused: "database is locked", after no time at all."""
    refused: list[BaseException] = []

    def enter(path: Path, gate: threading.Barrier) -> None:
        engine = module.make_engine(f"sqlite:///{path}")
        gate.wait()
        try:
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE IF NOT EXISTS met (name TEXT)"))
        except BaseException as error:
            refused.append(error)
        engine.dispose()

    for number in range(40):
        gate = threading.Barrier(6)
        crowd = [threading.Thread(target=enter, args=(tmp_path / f"{number}.db", gate)) for _ in range(6)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
    assert refused == []


def test_a_writer_is_told_that_the_file_is_locked_and_readers_read_on(
    live: World, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    impatient = Database(f"sqlite:///{file}", system_clock)
    talk = live.visitor()
    with held(file):
        assert cause_of(lambda: World(impatient, live.clock).say(talk)) is Cause.BUSY
        assert live.conversation(talk).owner == "bot"
    assert World(impatient, live.clock).say(talk).seq == 2
    impatient.close()


def test_writers_beyond_those_that_may_wait_are_refused_at_once(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live.database, "_queue", threading.BoundedSemaphore(1))
    inside, told = threading.Event(), threading.Event()

    def hold() -> None:
        with live.database.transaction():
            inside.set()
            told.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(10)
    waiter = threading.Thread(target=live.visitor)
    waiter.start()
    while live.database._queue.acquire(blocking=False):
        live.database._queue.release()
    with pytest.raises(DatabaseBusy), live.database.transaction():
        pass
    told.set()
    holder.join()
    waiter.join()


def test_a_full_disk_takes_nothing_by_halves_and_needs_no_repair(live: World) -> None:
    talk = live.visitor()
    with live.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    def limit(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    live.database.engine.dispose()
    event.listen(live.database.engine, "connect", limit)
    said = 0

    def say_much() -> None:
        nonlocal said
        while said < 500:
            live.say(talk, "vārds " * 100)
            said += 1

    assert cause_of(say_much) is Cause.FULL
    assert [one.seq for one in live.messages(talk)] == list(range(1, said + 2))
    event.remove(live.database.engine, "connect", limit)
    live.database.engine.dispose()
    assert live.say(talk).seq == said + 2


def test_a_damaged_file_is_named_as_such(live: World, file: Path) -> None:
    live.visitor()
    live.database.close()
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    file.write_bytes(bytes(content))
    assert cause_of(live.visitor) is Cause.DAMAGED
    file.write_bytes(b"not a database at all" * 500)
    live.database.engine.dispose()
    assert cause_of(live.visitor) is Cause.DAMAGED


def test_a_mistake_of_ours_is_no_failure_of_the_database(live: World) -> None:
    with pytest.raises(UNAVAILABLE) as caught, live.database.reading() as session:
        session.execute(text("SELECT nothing FROM nowhere"))
    assert find_cause(caught.value) is None
    assert find_cause(ValueError()) is None


@pytest.fixture(scope="module")
def own_server() -> Iterator[Postgres]:
    """One that may be stopped without harm to other tests."""
    with run_postgres() as server:
        yield server


def test_a_server_that_went_away_and_came_back_is_used_again(own_server: Postgres) -> None:
    clock = ClockInHand()
    database = Database(own_server.url(own_server.create()), clock)
    database.migrate()
    world, woken = World(database, clock), threading.Event()
    talk = world.visitor()
    unsubscribe = database.broker.subscribe("anything", woken.set)
    assert database.broker.listening.wait(10)  # type: ignore[attr-defined]
    own_server.stop()
    assert cause_of(lambda: world.say(talk)) is Cause.GONE
    assert cause_of(lambda: world.conversation(talk)) is Cause.GONE
    woken.clear()
    own_server.start()
    assert world.say(talk).seq == 2
    assert woken.wait(20), "what was missed meanwhile is looked for as soon as it listens again"
    unsubscribe()
    database.close()


def test_nobody_waits_for_a_lock_for_ever(own_server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 1)
    clock = ClockInHand()
    database = Database(own_server.url(own_server.create()), clock)
    database.migrate()
    world = World(database, clock)
    talk = world.visitor()
    with database.engine.begin() as other:
        other.execute(text("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE"))
        assert cause_of(lambda: world.say(talk)) is Cause.BUSY
    assert world.say(talk).seq == 2
    database.close()
