"""The whole product on a full disk, with its database locked or gone, or stopped in the middle: what people see.

FAULT_SECONDS (60) is how long each fault lasts. The small disk is a real one (tmpfs), so this part needs root.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from tests.e2e.product.product import Product, bring_model, wait_for
from tests.postgres import run_postgres

SECONDS = float(os.environ.get("FAULT_SECONDS", "60"))
QUESTION = "Kas ir sociālā inovācija?"
SMALL = "120m"
RATES = {"HELPDESK_CONVERSATION_RATE": "1000000/minute", "HELPDESK_ADDRESS_RATE": "1000000/minute"}


class Persistent:
    """A visitor whose messages are sent again until they are taken, as the website's chat does."""

    def __init__(self, base: str) -> None:
        self.client = httpx2.Client(base_url=f"{base}/api/v1", timeout=30, trust_env=False)
        opened = self.client.post("/conversations", json={"locale": "lv", "consent": True}).json()
        self.path = f"/conversations/{opened['conversation']['id']}"
        self.client.headers["Authorization"] = f"Bearer {opened['token']}"
        self.seen: Counter[str] = Counter()
        self.said: list[str] = []

    def try_once(self, id: str) -> bool:
        try:
            told = self.client.post(f"{self.path}/messages", json={"id": id, "text": QUESTION})
        except httpx2.HTTPError as error:
            self.seen[type(error).__name__] += 1
            return False
        self.seen[f"{told.status_code} {told.json().get('code', '')}".strip()] += 1
        return told.status_code == 202

    def talk(self, seconds: float) -> None:
        """One message after another; each has an id and is sent until it is taken."""
        until, id = time.monotonic() + seconds, str(uuid4())
        while time.monotonic() < until:
            if self.try_once(id):
                self.said.append(id)
                id = str(uuid4())
            time.sleep(0.5)
        wait_for(lambda: self.try_once(id), 60, "being taken again")
        self.said.append(id)

    def messages(self) -> list[dict[str, Any]]:
        told, after = [], 0
        while page := self.client.get(f"{self.path}/messages", params={"after": after}).json()["messages"]:
            told += page
            after = page[-1]["seq"]
        return told

    def audit(self) -> str:
        """Everything taken is there once, in order, and answered."""

        def answered() -> bool:
            told = self.messages()
            return sum(one["author"] == "bot" for one in told) == len(self.said) + 1

        wait_for(answered, 180, "every answer")
        told = self.messages()
        kept = Counter(one["id"] for one in told if one["author"] == "visitor")
        assert kept == Counter(self.said)
        assert [one["seq"] for one in told] == list(range(1, len(told) + 1))
        return f"{dict(self.seen)}; {len(self.said)} taken, all of them answered, none lost or doubled"


@contextmanager
def product(data: Path, **settings: str) -> Iterator[Product]:
    bring_model(data)
    running = Product(data, **{**RATES, **settings})
    try:
        running.wait_serving()
        running.wait_rasa()
        yield running
        assert "Traceback" not in running.output.read_text("utf-8", "replace")
    finally:
        if running.process.poll() is None:
            running.interrupt()


def say_log(running: Product, word: str) -> None:
    lines = [line for line in running.output.read_text("utf-8", "replace").splitlines() if word in line]
    print(f"    in the log {len(lines)} times: {lines[0][:150] if lines else '—'}")


def lock_sqlite() -> None:
    with tempfile.TemporaryDirectory() as folder, product(Path(folder)) as running:
        visitor = Persistent(running.base)
        with closing(sqlite3.connect(Path(folder) / "helpdesk.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            until = time.monotonic() + SECONDS
            while time.monotonic() < until:
                visitor.try_once("00000000-0000-4000-8000-000000000001")
            health = running.health()
            print(f"    /health meanwhile: {health and health['status']}")
            other.execute("ROLLBACK")
        visitor.talk(3)
        print(f"  SQLite locked for {SECONDS:.0f} s: {visitor.audit()}")
        say_log(running, "the database is busy")


def lose_postgresql() -> None:
    with run_postgres() as server, tempfile.TemporaryDirectory() as folder:
        url = server.url(server.create())
        with product(Path(folder), HELPDESK_DATABASE_URL=url) as running:
            visitor = Persistent(running.base)
            visitor.talk(3)
            pids = {name: running.part(name)["pid"] for name in ("application", "rasa")}
            server.stop()
            until = time.monotonic() + SECONDS
            while time.monotonic() < until:
                visitor.try_once("00000000-0000-4000-8000-000000000002")
                time.sleep(0.5)
            told = httpx2.get(f"{running.base}/health", timeout=20, trust_env=False)
            print(f"    /health meanwhile: {told.status_code} {told.json()['parts']['database']}")
            server.start()
            visitor.talk(3)
            print(f"  PostgreSQL gone for {SECONDS:.0f} s: {visitor.audit()}")
            assert pids == {name: running.part(name)["pid"] for name in pids}, "nothing was restarted"
            say_log(running, "the database cannot be reached")


@contextmanager
def small_disk() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp())
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def fill_disk() -> None:
    with small_disk() as folder, product(folder) as running:
        visitor = Persistent(running.base)
        visitor.talk(3)
        stuffing = folder / "stuffing"
        with stuffing.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        pid = running.kill("rasa")
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            visitor.try_once(str(uuid4())) and visitor.said.append("unexpected")
            time.sleep(0.5)
        health = running.health()
        print(f"    /health meanwhile: {health and (health['status'], health['parts']['disk'])}")
        stuffing.unlink()
        visitor.talk(3)
        wait_for(lambda: running.part("rasa")["pid"] not in (None, pid), 90, "Rasa started again")
        print(f"  the disk full for {SECONDS:.0f} s, Rasa killed meanwhile: {dict(visitor.seen)}")
        say_log(running, "the disk is full")


def stop_in_the_middle() -> None:
    """Ctrl-C while answers are being made; what was taken is answered by the next start."""
    with tempfile.TemporaryDirectory() as folder:
        with product(Path(folder)) as running:
            visitor = Persistent(running.base)
            for _ in range(12):
                id = str(uuid4())
                assert visitor.try_once(id)
                visitor.said.append(id)
            began = time.monotonic()
            running.process.send_signal(signal.SIGTERM)
            running.process.wait(timeout=60)
            print(f"  stopped in the middle of 12 turns after {time.monotonic() - began:.1f} s")
        with closing(sqlite3.connect(Path(folder) / "helpdesk.sqlite3")) as database:
            leased = "SELECT count(*) FROM turns WHERE state = 'waiting' AND leased_until IS NOT NULL"
            print(f"    turns still leased: {database.execute(leased).fetchone()[0]}")
        with product(Path(folder)) as again:
            visitor.client.base_url = httpx2.URL(f"{again.base}/api/v1")
            print(f"    after the next start: {visitor.audit()}")


def main() -> None:
    stop_in_the_middle()
    lock_sqlite()
    lose_postgresql()
    if os.geteuid() == 0:
        fill_disk()
