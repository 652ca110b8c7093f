"""Numbers as the page's language writes them, and no more said with them than they bear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent

from bot.wording import say
from handoff.reports.periods import Bucket, Period

FEWEST_FOR_PERCENT = 20
"""Of fewer, percentages would tell of chance: counts are told instead."""
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Numbers:
    locale: str

    def say(self, key: str, **facts: object) -> str:
        return say(self.locale, f"reports.{key}", **facts)

    def count(self, number: float | None) -> str:
        return NOTHING if number is None else str(format_decimal(number, "#,##0", locale=self.locale))

    def score(self, mean: float | None) -> str:
        return NOTHING if mean is None else str(format_decimal(mean, "0.0", locale=self.locale))

    def percent(self, part: float, whole: float) -> str:
        return str(
            format_percent(part / whole, "#,##0\u00a0%" if self.locale == "lv" else "#,##0%", locale=self.locale)
        )

    def share(self, part: int, whole: int) -> str:
        """`64 %`, or `7 of 12` where there are too few for a percentage."""
        if not whole:
            return NOTHING
        if whole < FEWEST_FOR_PERCENT:
            return self.say("of", part=self.count(part), whole=self.count(whole))
        return self.percent(part, whole)

    def minutes(self, minutes: float | None) -> str:
        """Of business time: `45 min`, `2 h 10 min`."""
        if minutes is None:
            return NOTHING
        hours, rest = divmod(round(minutes), 60)
        if hours >= 10:
            told = self.say("hours", hours=self.count(round(minutes / 60)))
        elif hours and rest:
            told = self.say("hours_minutes", hours=hours, minutes=rest)
        else:
            told = self.say("hours", hours=hours) if hours else self.say("minutes", minutes=rest)
        return told.replace(" ", "\u00a0")

    def clock(self, minutes: float) -> str:
        """Short, to stand at a scale: `1:30`."""
        hours, rest = divmod(round(minutes), 60)
        return f"{hours}:{rest:02}" if minutes else "0"

    def change(self, now: int, before: int) -> str:
        """`+12 %`, or `+3` where there are too few; empty if that would say nothing."""
        sign, few = "+" if now > before else "−", min(now, before) < FEWEST_FOR_PERCENT
        if now == before or not before or (few and max(now, before) >= 5 * FEWEST_FOR_PERCENT):
            return ""
        if few:
            return f"{sign}{self.count(abs(now - before))}"
        if round(abs(now - before) / before * 100) == 0:
            return ""
        return f"{sign}{self.percent(abs(now - before), before)}"

    def day(self, day: date, form: str = "long") -> str:
        return str(format_date(day, form, locale=self.locale))

    def days(self, period: Period) -> str:
        """From the first to the last."""
        if period.first == period.last:
            return self.day(period.first)
        return f"{self.day(period.first)} – {self.day(period.last)}"

    def bucket(self, bucket: Bucket, unit: str) -> str:
        """The month with its year, or the week's first and last day."""
        if unit == "month":
            return str(format_skeleton("yMMM", bucket.first, locale=self.locale)).replace(" ", "\u00a0")
        if bucket.first == bucket.last:
            return self.tick(bucket, unit)
        return f"{self.tick(bucket, unit)}–{format_skeleton('Md', bucket.last, locale=self.locale)}"

    def tick(self, bucket: Bucket, unit: str) -> str:
        """Short, to stand below a column."""
        skeleton = "MMM" if unit == "month" else "Md"
        return str(format_skeleton(skeleton, bucket.first, locale=self.locale))
