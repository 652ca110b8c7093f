"""A funding call, and what the clock makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.document import Document, Link

RIGA = ZoneInfo("Europe/Riga")
LAST_MOMENT = time(23, 59, 59)


class CallStatus(StrEnum):
    FORTHCOMING = "forthcoming"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class FundingCall:
    """A call in one language, made from a Document of kind `call` (`document` is its key).

    Instants are aware, in UTC; deadlines written as a date mean the end of that day in the call's own time
    zone. `deadlines` are all cut-offs in order; none means a rolling call, open until it is closed by hand.
    Amounts are EUR; `own_share` is the applicant's co-financing in per cent.
    """

    id: str
    document: str
    locale: str
    title: str
    summary: str
    url: str
    programme: str
    opens_at: datetime | None
    deadlines: tuple[datetime, ...]
    stages: int
    cancelled: bool
    closed_early: bool
    budget: Decimal | None
    grant_min: Decimal | None
    grant_max: Decimal | None
    own_share: Decimal | None
    themes: tuple[str, ...]
    applicants: tuple[str, ...]
    regions: tuple[str, ...]
    countries: tuple[str, ...]
    links: tuple[Link, ...]
    demo: bool
    zone: ZoneInfo = RIGA
    """The clock its deadlines are set by."""

    @property
    def entries(self) -> tuple[datetime, ...]:
        """Deadlines by which one can enter: the later stages are for those who were invited to them."""
        return self.deadlines[: max(1, len(self.deadlines) - self.stages + 1)]

    def status(self, now: datetime) -> CallStatus:
        """A deadline's own instant is still open; a moment later it is over. After the last entry it is closed."""
        if self.cancelled:
            return CallStatus.CANCELLED
        if self.closed_early or (self.deadlines and now > self.entries[-1]):
            return CallStatus.CLOSED
        if self.opens_at and now < self.opens_at:
            return CallStatus.FORTHCOMING
        return CallStatus.OPEN

    def next_deadline(self, now: datetime) -> datetime | None:
        """The nearest cut-off for new applications still ahead; None if the call is rolling or over."""
        if self.status(now) in (CallStatus.CLOSED, CallStatus.CANCELLED):
            return None
        return next((deadline for deadline in self.entries if deadline >= now), None)

    def days_left(self, now: datetime) -> int | None:
        """Whole calendar days in Riga from today to the next deadline; 0 is today."""
        deadline = self.next_deadline(now)
        if deadline is None:
            return None
        return (deadline.astimezone(RIGA).date() - now.astimezone(RIGA).date()).days

    @classmethod
    def from_document(cls, document: Document, today: date | None = None) -> FundingCall:
        """`today` is what the offsets of demonstration calls ("+30d") count from."""
        told = document.fields
        zone = ZoneInfo(str(told.get("call_timezone") or "Europe/Riga"))
        day = today or datetime.now(RIGA).date()
        deadlines = sorted(_instant(value, zone, day, LAST_MOMENT) for value in told.get("deadlines") or ())
        opens = told.get("opens_at")
        return cls(
            id=document.id,
            document=document.key,
            locale=document.locale,
            title=document.title,
            summary=document.summary,
            url=document.url,
            programme=str(told.get("programme") or ""),
            opens_at=_instant(opens, zone, day, time()) if opens else None,
            deadlines=tuple(deadlines),
            stages=int(told.get("call_stages") or 1),
            cancelled=bool(told.get("cancelled")),
            closed_early=bool(told.get("closed_early")),
            budget=_amount(told.get("budget")),
            grant_min=_amount(told.get("grant_min")),
            grant_max=_amount(told.get("grant_max")),
            own_share=_amount(told.get("own_share")),
            themes=document.themes,
            applicants=document.applicants,
            regions=document.regions,
            countries=tuple(str(country) for country in told.get("countries") or ()),
            links=document.links,
            demo=document.demo,
            zone=zone,
        )


def _amount(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _instant(value: Any, zone: ZoneInfo, today: date, moment: time) -> datetime:
    """An instant in UTC. A day alone means `moment` of it in the call's zone; "+30d" counts from today."""
    if isinstance(value, str) and value.endswith("d") and value[:1] in "+-":
        value = today + timedelta(days=int(value[:-1]))
    elif isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime):
        local = value if value.tzinfo else value.replace(tzinfo=zone)
    else:
        local = datetime.combine(value, moment, zone)
    return local.astimezone(timezone.utc)
