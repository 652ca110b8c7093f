"""One row a conversation, as a file: CSV or XLSX, in words for people or in codes for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import Any

from bot.gateway.reports.names import name_code, name_word
from bot.gateway.reports.numbers import Numbers
from handoff.reports.rows import COLUMNS

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
IN_MEMORY = 2**20
CHUNK = 2**16
ROWS_AT_ONCE = 500

Row = Mapping[str, Any]
Write = Callable[[str, Any], Any]


def neutralise(value: Any) -> Any:
    """Text that a spreadsheet would run is made plain text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


class InWords:
    """Heads and values in the reader's language, numbers as its spreadsheets expect them."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        locale = numbers.locale
        self._names: Mapping[str, Callable[[str], str]] = {
            "channel": lambda code: name_word(locale, "reports.channels", code),
            "language": lambda code: name_word(locale, "learning.languages", code),
            "handed_over": lambda code: numbers.say(code),
            "theme": lambda code: name_code(locale, "theme", code),
            "region": lambda code: name_code(locale, "region", code),
            "applicant": lambda code: name_code(locale, "applicant", code),
            "reason": lambda code: name_word(locale, "desk.reasons", code),
            "state": lambda code: name_word(locale, "reports.states", code),
            "outcome": lambda code: name_word(locale, "desk.outcomes", code),
        }

    @property
    def heads(self) -> list[str]:
        return [self._numbers.say(f"rows.{name}") for name in COLUMNS]

    def write(self, name: str, value: Any) -> Any:
        return self._names[name](value) if value and name in self._names else value


class InCodes:
    """As the database has them."""

    heads: Sequence[str] = COLUMNS

    def write(self, _: str, value: Any) -> Any:
        return value


Wording = InWords | InCodes


def write_csv(
    rows: Iterable[Row], wording: Wording, *, delimiter: str = ",", comma: bool = False
) -> Iterator[str]:
    """RFC 4180. With a byte order mark for spreadsheets if the delimiter is one of theirs; `comma` in decimals."""
    held = io.StringIO()
    table = csv.writer(held, delimiter=delimiter)
    if delimiter != ",":
        held.write("\ufeff")
    table.writerow([neutralise(head) for head in wording.heads])
    for place, row in enumerate(rows, 1):
        table.writerow([_plain(neutralise(wording.write(name, row[name])), comma) for name in COLUMNS])
        if place % ROWS_AT_ONCE == 0:
            yield _take(held)
    yield _take(held)


def _plain(value: Any, comma: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace(".", ",") if comma and isinstance(value, float) else str(value)


def _take(held: io.StringIO) -> str:
    told = held.getvalue()
    held.seek(0)
    held.truncate()
    return told


def write_xlsx(rows: Iterable[Row], wording: Wording, title: str) -> Iterator[bytes]:
    """A sheet with its head in bold and kept in sight; row by row on disk, never whole in memory."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"

    def cell(value: Any, *, strong: bool = False) -> Any:
        made = WriteOnlyCell(sheet, value=neutralise(value))
        if isinstance(value, str):
            made.data_type = "s"
        if isinstance(value, date):
            made.number_format = "yyyy-mm-dd"
        if strong:
            made.font = Font(bold=True)
        return made

    for place, head in enumerate(wording.heads):
        sheet.column_dimensions[_letters(place)].width = max(12, min(len(head) + 2, 34))
    sheet.append([cell(head, strong=True) for head in wording.heads])
    for row in rows:
        sheet.append([cell(wording.write(name, row[name])) for name in COLUMNS])
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _letters(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place + 1))
