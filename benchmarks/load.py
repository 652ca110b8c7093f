"""Three times what it can do, for minutes; thousands who listen; clients that dawdle: as ratios to no load.

LOAD_SECONDS (300) is how long the overload lasts, LOAD_STREAMS (2000) how many visitors listen at once. What was
accepted is looked for in the database afterwards, message by message.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import resource
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx2
import psutil
from sqlalchemy import select

from benchmarks.turns import QUESTIONS
from handoff.database import Database
from handoff.models.message import MessageRow, TurnRow
from knowledge.clock import system_clock
from tests.e2e.product.product import Product, bring_model

SECONDS = float(os.environ.get("LOAD_SECONDS", "300"))
STREAMS = int(os.environ.get("LOAD_STREAMS", "2000"))
TIMES = 3.0
SATURATING = 16
SATURATES_FOR = 20.0
VISITORS = 400
DAWDLERS = 500
RATES = {"HELPDESK_CONVERSATION_RATE": "1000000/minute", "HELPDESK_ADDRESS_RATE": "1000000/minute"}
"""One address plays everybody here: the limits for one address are not what is measured."""


@dataclass
class Visitor:
    """`heard` is the last message seen, so that an answer is known from what was there before."""

    client: httpx2.AsyncClient
    id: str
    token: str
    heard: int = 1

    @classmethod
    async def begin(cls, client: httpx2.AsyncClient) -> Visitor:
        while True:
            told = await client.post("/api/v1/conversations", json={"locale": "lv", "consent": True})
            if told.status_code == 201:
                opened = told.json()
                return cls(client, opened["conversation"]["id"], opened["token"])
            await asyncio.sleep(0.5)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def say(self, text: str) -> tuple[str, httpx2.Response]:
        id = str(uuid4())
        path = f"/api/v1/conversations/{self.id}/messages"
        return id, await self.client.post(path, json={"id": id, "text": text}, headers=self.headers)

    async def ask(self, text: str) -> float:
        """Seconds from sending to the answer, heard on the event stream as the website's chat does."""
        path, headers = (
            f"/api/v1/conversations/{self.id}/events",
            {**self.headers, "Last-Event-ID": str(self.heard)},
        )
        async with self.client.stream("GET", path, headers=headers) as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            began = time.perf_counter()
            await self.say(text)
            async for line in lines:
                if line.startswith("data:") and '"seq"' in line:
                    message = json.loads(line[5:])
                    self.heard = message["seq"]
                    if message["author"] == "bot":
                        return time.perf_counter() - began
        raise RuntimeError("the stream ended without an answer")


@dataclass
class Run:
    """What became of everything that was sent."""

    accepted: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    places: int = 0
    wordless: int = 0


