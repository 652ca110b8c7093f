"""More than it can do is refused at once and in words, and what was accepted is kept."""

from __future__ import annotations

import re
import threading

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from bot.backlog import Backlog
from bot.gateway import places, streams
from bot.gateway.admission import Bound, BoundedWork, default_bounds
from bot.gateway.streams import Streams
from bot.gateway.turns import TurnWorker
from bot.helpdesk import Helpdesk
from handoff.conversations import next_turns
from handoff.models.message import MessageRow, TurnRow
from tests.bot.gateway.conftest import new_id
from tests.visiting import Visitor


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers: what is said waits."""
    monkeypatch.setattr(TurnWorker, "lease", lambda self: [])


def count_messages(helpdesk: Helpdesk, author: str = "visitor") -> int:
    with helpdesk.database.reading() as session:
        return int(session.scalar(select(func.count()).where(MessageRow.author == author)) or 0)


@pytest.mark.usefixtures("idle")
def test_a_long_queue_is_told_and_a_longer_one_refuses(helpdesk: Helpdesk, visitor: Visitor) -> None:
    for _ in range(60):
        helpdesk.backlog.note(20.0)
    assert visitor.say("pirmais").json()["place"] == {"ahead": 0, "seconds": 20}
    told = [visitor.say(f"ziņa {number}") for number in range(12)]
    taken = [one for one in told if one.status_code == 202]
    refused = [one for one in told if one.status_code == 429]
    assert len(taken) == 8
    assert len(refused) == 4
    problem = refused[0].json()
    assert problem["code"] == "overloaded"
    assert problem["title"] == "Šobrīd ir ļoti daudz jautājumu"
    assert 5 <= int(refused[0].headers["Retry-After"]) <= 30
    assert count_messages(helpdesk) == len(taken) + 1


@pytest.mark.usefixtures("idle")
def test_what_was_taken_in_is_never_refused_when_it_is_sent_again(helpdesk: Helpdesk, visitor: Visitor) -> None:
    id = new_id()
    assert visitor.say("ziņa", id=id).status_code == 202
    for _ in range(60):
        helpdesk.backlog.note(places.LONGEST_WAIT * 2)
    again = visitor.say("ziņa", id=id)
    assert (again.status_code, again.json()["duplicate"]) == (202, True)
    assert visitor.say("cita").status_code == 429


@pytest.mark.usefixtures("idle")
def test_those_who_are_refused_take_no_writers_time(helpdesk: Helpdesk, visitor: Visitor) -> None:
    """Refused by what was counted a moment ago: even while somebody else writes."""
    id = new_id()
    assert visitor.say("ziņa", id=id).status_code == 202
    helpdesk.backlog.note_waiting(10_000)
    with helpdesk.database.transaction():
        assert visitor.say("cita").status_code == 429
    helpdesk.backlog.note_waiting(10_000)
    assert visitor.say("ziņa", id=id).json()["duplicate"]


def test_waiting_is_expected_by_how_fast_turns_are_answered_while_some_wait() -> None:
    backlog = Backlog()
    assert backlog.expect(0) == pytest.approx(0.2)
    assert backlog.expect_lately() == 0.0
    backlog.note_waiting(100)
    for _ in range(300):
        backlog.note(4.0)
    assert backlog.expect_lately() < backlog.expect(1000)
    assert backlog.expect(0) == pytest.approx(4.0, abs=0.01)
    backlog.note_waiting(0)
    backlog.note(4.0)
    assert backlog.expect(8) == pytest.approx(3 * 4.0, abs=0.1)


def test_an_idle_helpdesk_tells_no_place(visitor: Visitor) -> None:
    assert visitor.say("Sveiki").json()["place"] is None


def test_requests_beyond_the_bound_are_refused_and_places_come_free(helpdesk: Helpdesk) -> None:
    gate, inside = threading.Event(), threading.Semaphore(0)
    app, bound = FastAPI(), Bound("requests", re.compile("/"), 2)
    app.state.helpdesk = helpdesk
    app.add_middleware(BoundedWork, bounds=(bound,))

    @app.get("/x")
    def work() -> str:
        inside.release()
        gate.wait(10)
        return "done"

    client = TestClient(app)
    threads = [threading.Thread(target=client.get, args=("/x",)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert inside.acquire(timeout=10)
    refused = client.get("/x", headers={"Accept-Language": "en"})
    assert (refused.status_code, refused.json()["title"]) == (429, "Very many questions just now")
    gate.set()
    for thread in threads:
        thread.join()
    assert client.get("/x").json() == "done"
    assert bound.in_hand == 0


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/ask", "questions"),
        ("/api/v1/conversations/x/messages", "requests"),
        ("/library", "requests"),
        ("/health", None),
        ("/metrics", None),
        ("/api/v1/conversations/x/events", None),
    ],
)
def test_what_tells_how_it_is_never_waits_for_a_place(path: str, name: str | None) -> None:
    found = next((bound.name for bound in default_bounds() if bound.path.match(path)), None)
    assert found == name


def test_streams_are_bounded_for_one_conversation_and_in_all(
    client: TestClient, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MOST_STREAMS", 0)
    refused = client.get(f"{visitor.path}/events", headers=visitor.headers)
    assert (refused.status_code, refused.json()["code"]) == (429, "overloaded")


def test_a_stream_that_ends_gives_its_place_back() -> None:
    class Open:
        topic = "conversation:1"

    counted = Streams()
    opened = [Open() for _ in range(streams.MOST_OF_ONE)]
    for one in opened:
        counted.add(one)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="overloaded"):
        counted.admit("conversation:1")
    counted.admit("conversation:2")
    counted.remove(opened[0])  # type: ignore[arg-type]
    counted.admit("conversation:1")


@pytest.mark.usefixtures("idle")
def test_a_worker_that_is_stopped_gives_its_turns_back(helpdesk: Helpdesk, client: TestClient) -> None:
    visitor = Visitor.begin(client)
    visitor.say("Kas ir sociālā inovācija?")
    with helpdesk.database.transaction() as session:
        turns = next_turns(session)
    TurnWorker(helpdesk, None).give_back(turns)
    with helpdesk.database.reading() as session:
        row = session.scalars(select(TurnRow)).one()
    assert (row.leased_until, row.attempts) == (None, 0)
