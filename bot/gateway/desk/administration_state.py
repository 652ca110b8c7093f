"""Administrators' page of the parts: which work, which do not, and what to do about it, in words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from babel.numbers import format_decimal
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from bot.gateway.desk.administration_pages import PARTS, Administering, show
from bot.gateway.operations import RasaWatch, look_at_database, look_at_index, look_at_processes
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.wording import say
from handoff.upkeep import OutboxState, last_received, last_retention, measure_outbox

router = APIRouter(prefix=PARTS["state"], include_in_schema=False)
watch = RasaWatch()
LEAST_FREE = 1 << 30
"""Bytes free below which a disk is nearly full: an index and a backup need about as much."""
QUIET = timedelta(days=2)
"""Retention runs daily; two days without it are worth a look."""


@dataclass(frozen=True, slots=True)
class PartState:
    """`mood`: good, warn, bad, or off for what is not in use."""

    name: str
    mood: str
    told: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found out, before it is worded."""

    database: dict[str, Any]
    queue: dict[str, Any]
    index: dict[str, Any]
    rasa: str
    processes: dict[str, Any]
    outbox: OutboxState | None
    telegram_at: datetime | None
    retention_at: datetime | None
    free: int


def look(helpdesk: Helpdesk, rasa: str) -> Seen:
    database, queue = look_at_database(helpdesk)
    outbox, telegram_at, retention_at = None, None, None
    if database["state"] == "up":
        with helpdesk.database.reading() as session:
            outbox = measure_outbox(session)
            telegram_at, retention_at = last_received(session, "telegram"), last_retention(session)
    free = shutil.disk_usage(helpdesk.settings.data).free
    index, processes = look_at_index(helpdesk), look_at_processes(helpdesk)
    return Seen(database, queue, index, rasa, processes, outbox, telegram_at, retention_at, free)


@dataclass(frozen=True, slots=True)
class Teller:
    """Words what was seen."""

    helpdesk: Helpdesk
    locale: str

    def part(self, name: str, mood: str, key: str, /, **facts: object) -> PartState:
        return PartState(name, mood, say(self.locale, f"administration.state.{name}.{key}", **facts))

    def ago(self, span: timedelta) -> str:
        return format_timedelta(span, locale=self.locale)

    def amount(self, told: float) -> str:
        return format_decimal(told, "#,##0.0", locale=self.locale)

    def since(self, moment: datetime) -> str:
        return self.ago(self.helpdesk.clock() - moment)

    def tell(self, seen: Seen) -> Iterator[PartState]:
        yield self.database(seen)
        yield self.queue(seen)
        yield self.index(seen)
        yield self.rasa(seen)
        yield self.telegram(seen)
        yield self.mail()
        yield self.outbox(seen)
        yield self.retention(seen)
        yield self.disk(seen)
        yield from self.processes(seen)

    def database(self, seen: Seen) -> PartState:
        if seen.database["state"] != "up":
            return self.part("database", "bad", "down")
        kind = "SQLite" if self.helpdesk.database.is_sqlite else "PostgreSQL"
        return self.part("database", "good", "up", kind=kind, ms=self.amount(seen.database["ms"]))

    def queue(self, seen: Seen) -> PartState:
        states = seen.queue.get("states")
        if states is None:
            return self.part("queue", "bad", "unknown")
        waited = seen.queue.get("oldest_wait_seconds")
        if not states["new"]:
            return self.part("queue", "good", "empty", open=states["claimed"] + states["waiting"])
        span = self.ago(timedelta(seconds=waited or 0))
        return self.part("queue", "good", "waits", count=states["new"], span=span)

    def index(self, seen: Seen) -> PartState:
        told = seen.index
        if told["state"] != "up":
            return self.part("index", "bad", "empty")
        facts = {"documents": told["documents"], "passages": told["passages"]}
        if told["problems"]:
            return self.part("index", "warn", "problems", count=told["problems"], **facts)
        return self.part("index", "good", "up", **facts)

    def rasa(self, seen: Seen) -> PartState:
        return self.part("rasa", {"up": "good", "down": "bad"}.get(seen.rasa, "off"), seen.rasa)

    def telegram(self, seen: Seen) -> PartState:
        if self.helpdesk.settings.telegram_token is None:
            return self.part("telegram", "off", "off")
        if seen.telegram_at is None:
            return self.part("telegram", "warn", "silent")
        return self.part("telegram", "good", "up", span=self.since(seen.telegram_at))

    def mail(self) -> PartState:
        host = self.helpdesk.settings.smtp_host
        return self.part("mail", "good", "up", host=host) if host else self.part("mail", "off", "off")

    def outbox(self, seen: Seen) -> PartState:
        state = seen.outbox
        if state is None:
            return self.part("outbox", "bad", "unknown")
        if state.late:
            return self.part("outbox", "bad", "late", count=state.late)
        if state.failed:
            return self.part("outbox", "warn", "failed", count=state.failed)
        return self.part("outbox", "good", "up", count=state.waiting)

    def retention(self, seen: Seen) -> PartState:
        if seen.retention_at is None:
            return self.part("retention", "warn", "never")
        late = self.helpdesk.clock() - seen.retention_at > QUIET
        key = "late" if late else "up"
        return self.part("retention", "warn" if late else "good", key, span=self.since(seen.retention_at))

    def disk(self, seen: Seen) -> PartState:
        low = seen.free < LEAST_FREE
        return self.part(
            "disk", "bad" if low else "good", "low" if low else "up", free=self.amount(seen.free / 1e9)
        )

    def processes(self, seen: Seen) -> Iterator[PartState]:
        for name, told in seen.processes.items():
            runs = isinstance(told, dict) and told.get("state") == "running"
            key = "running" if runs else "restarting"
            yield self.part("process", "good" if runs else "bad", key, name=name)


@router.get("")
async def show_state(request: Request, helpdesk: Desk, signed_in: Administering) -> Response:
    rasa = await watch.look(getattr(request.app.state, "rasa", None))
    seen = await run_in_threadpool(look, helpdesk, str(rasa["state"]))
    told = list(Teller(helpdesk, choose_locale(request)).tell(seen))
    worst = next((mood for mood in ("bad", "warn") if any(one.mood == mood for one in told)), "good")
    return show(request, signed_in, "administration_state.html", "state", told=told, worst=worst)
