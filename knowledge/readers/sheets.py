"""Tables: XLSX sheet by sheet, CSV with whatever separator it has; each row with its column names."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO, StringIO

from knowledge.document import Block, BlockKind
from knowledge.readers.lines import tidy
from knowledge.readers.markdown import make_row
from knowledge.readers.package import check_package
from knowledge.readers.reading import Text, Unreadable
from knowledge.readers.text import decode

MOST_ROWS = 20_000
MOST_COLUMNS = 200
DELIMITERS = ",;\t|"
Rows = list[tuple[object, ...]]


def read_xlsx(data: bytes) -> Text:
    blocks: list[Block] = []
    sheets = load_sheets(data)
    for number, (name, rows) in enumerate(sheets, 1):
        made = list(_sheet(rows, number))
        if made and len(sheets) > 1:
            blocks.append(Block(BlockKind.HEADING, tidy(name), 2, page=number))
        blocks += made
    if not blocks:
        raise Unreadable("Its sheets are empty.")
    return Text("", tuple(blocks))


def load_sheets(data: bytes) -> list[tuple[str, Rows]]:
    """Visible sheets with the values that their formulas last had."""
    import openpyxl

    check_package(data, "xl/workbook")
    try:
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
        return [
            (sheet.title, _take(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)))
            for sheet in book.worksheets
            if sheet.sheet_state == "visible"
        ]
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable("It is damaged: open it in Excel and save it anew.") from error


def read_csv(data: bytes) -> Text:
    blocks = tuple(_sheet(load_csv(data), None))
    if not blocks:
        raise Unreadable("It holds no rows.")
    return Text("", blocks)


def load_csv(data: bytes) -> Rows:
    text = decode(data)
    try:
        return _take(tuple(row) for row in csv.reader(StringIO(text, newline=""), delimiter=_find_delimiter(text)))
    except csv.Error as error:
        raise Unreadable(f"Its rows cannot be told apart ({error}); save it anew as CSV.") from error


def _find_delimiter(text: str) -> str:
    """The sign that the first line with anything in it is parted by."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=first.count)


def _take(rows: Iterable[Sequence[object]]) -> Rows:
    """Every row in its place, so that numbers of rows are those of the file; an empty one is ()."""
    taken: Rows = []
    empty = 0
    for row in rows:
        if not any(cell not in (None, "") for cell in row):
            empty += 1
            if empty > 1000:
                break
            taken.append(())
            continue
        if len(taken) >= MOST_ROWS:
            raise Unreadable(f"It has more than {MOST_ROWS} rows; divide it into smaller files.")
        taken.append(tuple(row))
    return taken


def _sheet(rows: Rows, page: int | None) -> Iterator[Block]:
    """Lines above the header row (a title, a date) are paragraphs."""
    texts = [tuple(show(cell) for cell in row) for row in rows if row]
    width = max((sum(map(bool, row)) for row in texts), default=0)
    top = next((i for i, row in enumerate(texts) if sum(map(bool, row)) >= max(2, width / 2)), None)
    for row in texts[:top]:
        yield Block(BlockKind.PARAGRAPH, " ".join(filter(None, row)), page=page)
    if top is None:
        return
    for row in texts[top + 1 :]:
        yield make_row(texts[top], row, page)


def show(value: object) -> str:
    """A cell as people write it: 30.11.2026, 1500000, 2.5."""
    match value:
        case None:
            return ""
        case bool():
            return "✓" if value else ""
        case datetime() if value.time() == time():
            return f"{value:%d.%m.%Y}"
        case datetime():
            return f"{value:%d.%m.%Y %H:%M}"
        case date():
            return f"{value:%d.%m.%Y}"
        case float():
            return f"{value:.10g}" if value != int(value) else str(int(value))
        case _:
            return tidy(str(value))
