"""Calls from a table (CSV or XLSX) that somebody keeps: columns in Latvian or English, in any order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.document import Link
from knowledge.importers.record import CallRecord, Moment
from knowledge.importers.terms import find_code, fold
from knowledge.language import detect_locale
from knowledge.problem import Problem
from knowledge.readers.formats import check_size
from knowledge.readers.reading import Unreadable
from knowledge.readers.sheets import Rows, load_csv, load_sheets, show

COLUMNS = {
    "identifier": "id identifikators numurs kods number code",
    "title": "title nosaukums konkurss name call",
    "summary": "summary apraksts kopsavilkums description",
    "body": "body teksts text saturs",
    "locale": "locale valoda language",
    "programme": "programme programma program",
    "opens_at": "opens_at opens atveras sākums atvēršana opening start",
    "deadlines": "deadlines deadline termiņš termiņi iesniegšanas_termiņš beigas closes",
    "call_timezone": "call_timezone timezone laika_josla",
    "call_stages": "call_stages stages kārtas",
    "budget": "budget budžets finansējums kopējais_finansējums",
    "grant_min": "grant_min mazākais_atbalsts min",
    "grant_max": "grant_max lielākais_atbalsts max",
    "own_share": "own_share līdzfinansējums cofinancing",
    "themes": "themes theme jomas joma tēmas tēma",
    "applicants": "applicants applicant pretendenti kas_var_pieteikties",
    "regions": "regions region reģions reģioni vieta",
    "countries": "countries country valstis valsts",
    "links": "links link saite saites url tīmekļa_vietne",
    "cancelled": "cancelled atcelts",
    "closed_early": "closed_early slēgts closed",
}
MOST_CALLS = 5000
_WRITTEN = {fold(word): name for name, words in COLUMNS.items() for word in words.split()}
_DATE = re.compile(r"^(\d{1,2})[./](\d{1,2})[./](\d{4})\.?(?:,?\s+(?:plkst\.?\s*)?(\d{1,2})[:.](\d{2}))?$")
_AMOUNT = re.compile(r"(?i)\b(eur|eiro|euro)\b|[€%\s'\u00a0]")
YES = {"1", "x", "ja", "yes", "true", "✓"}


@dataclass(frozen=True, slots=True)
class _Wrong(Exception):
    message: str


def read_sheet(path: Path) -> tuple[list[CallRecord], list[Problem]]:
    """A bad row becomes a Problem with its number, and the rest goes on. Raises Unreadable for the whole file."""
    check_size(path.stat().st_size)
    data = path.read_bytes()
    rows = load_sheets(data)[0][1] if path.suffix.lower() == ".xlsx" else load_csv(data)
    return read_rows(rows, path.name)


def read_rows(rows: Rows, name: str) -> tuple[list[CallRecord], list[Problem]]:
    top, columns = _find_header(rows)
    if len(rows) - top > MOST_CALLS:
        raise Unreadable(f"It has more than {MOST_CALLS} rows; divide it into smaller files.")
    records: list[CallRecord] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows[top + 1 :], top + 2):
        if not row:
            continue
        made, wrong = _read(_cells(columns, row))
        problems += [Problem(name, number, field, message) for field, message in wrong]
        if made is not None:
            records.append(made)
    return records, problems


def _find_header(rows: Rows) -> tuple[int, list[str | None]]:
    for place, row in enumerate(rows[:20]):
        columns = [_WRITTEN.get(fold(show(cell).replace(" ", "_"))) for cell in row]
        if "title" in columns and len([name for name in columns if name]) > 1:
            return place, columns
    raise Unreadable("No row names the columns: at least `nosaukums` (title) and `termiņš` (deadline) are needed.")


def _cells(columns: list[str | None], row: tuple[object, ...]) -> dict[str, list[object]]:
    """A column may occur several times (several deadlines)."""
    found: dict[str, list[object]] = {}
    for name, cell in zip(columns, row, strict=False):
        if name and cell is not None and show(cell):
            found.setdefault(name, []).append(cell)
    return found


def _read(cells: dict[str, list[object]]) -> tuple[CallRecord | None, list[tuple[str, str]]]:
    made: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name, values in cells.items():
        try:
            made[name] = READERS.get(name, _text)(values)
        except _Wrong as problem:
            wrong.append((name, problem.message))
    if not wrong and not made.get("title"):
        wrong.append(("title", "The row has no title."))
    if not wrong and not (made.get("deadlines") or made.get("closed_early") or made.get("cancelled")):
        wrong.append(("deadlines", "The row has no deadline; write one, or mark the call as closed."))
    if wrong:
        return None, wrong
    known = {one.name for one in fields(CallRecord)}
    made.setdefault("identifier", made["title"])
    made.setdefault("locale", detect_locale(f"{made['title']} {made.get('summary', '')}"))
    return CallRecord(**{name: value for name, value in made.items() if name in known}), []


def _text(values: list[object]) -> str:
    return show(values[0])


def _moments(values: list[object]) -> tuple[Moment, ...]:
    told = [part for value in values for part in _parts(value)]
    return tuple(sorted((_moment(one) for one in told), key=str))


def _parts(value: object) -> list[object]:
    return re.split(r"\s*[;\n]\s*", value.strip()) if isinstance(value, str) else [value]


def _moment(value: object) -> Moment:
    if isinstance(value, datetime):
        return value.date() if value.time() == value.time().min else value
    if isinstance(value, date):
        return value
    text = str(value).strip()
    found = _DATE.match(text)
    try:
        if found:
            day, month, year, hour, minute = (int(part) if part else None for part in found.groups())
            if hour is None or minute is None:
                return date(year or 0, month or 0, day or 0)
            return datetime(year or 0, month or 0, day or 0, hour, minute)  # noqa: DTZ001 - the call's own zone
        return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
    except ValueError:
        raise _Wrong(f"`{text[:40]}` is not a date; write 30.11.2026 or 2026-11-30 17:00.") from None


def _opening(values: list[object]) -> Moment:
    return _moment(values[0])


def _amount(values: list[object]) -> Decimal:
    text = _AMOUNT.sub("", show(values[0])).replace(",", ".")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise _Wrong(f"`{show(values[0])[:40]}` is not a number; write it as 15000 or 15 000,50.") from None
    if not amount.is_finite() or amount < 0:
        raise _Wrong("Write a number of zero or more.")
    return amount


def _stages(values: list[object]) -> int:
    text = show(values[0])
    if text not in ("1", "2", "3"):
        raise _Wrong("Write how many stages there are: 1, 2 or 3.")
    return int(text)


def _codes(vocabulary: str) -> Callable[[list[object]], tuple[str, ...]]:
    def read(values: list[object]) -> tuple[str, ...]:
        told = [part for value in values for part in re.split(r"\s*[;,\n]\s*", show(value)) if part]
        codes = [(part, find_code(vocabulary, part)) for part in told]
        if unknown := [part for part, code in codes if code is None]:
            raise _Wrong(f"`{unknown[0][:40]}` is not a known {vocabulary.replace('_', ' ')}.")
        return tuple(dict.fromkeys(code for _, code in codes if code))

    return read


def _countries(values: list[object]) -> tuple[str, ...]:
    found = tuple(part.upper() for value in values for part in re.split(r"[;,\s]+", show(value)) if part)
    if any(not re.fullmatch("[A-Z]{2}", one) for one in found):
        raise _Wrong("Write two-letter codes: LV, EE.")
    return found


def _links(values: list[object]) -> tuple[Link, ...]:
    found = [part for value in values for part in show(value).split()]
    if any(not re.match(r"https?://[^/]+", one) for one in found):
        raise _Wrong("Write whole addresses: https://www.example.lv/konkurss.")
    return tuple(Link(re.sub(r"^https?://(www\.)?", "", one).split("/")[0], one) for one in found)


def _zone(values: list[object]) -> str:
    try:
        return ZoneInfo(show(values[0])).key
    except (KeyError, ValueError, OSError):
        raise _Wrong("Write a time zone: Europe/Riga or Europe/Brussels.") from None


def _locale(values: list[object]) -> str:
    found = {"lv": "lv", "latviesu": "lv", "en": "en", "anglu": "en", "latvian": "lv", "english": "en"}
    text = fold(show(values[0]))
    if text not in found:
        raise _Wrong("Write lv or en.")
    return found[text]


def _flag(values: list[object]) -> bool:
    return fold(show(values[0])) in YES or show(values[0]) == "✓"


READERS: dict[str, Callable[[list[object]], Any]] = {
    "locale": _locale,
    "opens_at": _opening,
    "deadlines": _moments,
    "call_timezone": _zone,
    "call_stages": _stages,
    "budget": _amount,
    "grant_min": _amount,
    "grant_max": _amount,
    "own_share": _amount,
    "themes": _codes("theme"),
    "applicants": _codes("applicant"),
    "regions": _codes("region"),
    "countries": _countries,
    "links": _links,
    "cancelled": _flag,
    "closed_early": _flag,
}
