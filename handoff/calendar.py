"""Opening hours: when people answer, when they are back, and how much business time lies between two instants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from handoff.settings import HandoffSettings, Span

LOOKS_AHEAD = 400
"""Days within which the next opening must lie; hours without any opening are refused by check_hours."""


@dataclass(frozen=True, slots=True)
class DayOff:
    """Why a day is off, in both languages."""

    lv: str
    en: str

    def in_locale(self, locale: str) -> str:
        return self.en if locale == "en" else self.lv


@lru_cache(maxsize=32)
def public_holidays(year: int) -> Mapping[date, DayOff]:
    """Latvian public holidays, those moved to another day and bridging days included."""
    import holidays

    lv = holidays.country_holidays("LV", years=year, language="lv")
    en = holidays.country_holidays("LV", years=year, language="en_US")
    return {day: DayOff(str(lv[day]), str(en.get(day, lv[day]))) for day in lv}


@dataclass(frozen=True)
class BusinessCalendar:
    """`closures` are further days off, by date. All instants in and out are aware; results are in UTC."""

    zone: ZoneInfo
    hours: Mapping[int, Sequence[Span]]
    with_holidays: bool = True
    closures: Mapping[date, DayOff] = field(default_factory=dict)

    def day_off(self, day: date) -> DayOff | None:
        if day in self.closures:
            return self.closures[day]
        return public_holidays(day.year).get(day) if self.with_holidays else None

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """Open spans of a local day, in UTC: an hour lost or won by the clock change is lost or won here."""
        if self.day_off(day):
            return []
        return [
            (self._instant(day, begin), self._instant(day, end))
            for begin, end in self.hours.get(day.weekday(), ())
        ]

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(timezone.utc)

    def local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _spans_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = self.local_day(at)
        for ahead in range(LOOKS_AHEAD):
            yield from self.spans(day + timedelta(days=ahead))

    def is_open(self, at: datetime) -> bool:
        return any(begin <= at < end for begin, end in self.spans(self.local_day(at)))

    def next_opening(self, at: datetime) -> datetime | None:
        """The next instant at which a span begins; `at` itself if it is open then."""
        if self.is_open(at):
            return at.astimezone(timezone.utc)
        return next((begin for begin, _ in self._spans_from(at) if begin > at), None)

    def closes_at(self, at: datetime) -> datetime | None:
        """When the span that is open at this instant ends."""
        return next((end for begin, end in self.spans(self.local_day(at)) if begin <= at < end), None)

    def add_minutes(self, at: datetime, minutes: float) -> datetime:
        """The instant at which so many business minutes have passed."""
        left = timedelta(minutes=minutes)
        for begin, end in self._spans_from(at):
            start = max(begin, at)
            if start >= end:
                continue
            if end - start >= left:
                return start + left
            left -= end - start
        return at.astimezone(timezone.utc) + left

    def minutes_between(self, begin: datetime, end: datetime) -> float:
        """Business minutes from one instant to a later one; 0 if it is not later."""
        total = timedelta()
        day, last = self.local_day(begin), self.local_day(end)
        while day <= last:
            for opens, closes in self.spans(day):
                total += max(timedelta(), min(closes, end) - max(opens, begin))
            day += timedelta(days=1)
        return total.total_seconds() / 60


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read_hours(told: str) -> dict[int, tuple[Span, ...]]:
    """From `Mon-Thu 08:30-12:00,12:30-17:00; Fri 08:30-15:00`. Raises ValueError, saying what it cannot read."""
    hours: dict[int, tuple[Span, ...]] = {}
    for part in filter(None, (part.strip() for part in told.split(";"))):
        days, _, spans = part.partition(" ")
        first, _, last = days.lower().partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError(f"{part!r}: days are written Mon, Tue, … or Mon-Fri")
        read = tuple(_read_span(span) for span in spans.replace(" ", "").split(","))
        for day in range(DAYS.index(first), DAYS.index(last or first) + 1):
            hours[day] = (*hours.get(day, ()), *read)
    check_hours(hours)
    return hours


def _read_span(told: str) -> Span:
    begin, _, end = told.partition("-")
    try:
        return time.fromisoformat(begin), time.fromisoformat(end)
    except ValueError as error:
        raise ValueError(f"{told!r} is no span of time; write 09:00-17:00") from error


def check_hours(hours: Mapping[int, Sequence[Span]]) -> None:
    """Raises ValueError, saying which day, for spans that end before they begin, overlap, or are none at all."""
    for day, spans in hours.items():
        if day not in range(7):
            raise ValueError(f"{day} is no weekday: Monday is 0, Sunday 6")
        before = None
        for begin, end in sorted(spans):
            if begin >= end or (before is not None and begin < before):
                raise ValueError(f"hours of weekday {day}: {begin:%H:%M}-{end:%H:%M} is no span of its own")
            before = end
    if not any(hours.values()):
        raise ValueError("there are no opening hours at all")


def calendar_of(settings: HandoffSettings, closures: Mapping[date, DayOff]) -> BusinessCalendar:
    return BusinessCalendar(ZoneInfo(settings.timezone), settings.hours, settings.holidays, closures)