def quantiles(seconds: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(seconds, n=20)
    return cuts[9] * 1000, cuts[18] * 1000


def tell(name: str, seconds: list[float], base: tuple[float, float] | None = None) -> tuple[float, float]:
    p50, p95 = quantiles(seconds)
    ratio = f"   {p50 / base[0]:5.2f} × and {p95 / base[1]:5.2f} × unloaded" if base else ""
    print(f"{name:44} p50 {p50:8.1f} ms   p95 {p95:8.1f} ms   ({len(seconds)}){ratio}", flush=True)
    return p50, p95


def memory(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss / 1e6)


@contextmanager
def product() -> Iterator[Product]:
    with tempfile.TemporaryDirectory() as folder:
        bring_model(Path(folder))
        running = Product(Path(folder), **RATES)
        try:
            running.wait_serving()
            running.wait_rasa()
            yield running
        finally:
            running.interrupt()


@asynccontextmanager
async def client(base: str) -> AsyncIterator[httpx2.AsyncClient]:
    limits = httpx2.Limits(max_connections=400, max_keepalive_connections=100, keepalive_expiry=3)
    async with httpx2.AsyncClient(base_url=base, timeout=60, trust_env=False, limits=limits) as made:
        yield made


async def measure_unloaded(http: httpx2.AsyncClient, rounds: int = 5) -> list[float]:
    visitor = await Visitor.begin(http)
    await visitor.ask(QUESTIONS[0])
    return [await visitor.ask(question) for question in itertools.chain.from_iterable([QUESTIONS] * rounds)]


async def measure_capacity(http: httpx2.AsyncClient) -> float:
    """Answers a second when several visitors ask without pause."""
    answered, until = 0, time.monotonic() + SATURATES_FOR

    async def ask_on() -> None:
        nonlocal answered
        visitor = await Visitor.begin(http)
        while time.monotonic() < until:
            await visitor.ask(random.choice(QUESTIONS))
            answered += 1

    began = time.monotonic()
    await asyncio.gather(*(ask_on() for _ in range(SATURATING)))
    return answered / (time.monotonic() - began)


async def overload(http: httpx2.AsyncClient, rate: float, seconds: float) -> Run:
    """So many messages a second, whether or not the ones before were answered."""
    visitors = [await Visitor.begin(http) for _ in range(VISITORS)]
    run, tasks = Run(), set[asyncio.Task[None]]()
    looking = asyncio.create_task(keep_looking(http, run))
    began = time.monotonic()
    for number in itertools.count():
        due = began + number / rate
        if due > began + seconds:
            break
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        task = asyncio.create_task(send_one(random.choice(visitors), run))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    looking.cancel()
    return run


async def send_one(visitor: Visitor, run: Run) -> None:
    began = time.perf_counter()
    try:
        id, told = await visitor.say(random.choice(QUESTIONS))
    except httpx2.HTTPError as error:
        run.statuses[type(error).__name__] += 1
        return
    run.seconds.append(time.perf_counter() - began)
    run.statuses[str(told.status_code)] += 1
    if told.status_code == 202:
        run.accepted.append(id)
        run.places += told.json()["place"] is not None
    elif not (told.json().get("detail") and told.headers.get("Retry-After")):
        run.wordless += 1


async def keep_looking(http: httpx2.AsyncClient, run: Run) -> None:
    while True:
        began = time.perf_counter()
        await http.get("/health")
        run.health.append(time.perf_counter() - began)
        await asyncio.sleep(1)


async def recover(database: Database, limit: float = 180) -> float:
    """Seconds until nothing waits any more."""
    began = time.monotonic()
    while time.monotonic() - began < limit:
        if not count_waiting(database):
            return time.monotonic() - began
        await asyncio.sleep(0.2)
    raise AssertionError(f"{count_waiting(database)} turns still wait after {limit:.0f} s")


def count_waiting(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(TurnRow.message_id).where(TurnRow.state == "waiting")).all())


def audit(database: Database, accepted: list[str]) -> list[float]:
    """Everything accepted is there once, in order and answered. Gives the seconds each answer took."""
    with database.reading() as session:
        rows = session.execute(select(MessageRow.id, MessageRow.conversation_id, MessageRow.seq)).all()
        turns = {turn.message_id: turn for turn in session.scalars(select(TurnRow))}
    kept = Counter(row.id for row in rows)
    lost = [id for id in accepted if kept[id] != 1]
    unanswered = [id for id in accepted if turns[id].state != "done"]
    told: dict[str, list[int]] = {}
    for row in sorted(rows, key=lambda row: row.seq):
        told.setdefault(row.conversation_id, []).append(row.seq)
    gaps = [talk for talk, numbers in told.items() if numbers != list(range(1, len(numbers) + 1))]
    print(
        f"{'audit':44} {len(accepted)} accepted, {len(lost)} lost, {len(unanswered)} unanswered, {len(gaps)} gaps"
    )
    assert not lost
    assert not unanswered
    assert not gaps
    times = [(turns[id].finished_at, turns[id].created_at) for id in accepted]
    return [(end - begin).total_seconds() for end, begin in times if end is not None]


async def open_stream(port: int, visitor: Visitor) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"GET /api/v1/conversations/{visitor.id}/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
    writer.write(f"{head}Authorization: Bearer {visitor.token}\r\n\r\n".encode())
    await reader.readuntil(b": welcome")
    return reader, writer


