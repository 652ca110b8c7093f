"""An event with its days, and what the clock makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from knowledge.call import RIGA
from knowledge.catalogue import Catalogue
from knowledge.document import Document, Kind


@dataclass(frozen=True, slots=True)
class Event:
    """An event in one language whose day is known. `hour` is the local time it begins at, where that is told."""

    document: Document
    starts_on: date
    ends_on: date
    hour: str | None

    def is_over(self, today: date) -> bool:
        return self.ends_on < today

    @classmethod
    def from_document(cls, document: Document) -> Event | None:
        """None where no day is told: such an event cannot be announced."""
        starts = _read(document.fields.get("starts_at"))
        if starts is None:
            return None
        ends = _read(document.fields.get("ends_at")) or starts
        hour = f"{starts:%H:%M}" if isinstance(starts, datetime) else None
        first, last = _day(starts), _day(ends)
        return cls(document, first, max(first, last), hour)


def list_events(catalogue: Catalogue, locale: str) -> list[Event]:
    """Every event whose day is known, in `locale` where it is told in it; by day."""
    documents = catalogue.find_documents(locale=locale, kinds=[Kind.EVENT])
    events = [event for document in documents if (event := Event.from_document(document))]
    return sorted(events, key=lambda event: (event.starts_on, event.hour or "", event.document.title))


def _read(told: Any) -> date | datetime | None:
    """As it is written in a material: a day, or a day with the hour in Riga."""
    if isinstance(told, str):
        told = datetime.fromisoformat(told) if len(told) > len("2026-12-15") else date.fromisoformat(told)
    if isinstance(told, datetime):
        return told.astimezone(RIGA) if told.tzinfo else told
    return told if isinstance(told, date) else None


def _day(told: date | datetime) -> date:
    return told.date() if isinstance(told, datetime) else told
