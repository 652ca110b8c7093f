"""Figures in a text, each under what it counts, so that two texts can be held against one another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping

from retrieval.analysis import find_terms
from retrieval.text import fold

Figures = Mapping[str, frozenset[str]]
"""By unit (`money`, `percent`, `date`, `year`, `phone`, `email`, or the stem of the word that is counted)."""

_MONTHS = ("jan", "feb", "mar", "apr", "mai|may", "jun|jūn", "jul|jūl", "aug", "sep", "okt|oct", "nov", "dec")
_MONTH = "(" + "|".join(f"(?:{month})" for month in _MONTHS) + r")\w*"
_NUMBER = r"(\d{1,3}(?:[ \u00a0.,]\d{3})+(?!\d)|\d+)([.,]\d{1,2}(?!\d))?"
_THOUSANDS = r"(?:\s*(tūkst\w*\.?|thousand|milj\w*\.?|million))?"
_CURRENCY = r"(?:eur(?:o|os)?\b|eiro\b|€)"
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\d.])(?:\+\d{1,3}[ \u00a0]?)?\d{2,4}(?:[ \u00a0]?\d{2,4}){2,3}(?!\.?\d)(?!\s*(?:eur|eiro|€))"
)
_NAMED_DAY = re.compile(
    rf"(?:(?P<before>\d{{4}})\.\s*gad\w*\s+)?(?P<day>\d{{1,2}})\.?\s+(?P<month>{_MONTH})(?:\s+(?P<after>\d{{4}}))?"
)
_NUMBERED_DAY = re.compile(r"\b(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})\b")
_ISO_DAY = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b")
_MONEY = re.compile(rf"{_NUMBER}{_THOUSANDS}\s*{_CURRENCY}|(?:€|eur)\s*{_NUMBER}{_THOUSANDS}")
_PERCENT = re.compile(rf"{_NUMBER}\s*(?:%|procent\w*|per\s?cent)")
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_COUNTED = re.compile(rf"(?<![\w.]){_NUMBER}\s+([^\W\d_]{{3,}})")
_MULTIPLES = {"t": 1_000, "m": 1_000_000}


def find_figures(text: str) -> Figures:
    """Each place is read once: an amount of money is no count of euros, a date's year no year."""
    found: dict[str, set[str]] = defaultdict(set)
    left = text.lower()
    for pattern, take in _READERS:
        for match in pattern.finditer(left):
            unit, value = take(match)
            found[unit].add(value)
        left = pattern.sub(" ; ", left)
    return {unit: frozenset(values) for unit, values in found.items()}


def without_figures(text: str) -> str:
    left = text.lower()
    for pattern, _ in _READERS:
        left = pattern.sub(r"\3" if pattern is _COUNTED else " ", left)
    return re.sub(r"\d+", " ", left)


def find_opposed(one: Figures, other: Figures, units: Collection[str] | None = None) -> list[str]:
    """Units for which both tell something and nothing is told by both; `units` None means any."""
    shared = [unit for unit in one if unit in other and (units is None or unit in units)]
    return [unit for unit in shared if not any(agree(unit, a, b) for a in one[unit] for b in other[unit])]


def agree(unit: str, one: str, other: str) -> bool:
    """Equal, or one leaves out the year, or the country's number, that the other tells."""
    if unit in ("date", "phone"):
        return one.endswith(other) or other.endswith(one)
    return one == other


def _take_named_day(match: re.Match[str]) -> tuple[str, str]:
    month = next(i for i, name in enumerate(_MONTHS, 1) if re.match(name, match["month"]))
    return "date", write_day(match["before"] or match["after"], month, match["day"])


def _take_day(match: re.Match[str]) -> tuple[str, str]:
    return "date", write_day(match["year"], int(match["month"]), match["day"])


def write_day(year: str | None, month: int, day: str) -> str:
    return f"{year or ''}-{month:02}-{int(day):02}"


def _take_money(match: re.Match[str]) -> tuple[str, str]:
    whole, part, multiple = match.group(1, 2, 3) if match[1] else match.group(4, 5, 6)
    value = float(re.sub(r"\D", "", whole) + (part or "").replace(",", "."))
    return "money", f"{value * _MULTIPLES.get((multiple or ' ')[0], 1):g}"


def _take_percent(match: re.Match[str]) -> tuple[str, str]:
    return "percent", match[1] + (match[2] or "").replace(",", ".")


def _take_counted(match: re.Match[str]) -> tuple[str, str]:
    stems = find_terms(match[3])
    return (stems[0] if stems else fold(match[3])), re.sub(r"\D", "", match[1]) + (match[2] or "").replace(
        ",", "."
    )


_READERS = (
    (_EMAIL, lambda match: ("email", match[0])),
    (_NUMBERED_DAY, _take_day),
    (_ISO_DAY, _take_day),
    (_NAMED_DAY, _take_named_day),
    (_MONEY, _take_money),
    (_PERCENT, _take_percent),
    (_PHONE, lambda match: ("phone", re.sub(r"\D", "", match[0]))),
    (_YEAR, lambda match: ("year", match[1])),
    (_COUNTED, _take_counted),
)
