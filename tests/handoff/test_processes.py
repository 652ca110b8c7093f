"""Processes of their own: two that claim at once, and several that are killed in the middle of their work."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from handoff import outbox
from handoff.database import Database
from handoff.errors import StaleEpoch
from handoff.models.conversation import Conversation, OwnerChange
from handoff.models.message import MessageRow, TurnRow
from handoff.models.outbox import Outgoing
from handoff.models.request import Request
from handoff.views import Actor
from knowledge.clock import system_clock
from tests.handoff.world import ClockInHand, World, handoff

CLAIMS = int(os.environ.get("CLAIMS", "150"))
KILLS = int(os.environ.get("KILLS", "16"))
SAID = int(os.environ.get("SAID", "30"))
"""Messages that were taken before the killing ends: a busy machine takes longer for as many."""
ROOT = Path(__file__).resolve().parents[2]


class Forks:
    """Processes that are started and killed at a word."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.handoff.processes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        self.running: dict[int, str] = {}

    def start(self, role: str, url: str, person: Actor, *talks: str, seed: int = 0) -> None:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        log = self._folder / f"{seed}-{role}.log"
        told = [str(log), role, url, str(seed), f"{person.id}:{person.name}", *talks]
        self._parent.stdin.write(" ".join(told).encode() + b"\n")
        self._parent.stdin.flush()
        self.running[int(self._parent.stdout.readline())] = role

    def kill(self, process: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        del self.running[process]

    def close(self) -> None:
        for process in list(self.running):
            self.kill(process)
        self._parent.communicate(timeout=10)


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[Forks]:
    made = Forks(tmp_path)
    yield made
    made.close()


def wait_for(log: Path, line: str, seconds: float = 240) -> None:
    ends = time.monotonic() + seconds
    while not (log.exists() and log.read_text().endswith(line + "\n")):
        assert time.monotonic() < ends, f"{log.name} does not end"
        time.sleep(0.05)


def read_log(folder: Path) -> list[list[str]]:
    """Whole lines only: a killed process may have been in the middle of one."""
    lines = []
    for log in sorted(folder.glob("*.log")):
        lines += [line.split() for line in log.read_text().split("\n")[:-1]]
    return lines


@pytest.fixture
def live(database_url: str) -> Iterator[World]:
    """By the system's clock: other processes share it."""
    database = Database(database_url, system_clock)
    yield World(database, ClockInHand(system_clock()))
    database.close()


def test_two_processes_claim_each_request_once(live: World, forks: Forks, tmp_path: Path) -> None:
    people = [live.coordinator("Anna"), live.coordinator("Berta")]
    for _ in range(CLAIMS):
        live.ask_person()
    for seed, person in enumerate(people):
        forks.start("claim", live.database.url, person, str(tmp_path / "go"), seed=seed)
        wait_for(tmp_path / f"{seed}-claim.log", "ready")
    (tmp_path / "go").touch()
    for seed in range(2):
        wait_for(tmp_path / f"{seed}-claim.log", "done")
    log = read_log(tmp_path)
    claimed = Counter(line[1] for line in log if line[0] == "claimed")
    assert set(claimed.values()) == {1}
    assert len(claimed) == CLAIMS
    assert {line[2] for line in log if line[0] == "lost"} <= {"Anna", "Berta"}
    with live.database.reading() as session:
        holders = Counter(session.scalars(select(Request.assignee_id).where(Request.state == "claimed")))
    assert sum(holders.values()) == CLAIMS


def test_killing_everything_at_random_loses_and_doubles_nothing(live: World, forks: Forks, tmp_path: Path) -> None:
    people = [live.coordinator("Anna"), live.coordinator("Berta")]
    talks = [live.visitor(), live.visitor(), live.visitor(channel="telegram", external_id="42")]
    chance, kills = random.Random(20261124), 0
    roles = Counter(["visit", "visit", "answer", "answer", "coordinate", "coordinate", "deliver", "tidy"])
    while kills < KILLS or len(find_said(read_log(tmp_path))) < SAID:
        for role in (roles - Counter(forks.running.values())).elements():
            forks.start(role, live.database.url, people[kills % 2], *talks, seed=kills * 10 + len(forks.running))
        time.sleep(chance.uniform(0.05, 0.4))
        forks.kill(chance.choice(list(forks.running)))
        kills += 1
    forks.close()
    finish_what_is_left(live)
    audit(live, read_log(tmp_path), talks)


def finish_what_is_left(live: World) -> None:
    """One living worker, once the dead ones' leases have run out."""
    clock = ClockInHand(system_clock())
    clock.advance(minutes=2)
    database = Database(live.database.url, clock)
    world = World(database, clock)
    while turns := world.lease():
        for turn in turns:
            try:
                world.finish(turn, handoff())
            except StaleEpoch:
                continue
    rows = True
    while rows:
        with database.transaction() as session:
            leased = outbox.lease_deliveries(session, ["telegram"], limit=20)
            rows = bool([outbox.mark_sent(session, row) for row in leased])
    database.close()


def find_said(log: list[list[str]]) -> set[str]:
    return {line[2] for line in log if line[0] == "said"}


def audit(live: World, log: list[list[str]], talks: list[str]) -> None:
    """What processes were told is done is there, once; what is there was asked for; every rule still holds."""
    said = find_said(log)
    begun = {line[2] for line in log if line[0] in ("begin", "said")}
    replied = {line[2] for line in log if line[0] == "replied"}
    assert len(said) >= SAID
    with live.database.reading() as session:
        rows = session.scalars(select(MessageRow).order_by(MessageRow.conversation_id, MessageRow.seq)).all()
        kept = Counter(row.client_id for row in rows if row.author == "visitor")
        assert said <= set(kept) <= begun
        assert set(kept.values()) == {1}
        assert replied <= {row.client_id for row in rows if row.author == "coordinator"}
        for talk in talks:
            assert [r.seq for r in rows if r.conversation_id == talk] == list(
                range(1, session.get_one(Conversation, talk).last_seq + 1)
            )
        answers = Counter(row.text for row in rows if row.text.startswith("re "))
        assert set(answers.values()) <= {1}
        assert not session.scalars(select(TurnRow).where(TurnRow.state == "waiting")).all()
        turns = set(session.scalars(select(TurnRow.message_id)))
        answered = {line[1] for line in log if line[0] == "answered"}
        assert answered <= turns
        left = Counter(session.scalars(select(Outgoing.message_id).where(Outgoing.message_id.is_not(None))))
        chat = [row.id for row in rows if row.conversation_id == talks[2] and row.author != "visitor"]
        assert left == Counter(chat)
        check_owners(live)


def check_owners(live: World) -> None:
    with live.database.reading() as session:
        for conversation in session.scalars(select(Conversation)):
            states = session.scalars(
                select(Request.state).where(Request.conversation_id == conversation.id, Request.state != "closed")
            ).all()
            owner = {(): "bot", ("new",): "queue"}.get(tuple(states), "coordinator")
            assert conversation.owner == owner
            epochs = session.scalars(
                select(OwnerChange.epoch)
                .where(OwnerChange.conversation_id == conversation.id)
                .order_by(OwnerChange.epoch)
            ).all()
            assert epochs == list(range(2, conversation.epoch + 1))
