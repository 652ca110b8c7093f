"""A call as another system tells it, before it becomes a material."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from knowledge.document import Link
from knowledge.passages import slugify

Moment = date | datetime


@dataclass(frozen=True, slots=True)
class CallRecord:
    """`identifier` is the other system's own name for the call; `body` is Markdown. A date is that whole day."""

    identifier: str
    title: str
    locale: str
    summary: str = ""
    body: str = ""
    programme: str = ""
    opens_at: Moment | None = None
    deadlines: tuple[Moment, ...] = ()
    call_timezone: str = "Europe/Riga"
    call_stages: int = 1
    rolling: bool = False
    cancelled: bool = False
    closed_early: bool = False
    budget: Decimal | None = None
    grant_min: Decimal | None = None
    grant_max: Decimal | None = None
    own_share: Decimal | None = None
    themes: tuple[str, ...] = ()
    applicants: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def id(self) -> str:
        return slugify(self.identifier)

    def told(self) -> dict[str, Any]:
        """The fields of front matter that it has something to say of."""
        made: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name in ("identifier", "body") or value in (None, "", (), False):
                continue
            made[one.name] = _plain(value)
        return made


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, Link):
        return {"title": value.title, "url": value.url}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def merge(records: Iterable[CallRecord]) -> tuple[list[CallRecord], int]:
    """One record for each call and language, and how many were the same told again.

    Records are the same call if they share an identifier, or title and deadlines. The first says what it says; a
    later one fills in what is missing.
    """
    kept: dict[tuple[str, str], CallRecord] = {}
    places: dict[tuple[str, str, str], tuple[str, str]] = {}
    total = 0
    for record in records:
        total += 1
        alike = (record.locale, " ".join(record.title.casefold().split()), str(sorted(map(str, record.deadlines))))
        place = (record.id, record.locale)
        if place not in kept:
            place = places.get(alike, place)
        places.setdefault(alike, place)
        kept[place] = _fill(kept[place], record) if place in kept else record
    return list(kept.values()), total - len(kept)


def _fill(first: CallRecord, later: CallRecord) -> CallRecord:
    missing = {
        one.name: getattr(later, one.name)
        for one in fields(first)
        if getattr(first, one.name) in (None, "", ()) and getattr(later, one.name) not in (None, "", ())
    }
    cancelled = first.cancelled or later.cancelled
    return replace(first, **missing, cancelled=cancelled, closed_early=first.closed_early or later.closed_early)
