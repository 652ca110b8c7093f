"""A funding call, and what the clock makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from knowledge.document import Document, Link


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

    def status(self, now: datetime) -> CallStatus:
        raise NotImplementedError

    def next_deadline(self, now: datetime) -> datetime | None:
        """The nearest cut-off still ahead; None when there is none, or the call is rolling or over."""
        raise NotImplementedError

    def days_left(self, now: datetime) -> int | None:
        """Whole calendar days in Riga from today to the next deadline; 0 is today."""
        raise NotImplementedError

    @classmethod
    def from_document(cls, document: Document) -> FundingCall:
        raise NotImplementedError
