"""A document's lines made into headings, paragraphs, list items and notes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from knowledge.document import Block, BlockKind
from knowledge.readers.lines import join_lines
from knowledge.readers.pdf_layout import Line

EDGE = 0.13
"""Share of a page's height at its top and bottom where running headers and page numbers stand."""
INDENT = 8.0
"""Points to the right of a column's edge from which a line counts as indented."""
_PAGE_NUMBER = re.compile(
    r"^\W*(?:lpp\.?|lapa|lappuse|page|p\.)?\s*\d{1,4}\s*(?:(?:/|no|of|-)\s*\d{1,4})?\s*(?:\.?\s*(?:lpp|lapa|page)\.?)?\W*$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^(?:(?P<sign>[-–—•·◦▪■●○‣\uf0b7\uf0a7])|(?P<number>\d{1,2}|[a-zāčē])\))\s*(?P<text>\S.*)$")
_NUMBERED = re.compile(r"^(?P<number>\d{1,2})\.\s+(?P<text>\S.*)$")
_SECTION = re.compile(r"^\d{1,2}(\.\d{1,2})*\.?\s+\S")
_NOTE = re.compile(r"^\[?(\d{1,3})\]?[.)]?\s+(\S.*)$")


def drop_furniture(pages: Sequence[tuple[float, list[Line]]]) -> list[list[Line]]:
    """Without what recurs at the edges of pages, and without page numbers. Each page comes with its height."""
    seen: Counter[str] = Counter()
    for height, lines in pages:
        seen.update({_key(line) for line in lines if _at_edge(line, height)})
    often = max(2, len(pages) / 3)
    return [
        [
            line
            for line in lines
            if not (_at_edge(line, height) and (seen[_key(line)] >= often or _PAGE_NUMBER.match(line.text)))
        ]
        for height, lines in pages
    ]


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text).casefold()


def _at_edge(line: Line, height: float) -> bool:
    return line.bottom < EDGE * height or line.top > (1 - EDGE) * height


