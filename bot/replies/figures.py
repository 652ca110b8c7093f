"""Amounts, days and dates in words a person reads."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal

from bot.wording import find_sentence, say

END_OF_DAY = {time(23, 59), time(0, 0)}


def tell_number(locale: str, amount: Decimal | float | int) -> str:
    return str(format_decimal(amount, format="#,##0.##", locale=locale))


def tell_amount(locale: str, amount: Decimal | float | int) -> str:
    number = tell_number(locale, amount)
    return f"EUR {number}" if locale == "en" else f"{number} EUR"


def tell_range(locale: str, least: Decimal | None, most: Decimal | None) -> str | None:
    """ "From 5 000 to 20 000 EUR", or the half of it that is known."""
    if least is not None and most is not None:
        return say(locale, "bot.figures.between", least=tell_number(locale, least), most=tell_number(locale, most))
    if most is not None:
        return say(locale, "bot.figures.up_to", most=tell_amount(locale, most))
    if least is not None:
        return say(locale, "bot.figures.from", least=tell_amount(locale, least))
    return None


def tell_percent(locale: str, share: Decimal | float) -> str:
    number = format_decimal(share, format="#,##0.##", locale=locale)
    return f"{number}%" if locale == "en" else f"{number} %"


def tell_until(locale: str, instant: datetime, zone: ZoneInfo, *, opening: bool = False) -> str:
    """A date as it stands after "until" ("līdz", "no": dative or genitive in lv). The hour only where it matters.

    A deadline at midnight belongs to the day that ends then; an opening at midnight to the day that begins.
    """
    local = instant.astimezone(zone)
    if local.time().replace(second=0, microsecond=0) in END_OF_DAY:
        day = local.date() if opening else (local - timedelta(seconds=1)).date()
        return tell_date(locale, day, opening=opening)
    return say(
        locale,
        "bot.figures.with_hour",
        date=tell_date(locale, local.date(), opening=opening),
        hour=tell_hour(locale, local),
    )


def tell_elsewhere(locale: str, instant: datetime, zone: ZoneInfo, other: ZoneInfo) -> str | None:
    """The same instant by the clock of the body that set it: "Briselē 3. janvārī plkst. 23.59". None where both
    clocks show the same."""
    here, there = instant.astimezone(zone), instant.astimezone(other)
    if here.utcoffset() == there.utcoffset():
        return None
    places = find_sentence(locale, "bot.figures.places")
    months = find_sentence(locale, "bot.figures.months_at")
    return say(
        locale,
        "bot.figures.elsewhere",
        place=places.get(other.key, places["other"]),
        day=there.day,
        month=months[there.month - 1],
        hour=tell_hour(locale, there),
    )


def tell_hour(locale: str, local: datetime) -> str:
    return f"{local:%H.%M}" if locale == "lv" else f"{local:%H:%M}"


def tell_date(locale: str, day: date, *, opening: bool) -> str:
    months = find_sentence(locale, "bot.figures.months_from" if opening else "bot.figures.months_until")
    return say(locale, "bot.figures.date", day=day.day, month=months[day.month - 1], year=day.year)


def tell_days_left(locale: str, days: int) -> str:
    if days == 0:
        return say(locale, "bot.figures.today")
    return say(locale, "bot.figures.days_left", count=days)


def tell_days(locale: str, first: date, last: date) -> str:
    """When something is: "2026. gada 8. decembrī", "15.–17. decembrī", or from one day until another."""
    if first == last:
        return _tell_day_at(locale, str(first.day), first)
    if (first.year, first.month) == (last.year, last.month):
        return _tell_day_at(locale, say(locale, "bot.figures.day_to_day", first=first.day, last=last.day), first)
    return say(
        locale,
        "bot.figures.from_until",
        first=tell_date(locale, first, opening=True),
        last=tell_date(locale, last, opening=False),
    )


def tell_month(locale: str, day: date) -> str:
    months = find_sentence(locale, "bot.figures.months_at")
    return say(locale, "bot.figures.month", month=months[day.month - 1], year=day.year)


def _tell_day_at(locale: str, day: str, of: date) -> str:
    months = find_sentence(locale, "bot.figures.months_at")
    return say(locale, "bot.figures.date", day=day, month=months[of.month - 1], year=of.year)
