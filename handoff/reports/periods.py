"""The days a report is about, the period before, and how they are cut into weeks or months."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from handoff.errors import Invalid

PRESETS: Sequence[str] = (
    "week", "last_week", "month", "last_month", "quarter", "last_quarter", "year", "last_year", "custom",
)  # fmt: skip
UNITS: Sequence[str] = ("week", "month")
LONGEST_DAYS = 5 * 366
WEEKLY_UP_TO = 100
"""Days up to which a period is cut into weeks unless months are asked for."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A week (from Monday) or a month, cut off where the period begins or ends."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included, in the helpdesk's own time zone."""

    first: date
    last: date
    unit: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The instant it begins and the one at which it is over."""
        begin, end = (datetime.combine(day, time(), zone) for day in (self.first, self.last + DAY))
        return begin.astimezone(timezone.utc), end.astimezone(timezone.utc)

    def buckets(self) -> list[Bucket]:
        cut, begin = [], self.first
        while begin <= self.last:
            end = begin + timedelta(days=6 - begin.weekday()) if self.unit == "week" else last_of_month(begin)
            cut.append(Bucket(begin, min(end, self.last)))
            begin = end + DAY
        return cut

    def place(self, day: date) -> int:
        """The index of the day's bucket."""
        if self.unit == "week":
            monday = self.first - timedelta(days=self.first.weekday())
            return (day - monday).days // 7
        return (day.year - self.first.year) * 12 + day.month - self.first.month

    def before(self) -> Period:
        """What it is compared with: as many months before if it begins with a month, else as many days, in whole
        weeks if it begins with a Monday. Most of a year is compared with the same months of the year before."""
        if self.first.day != 1:
            weekly = self.first.weekday() == 0 and self.days <= WEEKLY_UP_TO
            back = -(-self.days // 7) * 7 if weekly else self.days
            return Period(self.first - timedelta(days=back), self.last - timedelta(days=back), self.unit)
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        if self.first.month == 1 and 3 < months < 12:
            months = 12
        last = shift_months(self.last, -months)
        if self.last == last_of_month(self.last):
            last = last_of_month(last)
        return Period(shift_months(self.first, -months), last, self.unit)


def last_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def shift_months(day: date, months: int) -> date:
    """The same day of another month, or its last if it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def find_period(
    preset: str, today: date, *, first: date | None = None, last: date | None = None, unit: str | None = None
) -> Period:
    """The days a preset means today; what is still going on ends today. Raises Invalid."""
    if preset not in PRESETS:
        raise Invalid("no such period", field="period", reason="unknown")
    begin, end = _find_days(preset, today, first, last)
    if begin > end:
        raise Invalid("a period ends after it begins", field="to", reason="out_of_order")
    if (end - begin).days >= LONGEST_DAYS:
        raise Invalid("a period has at most five years", field="from", reason="too_long")
    if unit is not None and unit not in UNITS:
        raise Invalid("a unit is week or month", field="unit", reason="unknown")
    return Period(begin, end, unit or ("week" if (end - begin).days < WEEKLY_UP_TO else "month"))


def _find_days(preset: str, today: date, first: date | None, last: date | None) -> tuple[date, date]:
    if preset == "custom":
        return first or today.replace(day=1), min(last or today, today)
    monday = today - timedelta(days=today.weekday())
    if preset == "week":
        return monday, today
    if preset == "last_week":
        return monday - timedelta(days=7), monday - DAY
    month = today.replace(day=1)
    quarter = month.replace(month=month.month - (month.month - 1) % 3)
    year = month.replace(month=1)
    current = {"month": month, "quarter": quarter, "year": year}
    if preset in current:
        return current[preset], today
    end = current[preset.removeprefix("last_")] - DAY
    months = {"last_month": 1, "last_quarter": 3, "last_year": 12}[preset]
    return shift_months(end.replace(day=1), 1 - months), end


def find_year(year: int, today: date) -> Period:
    """A calendar year; the running one up to today. Raises Invalid for one to come."""
    if not 2000 <= year <= today.year:
        raise Invalid("that year is yet to come", field="year", reason="out_of_bounds")
    return Period(date(year, 1, 1), min(date(year, 12, 31), today), "month")
