"""PDF: words put back into columns, paragraphs, lists and tables, without running headers and page numbers."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from knowledge.document import Block, BlockKind
from knowledge.readers.lines import tidy
from knowledge.readers.markdown import make_row
from knowledge.readers.pdf_layout import Line, Word, make_lines, make_word
from knowledge.readers.pdf_text import Composer, drop_furniture, join_pages
from knowledge.readers.reading import Text, Unreadable

MOST_PAGES = 1500
LARGEST_PAGE = 10 * 1024 * 1024
"""Bytes of what draws one page; a page full of text needs some hundred thousand."""
LEAST_WORDS = 3
"""Words on a page below which it is a picture, if it holds one."""
_PROGRAM_TITLE = re.compile(
    r"^(microsoft word|untitled|about:|https?:|document\d*|.*\.(docx?|pdf|indd|odt))\b.*$", re.IGNORECASE
)

logging.getLogger("pdfminer").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Table:
    top: float
    bottom: float
    rows: list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    height: float
    lines: list[Line]
    tables: list[Table]
    is_picture: bool


def read_pdf(data: bytes) -> Text:
    if not data[:1024].lstrip().startswith(b"%PDF"):
        raise Unreadable("It is not a PDF, whatever its name says; save it anew as PDF.")
    try:
        with pdfplumber.open(BytesIO(data)) as document:
            if len(document.pages) > MOST_PAGES:
                raise Unreadable(f"It has more than {MOST_PAGES} pages; divide it into smaller files.")
            pages = [_read_page(page) for page in document.pages]
            title = _told_title(document.metadata)
    except Unreadable:
        raise
    except Exception as error:
        raise _refuse(error) from error
    return _make_text(pages, title)


def _refuse(error: Exception) -> Unreadable:
    causes = (error, error.__cause__, *(error.args if isinstance(error, PdfminerException) else ()))
    if any(isinstance(cause, (PDFPasswordIncorrect, PDFEncryptionError)) for cause in causes):
        return Unreadable("It is protected by a password; save a copy without it.")
    return Unreadable("It is damaged: open it and print it to a new PDF.")


def _told_title(metadata: dict[str, Any]) -> str:
    title = tidy(str(metadata.get("Title") or ""))
    return "" if len(title) < 4 or _PROGRAM_TITLE.match(title) else title


def _make_text(pages: list[Page], title: str) -> Text:
    pictures = [page.number for page in pages if page.is_picture]
    if not any(page.lines or page.tables for page in pages) or len(pictures) == len(pages):
        if pictures:
            raise Unreadable(
                "It holds only pictures of pages (a scan): have it read (OCR) first, then add it again."
            )
        raise Unreadable("It holds no text.")
    kept = drop_furniture([(page.height, page.lines) for page in pages])
    composer = Composer([line for lines in kept for line in lines])
    blocks = tuple(join_pages(_compose(pages, kept, composer)))
    return Text(title or _first_title(blocks), blocks, _remark(pictures))


def _first_title(blocks: tuple[Block, ...]) -> str:
    headings = [block for block in blocks[:12] if block.kind is BlockKind.HEADING and block.page == 1]
    return min(headings, key=lambda block: block.level).text if headings else ""


def _remark(pictures: list[int]) -> tuple[str, ...]:
    if not pictures:
        return ()
    return (f"Pages that are pictures and were not read: {', '.join(map(str, pictures[:30]))}.",)


def _check_page(page: Any) -> None:
    """What draws a page may be packed to a thousandth of its size. Raises Unreadable."""
    drawn = sum(len(stream.get_data()) for stream in page.page_obj.contents if hasattr(stream, "get_data"))
    if drawn > LARGEST_PAGE:
        raise Unreadable(
            f"Page {page.page_number} unpacks to far more than a page holds (a zip bomb, or a drawing)."
        )


def _read_page(page: Any) -> Page:
    _check_page(page)
    found = page.find_tables()
    tables = [table for table in found if len(table.rows) > 1 and max(len(row.cells) for row in table.rows) > 1]
    words = [
        make_word(word)
        for word in page.extract_words(extra_attrs=["size", "fontname"], x_tolerance_ratio=0.15)
        if word.get("upright", True)
    ]
    free = [word for word in words if not any(_inside(word, table.bbox) for table in tables)]
    read = Page(
        page.page_number,
        float(page.height),
        make_lines(free, page.page_number),
        [_read_table(table) for table in tables],
        len(words) < LEAST_WORDS and bool(page.images),
    )
    page.close()
    return read


def _inside(word: Word, box: tuple[float, float, float, float]) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _read_table(table: Any) -> Table:
    rows = [tuple(tidy(cell or "") for cell in row) for row in table.extract()]
    return Table(table.bbox[1], table.bbox[3], [row for row in rows if any(row)])


def _compose(pages: list[Page], kept: list[list[Line]], composer: Composer) -> Iterator[Block]:
    header: tuple[str, ...] = ()
    open_table = False
    for page, lines in zip(pages, kept, strict=True):
        rest = lines
        for table in page.tables:
            before = [line for line in rest if line.top < table.top]
            rest = [line for line in rest if line.top >= table.top]
            yield from composer.compose(before)
            open_table = open_table and not before
            width = len(table.rows[0]) if table.rows else 0
            goes_on = open_table and width == len(header) and table.rows[:1] != [header]
            if table.rows and not goes_on:
                header = table.rows[0]
            for row in table.rows if goes_on else table.rows[1:]:
                yield make_row(header, row, page.number)
            open_table = True
        yield from composer.compose(rest)
        open_table = open_table and bool(page.tables) and not rest