def body_size(lines: Iterable[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


class Composer:
    """Knows the document's type sizes, so that a heading on page 9 has the same level as one on page 1."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._body = body_size(lines)
        larger = sorted({line.size for line in lines if self._is_larger(line)}, reverse=True)
        self._levels = {size: min(level, 4) for level, size in enumerate(larger, 1)}
        self._bold = min(6, max(self._levels.values(), default=1) + 1)
        self._leading = self._usual_leading(lines)

    def _is_larger(self, line: Line) -> bool:
        return line.size > 1.1 * self._body and any(sign.isalpha() for sign in line.text)

    def _usual_leading(self, lines: Sequence[Line]) -> float:
        gaps: dict[float, int] = defaultdict(int)
        for before, line in pairwise(lines):
            if before.page == line.page and before.column == line.column and line.size == self._body:
                gaps[round(line.top - before.top)] += 1
        return max(gaps, key=lambda gap: gaps[gap]) if gaps else 1.3 * self._body

    def heading(self, line: Line) -> int:
        """0 for what is none."""
        if self._is_larger(line) and len(line.text) < 200:
            return self._levels[line.size]
        bold = line.bold and line.size >= self._body and len(line.text) < 120
        return self._bold if bold and not line.text.rstrip().endswith((".", ";", ",")) else 0

    def compose(self, lines: Sequence[Line]) -> Iterator[Block]:
        """Blocks of one page, or of what stands between two tables."""
        made: Block | None = None
        for group in self._groups(lines):
            made = self._block(group, made)
            yield made

    def _groups(self, lines: Sequence[Line]) -> Iterator[list[Line]]:
        group: list[Line] = []
        for line in lines:
            if group and self._begins(group[-1], line, group):
                yield group
                group = []
            group.append(line)
        if group:
            yield group

    def _begins(self, before: Line, line: Line, group: list[Line]) -> bool:
        """Whether the line begins a new block."""
        if self._is_note(line) != self._is_note(before) or line.mark:
            return True
        level = self.heading(line)
        if level != self.heading(before):
            return not (self._wraps(before, line) and line.bold == before.bold and not level)
        if level:
            return abs(line.top - before.top) > 1.8 * line.size or bool(_SECTION.match(line.text))
        if _BULLET.match(line.text) or self._is_next_number(line, before):
            return True
        if line.column != before.column:
            return not _goes_on(before, line)
        if before.text.endswith((";", ":")) and line.x0 > line.left + INDENT and line.x0 <= before.x0 + INDENT:
            return True
        if before.text.endswith(":") and line.x0 > before.x0 + INDENT:
            return True
        if line.top - before.top > 1.35 * max(self._leading, line.size):
            return True
        ended = before.text.rstrip().endswith((".", "!", "?", ":"))
        short = before.x1 < before.right - 0.15 * (before.right - group[0].x0)
        indented = line.x0 > before.x0 + INDENT and not _BULLET.match(group[0].text)
        return ended and (short or indented) and not line.text[0].islower()

    def _wraps(self, before: Line, line: Line) -> bool:
        return line.size == before.size and _goes_on(before, line)

    def _is_next_number(self, line: Line, before: Line) -> bool:
        numbered = _NUMBERED.match(line.text)
        return bool(numbered) and not re.search(r"\d\.?$|\b(gada|no|līdz|plkst)$", before.text) and _ends(before)

    def _is_note(self, line: Line) -> bool:
        return line.size < 0.93 * self._body

    def _block(self, group: list[Line], before: Block | None) -> Block:
        first = group[0]
        text = join_lines(line.text for line in group)
        if level := self.heading(first):
            return Block(BlockKind.HEADING, text, level, page=first.page)
        if self._is_note(first):
            found = _NOTE.match(text)
            number = first.mark or (found[1] if found else "")
            words = text if first.mark or not found else found[2]
            return Block(BlockKind.NOTE, f"[{number}] {words}" if number else text, page=first.page)
        if found := _BULLET.match(text):
            level = 1 if found["sign"] in ("◦", "○", "–") and first.x0 > 100 else 0
            return Block(BlockKind.ITEM, found["text"], level, found["number"] is not None, first.page)
        if (found := _NUMBERED.match(text)) and found["text"][0].isupper():
            return Block(BlockKind.ITEM, found["text"], 0, True, first.page)
        listed = before is not None and first.x0 > first.left + INDENT and _leads_on(before)
        return Block(BlockKind.ITEM if listed else BlockKind.PARAGRAPH, text, page=first.page)


def _leads_on(before: Block) -> bool:
    """Bullets are often drawn, not written: an indented line after "…:" or after an item that ends in ";"."""
    if before.kind is BlockKind.ITEM:
        return before.text.endswith((";", ","))
    return before.kind is BlockKind.PARAGRAPH and before.text.endswith(":")


def _ends(line: Line) -> bool:
    return line.text.rstrip().endswith((".", ";", ":", "!", "?", ","))


def _goes_on(before: Line, line: Line) -> bool:
    return not before.text.rstrip().endswith((".", "!", "?", ":", ";")) and line.text[:1].islower()


def join_pages(blocks: Iterable[Block]) -> Iterator[Block]:
    """A paragraph that a page or column has cut in two becomes one again, notes between them after it."""
    held: Block | None = None
    notes: list[Block] = []
    for block in blocks:
        if held is not None and block.kind is BlockKind.NOTE:
            notes.append(block)
            continue
        if held is not None and _continues(held, block):
            held = Block(held.kind, join_lines((held.text, block.text)), held.level, held.ordered, held.page)
            continue
        if held is not None:
            yield held
        yield from notes
        held, notes = block, []
    if held is not None:
        yield held
    yield from notes


def _continues(held: Block, block: Block) -> bool:
    plain = held.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM) and block.kind is BlockKind.PARAGRAPH
    open_end = not held.text.endswith((".", "!", "?", ":", ";"))
    return plain and open_end and block.text[:1].islower()
