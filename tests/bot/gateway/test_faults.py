"""The database locked, the disk full, a stop in the middle: people are told, and nothing accepted is lost."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from bot.gateway import turns, uploads
from bot.gateway.turns import TurnWorker
from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import ROOT, Settings
from handoff import database as module
from handoff.conversations import next_turns
from tests.bot.gateway.conftest import new_id
from tests.handoff.world import ClockInHand, World
from tests.serving import free_port, open_helpdesk, serve
from tests.visiting import Visitor

QUESTION = "Kas ir sociālā inovācija?"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    monkeypatch.setattr(turns, "TRIES_EVERY", 0.05)


@contextmanager
def locked(helpdesk: Helpdesk) -> Iterator[None]:
    """Another program holds the file's one writing place."""
    with closing(sqlite3.connect(helpdesk.settings.data / "helpdesk.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.fixture
def patient_client(impatient: None, client: TestClient, helpdesk: Helpdesk) -> TestClient:
    """Connections made before the patience was cut keep theirs."""
    helpdesk.database.engine.dispose()
    helpdesk.database.engine = module.make_engine(helpdesk.database.url)
    helpdesk.database._writing.configure(bind=helpdesk.database.engine)
    return client


def test_while_the_database_is_locked_people_are_told_and_may_send_again(
    patient_client: TestClient, helpdesk: Helpdesk
) -> None:
    visitor, id = Visitor.begin(patient_client), new_id()
    with locked(helpdesk):
        refused = visitor.say(QUESTION, id=id)
        assert (refused.status_code, refused.json()["code"]) == (503, "busy")
        assert refused.json()["title"] == "Brīdi aizņemts"
        assert refused.headers["Retry-After"] == "2"
        assert [one["seq"] for one in visitor.read()] == [1]
        assert patient_client.get("/health").status_code == 200
    assert visitor.say(QUESTION, id=id).status_code == 202
    assert visitor.wait_for_answer(2)["kind"] == "answer"
    assert [one["seq"] for one in visitor.read()] == [1, 2, 3]


def test_an_answer_that_cannot_be_recorded_yet_is_kept(
    patient_client: TestClient, helpdesk: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed, may_record = threading.Event(), threading.Event()
    record = TurnWorker._record

    def record_later(worker: TurnWorker, *given: Any) -> None:
        composed.set()
        may_record.wait(10)
        record(worker, *given)

    monkeypatch.setattr(TurnWorker, "_record", record_later)
    visitor = Visitor.begin(patient_client)
    visitor.say(QUESTION)
    assert composed.wait(20)
    with locked(helpdesk):
        may_record.set()
        assert visitor.say("vēl").status_code == 503
    assert visitor.wait_for_answer(2)["kind"] == "answer"


def test_a_full_disk_is_told_and_takes_nothing_by_halves(
    client: TestClient, helpdesk: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TurnWorker, "lease", lambda self: [])
    visitor = Visitor.begin(client)
    with helpdesk.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(helpdesk.database.engine, "checkout", limit)
    sent = [visitor.say("vārds " * 300) for _ in range(40)]
    taken = [one for one in sent if one.status_code == 202]
    refused = [one for one in sent if one.status_code != 202]
    assert refused
    assert {one.status_code for one in refused} == {503}
    assert refused[0].json()["code"] == "storage_full"
    assert refused[0].json()["title"] == "Šobrīd neko nevar saglabāt"
    assert len(visitor.read()) == 1 + len(taken)
    event.remove(helpdesk.database.engine, "checkout", limit)
    event.listen(helpdesk.database.engine, "checkout", unlimit)
    assert visitor.say("nu ir vieta").status_code == 202


def unlimit(connection: Any, *_: object) -> None:
    connection.execute("PRAGMA max_page_count=1000000")


def test_a_file_that_finds_no_room_is_refused_in_words(
    client: TestClient, helpdesk: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is played by the one function that writes to it."""

    def find_no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads, "keep_file", find_no_room)
    monkeypatch.setattr(TurnWorker, "lease", lambda self: [])
    world = World(helpdesk.database, ClockInHand())
    talk = world.visitor()
    world.claim(world.coordinator("Anna"), world.ask_person(talk).number)
    visitor = Visitor(client, talk, world.tokens[talk])
    before = len(visitor.read())
    told = client.post(f"{visitor.path}/files", files={"file": ("a.txt", b"a")}, headers=visitor.headers)
    assert (told.status_code, told.json()["code"]) == (503, "storage_full")
    assert len(visitor.read()) == before


LIMITED = """
import pathlib, resource, sys
from handoff.attachments import keep_file
from handoff.failures import Cause, find_cause
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    keep_file(pathlib.Path(sys.argv[1]), "a.txt", b"a" * 5000)
except OSError as error:
    assert find_cause(error) is Cause.FULL
    sys.exit(7)
"""


def test_a_file_that_the_disk_cuts_short_is_not_left_behind(tmp_path: Path) -> None:
    """The kernel itself refuses, as it does on a full disk."""
    done = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path)], cwd=ROOT, check=False)
    assert done.returncode == 7
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_stop_lets_a_turn_under_way_end(
    knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The listener is let go at once, the answer that was being made is recorded."""
    under_way, record = threading.Event(), TurnWorker._record

    def record_slowly(worker: TurnWorker, *given: Any) -> None:
        under_way.set()
        stopping.wait(10)
        record(worker, *given)

    stopping = threading.Event()
    monkeypatch.setattr(TurnWorker, "_record", record_slowly)
    settings = Settings(_env_file=None, data=tmp_path / "data", port=free_port())
    with open_helpdesk(settings, knowledge) as helpdesk:
        with serve(helpdesk) as served, httpx2.Client(base_url=served.url, trust_env=False, timeout=20) as client:
            visitor = Visitor.begin(client)  # type: ignore[arg-type]
            assert visitor.say(QUESTION).status_code == 202
            assert under_way.wait(20)
            with client.stream("GET", f"{visitor.path}/events", headers=visitor.headers) as stream:
                lines = stream.iter_lines()
                assert next(lines) == ": welcome"
                stopper = threading.Thread(target=served.stop)
                stopper.start()
                list(lines)
            stopping.set()
            stopper.join(30)
        with helpdesk.database.transaction() as session:
            assert next_turns(session) == []
        with serve(helpdesk) as served, httpx2.Client(base_url=served.url, trust_env=False, timeout=20) as client:
            visitor.client = client  # type: ignore[assignment]
            assert [one["author"] for one in visitor.read()] == ["bot", "visitor", "bot"]
