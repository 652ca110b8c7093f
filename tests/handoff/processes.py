"""What runs in a process of its own in the tests that kill processes.

What a process was told is done (its transaction was committed) it writes to its log, a line each, before it goes
on: the log is what the audit holds the database to.

`python -m tests.handoff.processes` reads a line for each process to start, "LOG ROLE URL SEED PERSON TALK…", forks
it and answers with its id: a fork is there at once, where a new interpreter would take seconds to import.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from handoff import conversations, outbox, requests
from handoff.database import Database
from handoff.errors import AlreadyClaimed, IllegalMove, StaleEpoch
from handoff.messages import Draft, MessageKind
from handoff.sweeping import sweep
from handoff.views import Actor
from knowledge.clock import system_clock
from tests.handoff.world import handoff

LEASE = timedelta(seconds=1)
"""Short, so that what a killed worker held comes back during the test."""


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def visit(database: Database, talks: list[str], chance: random.Random) -> None:
    """Says something, and once in a while says it again, as a client does that got no answer."""
    client_id = str(uuid4())
    talk = chance.choice(talks)
    say(f"begin {talk} {client_id}")
    for _ in range(chance.choice((1, 1, 2))):
        with database.transaction() as session:
            conversations.record_visitor_message(session, talk, client_id=client_id, text="ziņa")
    say(f"said {talk} {client_id}")


def answer(database: Database, _: list[str], chance: random.Random) -> None:
    with database.transaction() as session:
        turns = conversations.next_turns(session, limit=2, lease=LEASE)
    for turn in turns:
        time.sleep(chance.random() * 0.02)
        reply = handoff() if chance.random() < 0.3 else Draft(MessageKind.ANSWER, f"re {turn.message.id}", "lv")
        try:
            with database.transaction() as session:
                conversations.finish_turn(session, turn, [reply])
            say(f"answered {turn.message.id}")
        except StaleEpoch:
            say(f"stale {turn.message.id}")


def make_coordinator(actor: Actor) -> Callable[[Database, list[str], random.Random], None]:
    def coordinate(database: Database, _: list[str], chance: random.Random) -> None:
        with database.reading() as session:
            listed, _total = requests.list_requests(session, actor, state="open", limit=20)
        if not listed:
            return
        number = chance.choice(listed).number
        what = chance.choice(("claim", "reply", "reply", "close", "release"))
        client_id = str(uuid4())
        try:
            with database.transaction() as session:
                if what == "claim":
                    requests.claim(session, actor, number)
                elif what == "reply":
                    requests.reply(session, actor, number, client_id=client_id, text="labdien")
                elif what == "close":
                    requests.close(session, actor, number, outcome="answered")
                else:
                    requests.release(session, actor, number)
        except (AlreadyClaimed, IllegalMove):
            return
        if what == "reply":
            say(f"replied {number} {client_id}")

    return coordinate


def deliver(database: Database, _: list[str], chance: random.Random) -> None:
    with database.transaction() as session:
        rows = outbox.lease_deliveries(session, ["telegram"], limit=4)
    for row in rows:
        say(f"delivered {row.dedupe}")
        with database.transaction() as session:
            outbox.mark_sent(session, row)


def tidy(database: Database, _: list[str], chance: random.Random) -> None:
    sweep(database)
    time.sleep(0.05)


def claim_all(database: Database, actor: Actor) -> None:
    """Take what can be taken, until nothing is left; the loser of each race is told who has it."""
    while True:
        with database.reading() as session:
            listed, _ = requests.list_requests(session, actor, state="new", sort="oldest", limit=20)
        if not listed:
            return
        for request in listed:
            try:
                with database.transaction() as session:
                    requests.claim(session, actor, request.number)
                say(f"claimed {request.number}")
            except AlreadyClaimed as lost:
                say(f"lost {request.number} {lost.owner}")
            time.sleep(0.002)


def main(role: str, url: str, seed: str, person: str, *talks: str) -> None:
    database = Database(url, system_clock)
    identifier, name = person.split(":")
    actor = Actor(identifier, f"{name.lower()}@example.org", name, "coordinator")
    if role == "claim":
        say("ready")
        while not Path(talks[0]).exists():
            time.sleep(0.001)
        claim_all(database, actor)
        say("done")
        return
    work = {
        "visit": visit,
        "answer": answer,
        "coordinate": make_coordinator(actor),
        "deliver": deliver,
        "tidy": tidy,
    }
    chance = random.Random(int(seed))
    while True:
        work[role](database, list(talks), chance)
        time.sleep(0.002)


def fork_as_told() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        log, *told = line.split()
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
            main(*told)
            os._exit(0)
        say(str(child))


if __name__ == "__main__":
    fork_as_told()
