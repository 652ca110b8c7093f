"""Which calls fit what a person told, and for those that nearly do, why not."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.helpdesk import Helpdesk
from knowledge.call import CallStatus, FundingCall
from knowledge.vocabulary import load_vocabularies

FILTERS = ("theme", "target_group", "applicant", "region", "amount", "own_share", "deadline", "status")
SEVERAL = ("theme", "target_group", "applicant", "region")
"""Filters of which several values may be said; one of them is enough. They are joined by commas."""
THEME_OF_GROUP = {
    "seniors": "ageing",
    "children_youth": "youth",
    "people_with_disabilities": "disability",
    "unemployed": "employment",
    "refugees": "migration",
}
"""Target groups that are a theme of calls as well."""


@dataclass(frozen=True)
class Match:
    """`unmet` names the filters the call does not meet; none means that it fits."""

    call: FundingCall
    unmet: tuple[str, ...]


@dataclass(frozen=True)
class Search:
    fitting: list[Match]
    nearest: list[Match]


def search_calls(helpdesk: Helpdesk, locale: str, filters: Mapping[str, str]) -> Search:
    """Nearest deadline first among those that fit; the nearest misses by how little is missing."""
    status = CallStatus(filters.get("status", "open"))
    now = helpdesk.clock()
    calls = helpdesk.knowledge.catalogue.find_calls(locale=locale, now=now, status=status)
    matches = [Match(call, tuple(find_unmet(helpdesk, call, filters, now))) for call in calls]
    fitting = [match for match in matches if not match.unmet]
    missing = [match for match in matches if match.unmet and len(match.unmet) < max(2, _criteria(filters))]
    return Search(fitting, sorted(missing, key=lambda match: len(match.unmet)))


def _criteria(filters: Mapping[str, str]) -> int:
    return sum(1 for name in filters if name != "status")


def find_unmet(helpdesk: Helpdesk, call: FundingCall, filters: Mapping[str, str], now: datetime) -> list[str]:
    checks: dict[str, Callable[[str], bool]] = {
        "theme": lambda value: _meets_theme(call, value),
        "target_group": lambda value: _meets_group(helpdesk, call, value),
        "applicant": lambda value: not call.applicants or value in call.applicants,
        "region": lambda value: reaches(call.regions, value),
        "amount": lambda value: _meets_amount(call, Decimal(value)),
        "own_share": lambda value: call.own_share is not None and call.own_share <= Decimal(value),
        "deadline": lambda value: _meets_deadline(helpdesk, call, value, now),
    }
    return [
        name
        for name, check in checks.items()
        if name in filters and not any(check(value) for value in split_values(name, filters[name]))
    ]


def join_values(name: str, values: Sequence[str]) -> str:
    """All that was said of a filter, or the last where only one can hold."""
    return ",".join(dict.fromkeys(values)) if name in SEVERAL else values[-1]


def split_values(name: str, value: str) -> list[str]:
    return value.split(",") if name in SEVERAL else [value]


def _meets_theme(call: FundingCall, theme: str) -> bool:
    return not call.themes or theme in call.themes


def _meets_group(helpdesk: Helpdesk, call: FundingCall, group: str) -> bool:
    document = helpdesk.knowledge.catalogue.document(call.document)
    groups = document.target_groups if document else ()
    if groups and group in groups:
        return True
    theme = THEME_OF_GROUP.get(group)
    return theme in call.themes if theme and call.themes else not groups


def reaches(regions: Sequence[str], region: str) -> bool:
    """Whether what is for these regions is for that one: the same, around it or in it; none is everywhere."""
    if not regions or "latvia" in regions:
        return True
    return bool(set(regions) & {region, *_ancestors(region), *_children(region)})


def _ancestors(region: str) -> list[str]:
    terms, found = load_vocabularies()["region"].terms, []
    while region in terms and terms[region].parent:
        region = str(terms[region].parent)
        found.append(region)
    return found


def _children(region: str) -> list[str]:
    return [code for code, term in load_vocabularies()["region"].terms.items() if term.parent == region]


def _meets_amount(call: FundingCall, amount: Decimal) -> bool:
    return (call.grant_max is None or amount <= call.grant_max) and (
        call.grant_min is None or amount >= call.grant_min
    )


def _meets_deadline(helpdesk: Helpdesk, call: FundingCall, value: str, now: datetime) -> bool:
    deadline, window = call.next_deadline(now), read_window(value, now.astimezone(helpdesk.settings.zone).date())
    if deadline is None or window is None:
        return False
    day = (deadline - timedelta(seconds=1)).astimezone(helpdesk.settings.zone).date()
    return window[0] <= day <= window[1]


def read_window(value: str, today: date) -> tuple[date, date] | None:
    """First and last day meant by a `deadline` entity; a date alone means "until then"."""
    kind, _, rest = value.partition(":")
    if kind == "days":
        return today, today + timedelta(days=int(rest))
    if kind == "month":
        return _month(today.year + (int(rest) < today.month), int(rest), today)
    if kind == "date":
        day = _read_day(rest, today)
        return (today, day) if day else None
    return _named_window(kind, today)


def _read_day(told: str, today: date) -> date | None:
    try:
        if len(told) == len("2026-12-15"):
            return date.fromisoformat(told)
        day = date.fromisoformat(f"{today.year}-{told}")
        return day if day >= today else date.fromisoformat(f"{today.year + 1}-{told}")
    except ValueError:
        return None


def _month(year: int, month: int, today: date) -> tuple[date, date]:
    return max(today, date(year, month, 1)), date(year, month, calendar.monthrange(year, month)[1])


def _named_window(name: str, today: date) -> tuple[date, date] | None:
    monday = today - timedelta(days=today.weekday())
    following = (today.year, today.month + 1) if today.month < 12 else (today.year + 1, 1)
    windows = {
        "today": (today, today),
        "tomorrow": (today, today + timedelta(days=1)),
        "this_week": (today, monday + timedelta(days=6)),
        "next_week": (monday + timedelta(days=7), monday + timedelta(days=13)),
        "this_month": _month(today.year, today.month, today),
        "next_month": _month(*following, today),
        "this_year": (today, date(today.year, 12, 31)),
        "next_year": (date(today.year + 1, 1, 1), date(today.year + 1, 12, 31)),
    }
    return windows.get(name)
