"""Administrators' page of the parts: which work, which do not, and what to do about it, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_timedelta
from babel.numbers import format_decimal
from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from bot.gateway.desk.administration_pages import PARTS, Administering, show
from bot.gateway.health import Report
from bot.gateway.operations import Looks
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.wording import say
from handoff.errors import HandoffError
from handoff.upkeep import last_retention

router = APIRouter(prefix=PARTS["state"], include_in_schema=False)
QUIET = timedelta(days=2)
"""Retention runs daily; two days without it are worth a look."""
Parts = dict[str, Report]


@dataclass(frozen=True, slots=True)
class PartState:
    """`mood`: good, warn, bad, or off for what is not in use."""

    name: str
    mood: str
    told: str


@dataclass(frozen=True, slots=True)
class Teller:
    """Words what /health found."""

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

    def tell(self, parts: Parts, retention_at: datetime | None) -> Iterator[PartState]:
        yield self.database(parts["database"])
        yield self.queue(parts["queue"])
        yield self.turns(parts["turns"])
        yield self.index(parts["index"])
        yield self.rasa(parts["rasa"], parts["model"])
        yield self.telegram(parts["telegram"])
        yield self.mail(parts["mail"])
        yield self.outbox(parts["outbox"])
        yield self.retention(retention_at)
        yield self.disk(parts["disk"])
        yield from self.processes(parts["processes"])

    def database(self, told: Report) -> PartState:
        if told["state"] != "up":
            return self.part("database", "bad", "down")
        kind = "SQLite" if self.helpdesk.database.is_sqlite else "PostgreSQL"
        return self.part("database", "good", "up", kind=kind, ms=self.amount(told["ms"]))

    def queue(self, told: Report) -> PartState:
        states = told.get("states")
        if states is None:
            return self.part("queue", "bad", "unknown")
        if not states["new"]:
            return self.part("queue", "good", "empty", open=states["claimed"] + states["waiting"])
        span = self.ago(timedelta(seconds=told.get("oldest_wait_seconds") or 0))
        return self.part("queue", "good", "waits", count=states["new"], span=span)

    def turns(self, told: Report) -> PartState:
        waiting = told.get("waiting")
        if waiting is None:
            return self.part("turns", "bad", "unknown")
        return self.part("turns", "good", "up", count=waiting)

    def index(self, told: Report) -> PartState:
        if told["state"] != "up":
            return self.part("index", "bad", "empty")
        facts = {"documents": told["documents"], "passages": told["passages"]}
        if told["problems"]:
            return self.part("index", "warn", "problems", count=told["problems"], **facts)
        return self.part("index", "good", "up", **facts)

    def rasa(self, told: Report, model: Report) -> PartState:
        if model["state"] == "missing":
            return self.part("rasa", "bad", "untrained")
        return self.part("rasa", {"up": "good", "down": "bad"}.get(told["state"], "off"), told["state"])

    def telegram(self, told: Report) -> PartState:
        if told["state"] in ("off", "unknown", "connecting"):
            mood = {"off": "off", "unknown": "bad"}.get(told["state"], "warn")
            return self.part("telegram", mood, told["state"])
        if told["late"] or told["failures"]:
            return self.part(
                "telegram", "warn", "failing", late=told["late"], failed=sum(told["failures"].values())
            )
        if told["last_update"] is None:
            return self.part("telegram", "good", "silent")
        return self.part("telegram", "good", "up", span=self.since(told["last_update"]))

    def mail(self, told: Report) -> PartState:
        if told["state"] in ("off", "unknown"):
            return self.part("mail", "off" if told["state"] == "off" else "bad", told["state"])
        if told["late"] or told["failures"]:
            return self.part("mail", "warn", "failing", late=told["late"], failed=sum(told["failures"].values()))
        return self.part("mail", "good", "up", host=self.helpdesk.settings.smtp_host)

    def outbox(self, told: Report) -> PartState:
        if told["state"] != "up":
            return self.part("outbox", "bad", "unknown")
        if told["late"]:
            return self.part("outbox", "bad", "late", count=told["late"])
        if told["failed"]:
            return self.part("outbox", "warn", "failed", count=told["failed"])
        return self.part("outbox", "good", "up", count=told["waiting"])

    def retention(self, last: datetime | None) -> PartState:
        if last is None:
            return self.part("retention", "warn", "never")
        late = self.helpdesk.clock() - last > QUIET
        return self.part("retention", "warn" if late else "good", "late" if late else "up", span=self.since(last))

    def disk(self, told: Report) -> PartState:
        low = told["state"] != "up"
        free = self.amount(told["free_bytes"] / 1e9)
        return self.part("disk", "bad" if low else "good", "low" if low else "up", free=free)

    def processes(self, told: Report) -> Iterator[PartState]:
        for name, process in told.items():
            runs = process.get("state") == "running"
            yield self.part("process", "good" if runs else "bad", "running" if runs else "restarting", name=name)


def read_retention(helpdesk: Helpdesk) -> datetime | None:
    """None also where the database cannot say: that it cannot is told beside."""
    try:
        with helpdesk.database.reading() as session:
            return last_retention(session)
    except (SQLAlchemyError, HandoffError):
        return None


@router.get("")
async def show_state(request: Request, helpdesk: Desk, signed_in: Administering) -> Response:
    parts = await Looks(helpdesk).look(request)
    retention_at = await run_in_threadpool(read_retention, helpdesk)
    told = list(Teller(helpdesk, choose_locale(request)).tell(parts, retention_at))
    worst = next((mood for mood in ("bad", "warn") if any(one.mood == mood for one in told)), "good")
    return show(request, signed_in, "administration_state.html", "state", told=told, worst=worst)