async def listen_in_thousands(http: httpx2.AsyncClient, running: Product, base: tuple[float, float]) -> None:
    """Each its own conversation and connection, in one process."""
    application = psutil.Process(int(running.part("application")["pid"]))
    visitors = [await Visitor.begin(http) for _ in range(STREAMS)]
    before, began = memory(application), time.monotonic()
    streams = [await open_stream(running.port, visitor) for visitor in visitors]
    opened = time.monotonic() - began
    held = memory(application) - before
    application.cpu_percent()
    await asyncio.sleep(32)
    idle = application.cpu_percent()
    print(f"{f'{STREAMS} open streams':44} {held:.0f} MB more ({held * 1000 / STREAMS:.0f} kB each), "
          f"opened in {opened:.1f} s, {idle:.0f} % of a core while nothing is said", flush=True)  # fmt: skip
    tell(f"a question with {STREAMS} open streams", await measure_unloaded(http, 3), base)
    heard = [hear_own(reader, visitor) for (reader, _), visitor in zip(streams[:100], visitors, strict=False)]
    took = time.monotonic()
    await asyncio.gather(*heard)
    print(f"{'100 of them ask at once, all answered after':44} {time.monotonic() - took:8.1f} s")
    for _, writer in streams:
        writer.close()


async def hear_own(reader: asyncio.StreamReader, visitor: Visitor) -> None:
    await visitor.say(random.choice(QUESTIONS))
    async with asyncio.timeout(120):
        await reader.readuntil(b'"author": "bot", "kind"')


async def dawdle(http: httpx2.AsyncClient, running: Product, base: tuple[float, float]) -> None:
    """Heads that never end, bodies that never come, and peers that vanish, while one visitor asks."""
    half = b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"
    starts = itertools.cycle((b"GET / HTTP/1.1\r\nHost: x\r\n", half, b""))
    opened = []
    for _, said in zip(range(DAWDLERS * 3), starts, strict=False):
        _, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(said)
        opened.append(writer)
    tell(f"a question beside {len(opened)} slow clients", await measure_unloaded(http, 3), base)
    for writer in opened:
        writer.close()


async def measure(running: Product) -> None:
    """The unloaded product is measured anew before each part: the machine is others' too."""
    database = Database(f"sqlite:///{running.data / 'helpdesk.sqlite3'}", system_clock)
    async with client(running.base) as http:
        await measure_overload(http, database)
        unloaded = tell("unloaded, before many listen", await measure_unloaded(http))
        await listen_in_thousands(http, running, unloaded)
        unloaded = tell("unloaded, before clients dawdle", await measure_unloaded(http))
        await dawdle(http, running, unloaded)
    database.close()


async def measure_overload(http: httpx2.AsyncClient, database: Database) -> None:
    unloaded = tell("unloaded, question to answer", await measure_unloaded(http))
    capacity = await measure_capacity(http)
    print(f"{'capacity':44} {capacity:8.1f} answers/s", flush=True)
    run = await overload(http, capacity * TIMES, SECONDS)
    recovered = await recover(database)
    tell_run(run)
    print(f"{'everything accepted answered after':44} {recovered:8.1f} s", flush=True)
    tell("accepted or refused after", run.seconds)
    tell("/health meanwhile", run.health)
    answered = audit(database, run.accepted)
    tell("answers under overload, by the database", answered)
    rate = len(answered) / (SECONDS + recovered)
    print(f"{'answers a second under overload':44} {rate:8.1f}   ({rate / capacity:.2f} × capacity)")
    tell("afterwards, question to answer", await measure_unloaded(http), unloaded)


def tell_run(run: Run) -> None:
    sent = sum(run.statuses.values())
    print(f"{f'{TIMES:.0f} × that for {SECONDS:.0f} s':44} {sent} sent: {dict(run.statuses)}")
    print(f"{'with a place in the queue told':44} {run.places}; refused without words: {run.wordless}", flush=True)
    assert run.wordless == 0
    assert set(run.statuses) <= {"202", "429", "503"}


def main() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, STREAMS * 2 + 2000)), hard))
    with product() as running:
        asyncio.run(measure(running))
