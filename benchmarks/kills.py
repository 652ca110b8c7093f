"""The whole product under load, its processes killed outright at random; then an audit of what people were told.

    KILL_SECONDS=180 VISITORS=10 python -m benchmarks kills

Visitors ask and ask for people, coordinators claim, reply and close, everyone sends again what got no answer, as
the widget does. `kill -9` falls on the application and on Rasa. At the end nothing that was accepted may be
missing, doubled or out of order, and nobody may be waiting unseen.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import func, select

from handoff.database import Database
from handoff.models.conversation import Conversation, OwnerChange
from handoff.models.message import MessageRow, TurnRow
from handoff.models.request import Request
from knowledge.clock import system_clock
from tests.e2e.product.product import Product, Visitor, bring_model, wait_for

SECONDS = float(os.environ.get("KILL_SECONDS", "180"))
VISITORS = int(os.environ.get("VISITORS", "10"))
SEED = int(os.environ.get("SEED", "1"))
QUESTIONS = (
    "Kas ir sociālā inovācija?",
    "kadi konkursi ir atverti",
    "Kas vada kompetences centru?",
    "What is social innovation?",
    "Cik maksā pase?",
)
PERSON = "Lūdzu, savienojiet mani ar cilvēku"
GENEROUS = {
    "HELPDESK_CONVERSATION_RATE": "100000/minute",
    "HELPDESK_ADDRESS_RATE": "100000/minute",
}


@dataclass
class Told:
    """What somebody was promised: `accepted` are the ids that were answered with success, in order."""

    accepted: list[str] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    again: int = 0


def insist(send: Callable[[], httpx2.Response], ends: float, told: Told) -> httpx2.Response | None:
    """Send until the helpdesk answers; None if it does not until `ends`."""
    while time.monotonic() < ends:
        try:
            answer = send()
        except httpx2.HTTPError:
            told.again += 1
            time.sleep(0.2)
            continue
        if answer.status_code < 500 and answer.status_code != 429:
            return answer
        told.again += 1
        time.sleep(0.2)
    return None


class Talker:
    """A visitor with a browser: one connection listens and resumes, the other sends and sends again."""

    def __init__(self, base: str, seed: int, stop: threading.Event) -> None:
        self.visitor, self.told, self._stop = Visitor(base), Told(), stop
        self._chance = random.Random(seed)
        self._ends = time.monotonic() + SECONDS + 240
        self._answered = threading.Event()
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._listen, self._talk)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """The talking ends with the time; the listening once everything was heard."""
        self._threads[1].join()

    def _talk(self) -> None:
        while not self._stop.is_set():
            text = PERSON if self._chance.random() < 0.12 else self._chance.choice(QUESTIONS)
            self._say(text)
            time.sleep(self._chance.uniform(0.3, 1.5))

    def _say(self, text: str) -> None:
        body = {"id": str(uuid.uuid4()), "text": text}
        began = time.monotonic()
        self._answered.clear()
        answer = insist(lambda: self.visitor.send(body), self._ends, self.told)
        assert answer is not None, "nobody took the message"
        assert answer.status_code == 202, answer.text
        self.told.accepted.append(body["id"])
        if answer.json()["owner"] != "coordinator" and self._answered.wait(90):
            self.told.waits.append(time.monotonic() - began)

    def _listen(self) -> None:
        while time.monotonic() < self._ends:
            try:
                self._read_events()
            except httpx2.HTTPError:
                time.sleep(0.2)

    def _read_events(self) -> None:
        event, last = "", self.told.heard[-1] if self.told.heard else 0
        with self.visitor.events(last) as lines:
            for line in lines:
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "id":
                    self.told.heard.append(int(value))
                elif name == "data" and event == "message" and '"author": "visitor"' not in value:
                    self._answered.set()


class Coordinator:
    """Takes what waits, says two things, closes."""

    def __init__(self, product: Product, name: str, stop: threading.Event) -> None:
        added = product.command("coordinator", "add", f"{name}@example.org", "--name", name, "--token", "--json")
        token = json.loads(added)["token"]
        self._client = httpx2.Client(
            base_url=f"{product.base}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
            trust_env=False,
        )
        self.told, self._stop = Told(), stop
        self._ends = time.monotonic() + SECONDS + 240
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.closed = 0

    def _post(self, path: str, body: dict[str, Any]) -> httpx2.Response | None:
        return insist(lambda: self._client.post(path, json=body), self._ends, self.told)

    def _work(self) -> None:
        while not self._stop.is_set():
            listed = insist(lambda: self._client.get("/requests", params={"state": "new"}), self._ends, self.told)
            waiting = listed.json()["requests"] if listed is not None else []
            if not waiting:
                time.sleep(0.3)
            for request in waiting[:1]:
                self._serve(request["number"])

    def _serve(self, number: int) -> None:
        claimed = self._post(f"/requests/{number}/claim", {})
        if claimed is None or claimed.status_code != 200:
            return
        for text in ("Labdien! Es palīdzēšu.", "Vai vēl ko vajag?"):
            body = {"id": str(uuid.uuid4()), "text": text}
            said = self._post(f"/requests/{number}/reply", body)
            if said is not None and said.status_code in (200, 201):
                self.told.accepted.append(body["id"])
        closed = self._post(f"/requests/{number}/close", {"outcome": "answered"})
        self.closed += closed is not None and closed.status_code == 200


def kill_at_random(product: Product, stop: threading.Event) -> Counter[str]:
    """Every few seconds, whichever it falls on; the application twice as often as Rasa."""
    chance, killed = random.Random(SEED), Counter[str]()
    while not stop.wait(chance.uniform(3, 9)):
        name = chance.choice(("application", "application", "rasa"))
        try:
            product.kill(name)
        except (ProcessLookupError, KeyError, TypeError, ValueError, FileNotFoundError):
            continue
        killed[name] += 1
        if name == "application":
            product.wait_serving()
    return killed


def audit(database: Database, talkers: list[Talker], coordinators: list[Coordinator]) -> None:
    """Raises AssertionError for whatever was lost, doubled, out of order or left lying."""
    with database.reading() as session:
        for talker in talkers:
            rows = session.scalars(
                select(MessageRow).where(MessageRow.conversation_id == talker.visitor.id).order_by(MessageRow.seq)
            ).all()
            assert [row.seq for row in rows] == list(range(1, len(rows) + 1)), "a gap"
            said = [row.client_id for row in rows if row.author == "visitor"]
            assert said == talker.told.accepted, "lost, doubled or out of order"
            assert talker.told.heard == list(range(1, len(rows) + 1)), "heard otherwise than recorded"
        replies = Counter(session.scalars(select(MessageRow.client_id).where(MessageRow.author == "coordinator")))
        accepted = Counter(one for coordinator in coordinators for one in coordinator.told.accepted)
        assert replies == accepted, "a reply lost or doubled"
        assert not session.scalar(select(func.count()).where(TurnRow.state == "waiting")), "a turn left lying"
        epochs = select(Conversation.epoch - func.count(OwnerChange.id)).outerjoin(OwnerChange)
        assert set(session.scalars(epochs.group_by(Conversation.id))) <= {0, 1}, "an epoch without its change"
        queued = set(session.scalars(select(Conversation.id).where(Conversation.owner != "bot")))
        with_request = set(session.scalars(select(Request.conversation_id).where(Request.state != "closed")))
        assert queued == with_request, "someone waits without a request"


def is_quiet(database: Database) -> bool:
    with database.reading() as session:
        return not session.scalar(select(func.count()).where(TurnRow.state == "waiting"))


def all_heard(database: Database, talkers: list[Talker]) -> bool:
    with database.reading() as session:
        last = dict(session.execute(select(Conversation.id, Conversation.last_seq)).tuples().all())
    return all(talker.told.heard and talker.told.heard[-1] == last[talker.visitor.id] for talker in talkers)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        bring_model(data)
        product = Product(data, **GENEROUS)
        try:
            product.wait_serving()
            product.wait_rasa()
            run(product, data)
        finally:
            product.interrupt()


def run(product: Product, data: Path) -> None:
    stop = threading.Event()
    talkers = [Talker(product.base, SEED * 1000 + number, stop) for number in range(VISITORS)]
    coordinators = [Coordinator(product, name, stop) for name in ("anna", "berta")]
    for talker in talkers:
        talker.start()
    for coordinator in coordinators:
        coordinator.thread.start()
    threading.Timer(SECONDS, stop.set).start()
    killed = kill_at_random(product, stop)
    for talker in talkers:
        talker.join()
    for coordinator in coordinators:
        coordinator.thread.join()
    database = Database(f"sqlite:///{data / 'helpdesk.sqlite3'}", system_clock)
    wait_for(lambda: is_quiet(database), 180, "every turn ended")
    wait_for(lambda: all_heard(database, talkers), 60, "everything heard")
    audit(database, talkers, coordinators)
    tell(killed, talkers, coordinators)
    database.close()


def tell(killed: Counter[str], talkers: list[Talker], coordinators: list[Coordinator]) -> None:
    waits = sorted(wait for talker in talkers for wait in talker.told.waits)
    accepted = sum(len(talker.told.accepted) for talker in talkers)
    replies = sum(len(coordinator.told.accepted) for coordinator in coordinators)
    again = sum(one.told.again for one in (*talkers, *coordinators))
    closed = sum(coordinator.closed for coordinator in coordinators)
    print(f"killed: application {killed['application']} times, Rasa {killed['rasa']} times, in {SECONDS:.0f} s")
    print(f"accepted: {accepted} messages of {len(talkers)} visitors, {replies} replies, {closed} requests closed")
    print(f"sent again for want of an answer: {again} times; lost 0, doubled 0, out of order 0")
    print(
        f"a word after {statistics.median(waits):.2f} s p50, {waits[int(len(waits) * 0.95)]:.1f} s p95, "
        f"{waits[-1]:.1f} s at most, kills included"
    )
