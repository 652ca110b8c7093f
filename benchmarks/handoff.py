"""Claims and messages a second on both databases, and the inbox over 10 000 requests.

    python -m benchmarks handoff          CLAIMS=1000 MESSAGES=1000 REQUESTS=10000

Two processes race for every claim; four threads write messages. Ratios matter, not the numbers: both databases are
measured in one run on one machine.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, insert, select

from handoff import requests
from handoff.database import Database
from handoff.models.conversation import Conversation
from handoff.models.message import MessageRow
from handoff.models.request import Request
from handoff.views import Actor
from knowledge.clock import system_clock
from tests.handoff.world import ClockInHand, World, text
from tests.postgres import run_postgres

CLAIMS = int(os.environ.get("CLAIMS", "1000"))
MESSAGES = int(os.environ.get("MESSAGES", "1000"))
REQUESTS = int(os.environ.get("REQUESTS", "10000"))
ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="bench-handoff-") as folder, run_postgres() as server:
        yield {"sqlite": f"sqlite:///{folder}/bench.sqlite3", "postgresql": server.url(server.create())}


def open_world(url: str) -> World:
    database = Database(url, system_clock)
    database.migrate()
    return World(database, ClockInHand(system_clock()))


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def race_for_claims(world: World, people: list[Actor]) -> tuple[float, int]:
    """Seconds from the start to the last claim, and how many requests were claimed by exactly one of two."""
    for _ in range(CLAIMS):
        world.ask_person()
    with tempfile.TemporaryDirectory() as folder:
        forks = subprocess.Popen(
            [sys.executable, "-m", "tests.handoff.processes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        told = [f"{folder}/{p.name}.log claim {world.database.url} 0 {p.id}:{p.name} {folder}/go" for p in people]
        assert forks.stdin is not None
        forks.stdin.write(("\n".join(told) + "\n").encode())
        forks.stdin.flush()
        logs = [Path(folder) / f"{p.name}.log" for p in people]
        while not all(log.exists() and "ready" in log.read_text() for log in logs):
            time.sleep(0.05)
        took = timed(lambda: finish_race(Path(folder), logs))
        lines = [line for log in logs for line in log.read_text().splitlines()]
        forks.communicate()
    claimed = [line for line in lines if line.startswith("claimed")]
    lost = sum(line.startswith("lost") for line in lines)
    if len(claimed) != len(set(claimed)) or len(claimed) != CLAIMS:
        raise AssertionError(f"{len(claimed)} claims of {CLAIMS}, {len(set(claimed))} different")
    return took, lost


def finish_race(folder: Path, logs: list[Path]) -> None:
    (folder / "go").touch()
    while not all(log.read_text().endswith("done\n") for log in logs):
        time.sleep(0.01)


def write_messages(world: World) -> float:
    talks = [world.visitor() for _ in range(20)]
    with ThreadPoolExecutor(4) as pool:
        return timed(lambda: list(pool.map(lambda n: world.say(talks[n % 20], f"ziņa {n}"), range(MESSAGES))))


def answer_turns(world: World) -> tuple[float, int]:
    answered = 0
    began = time.perf_counter()
    while turns := world.lease(20):
        for turn in turns:
            world.finish(turn, text("atbilde"))
            answered += 1
    return time.perf_counter() - began, answered


def look_at_inbox(world: World, actor: Actor) -> dict[str, float]:
    """Median milliseconds of what the inbox asks for, over REQUESTS requests."""
    fill(world)
    asked: dict[str, Callable[[], object]] = {
        "open, first page": lambda: listed(world, actor, state="open"),
        "search": lambda: listed(world, actor, query="gribu cilvēku"),
        "counts": lambda: counted(world, actor),
    }
    return {name: statistics.median(timed(work) for _ in range(7)) * 1000 for name, work in asked.items()}


def listed(world: World, actor: Actor, **chosen: str) -> object:
    with world.database.reading() as session:
        return requests.list_requests(session, actor, **chosen)  # type: ignore[arg-type]


def counted(world: World, actor: Actor) -> object:
    with world.database.reading() as session:
        return requests.count_requests(session, actor)


def fill(world: World) -> None:
    """Copies of one real request, with its conversation, until there are REQUESTS of them."""
    number = world.ask_person().number
    with world.database.transaction() as session:
        request = session.get_one(Request, number)
        conversation = session.get_one(Conversation, request.conversation_id)
        messages = session.scalars(select(MessageRow).where(MessageRow.conversation_id == conversation.id)).all()
        here = session.scalar(select(func.count()).select_from(Request)) or 0
        copies = range(max(REQUESTS - here, 0))
        names = {row: [c.key for c in row.__mapper__.column_attrs] for row in (Conversation, Request, MessageRow)}

        def copy(row: object, table: type, **changed: object) -> dict[str, object]:
            return {name: getattr(row, name) for name in names[table]} | changed

        session.execute(insert(Conversation), [copy(conversation, Conversation, id=f"copy-{n}") for n in copies])
        rows = [copy(request, Request, conversation_id=f"copy-{n}") for n in copies]
        for row in rows:
            del row["number"]
        session.execute(insert(Request), rows)
        session.execute(
            insert(MessageRow),
            [
                copy(said, MessageRow, id=f"{n}-{said.seq}", conversation_id=f"copy-{n}", client_id=None)
                for n in copies
                for said in messages
            ],
        )


def measure(name: str, url: str) -> dict[str, float]:
    world = open_world(url)
    people = [world.coordinator("Anna"), world.coordinator("Berta")]
    took, lost = race_for_claims(world, people)
    print(f"{name}: {CLAIMS} requests claimed once each, {CLAIMS / took:.0f}/s, {lost} told who has it")
    found = {"claims/s": CLAIMS / took}
    found["messages/s"] = MESSAGES / write_messages(world)
    seconds, answered = answer_turns(world)
    found["turns/s"] = answered / seconds
    print(f"{name}: {found['messages/s']:.0f} messages/s, {found['turns/s']:.0f} turns/s")
    for what, took in look_at_inbox(world, people[0]).items():
        found[what] = took
        print(f"{name}: inbox of {REQUESTS}: {what} {took:.1f} ms")
    world.database.close()
    return found


def main() -> None:
    with databases() as urls:
        measured = {name: measure(name, url) for name, url in urls.items()}
    for what, sqlite in measured["sqlite"].items():
        print(f"sqlite to postgresql, {what}: {sqlite / measured['postgresql'][what]:.2f}")


if __name__ == "__main__":
    main()
