"""A page's words in reading order: columns one after the other, each as lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

GUTTER = 9.0
"""Points of white between two columns, at least."""
LEAST_ROWS = 5
"""Lines that must stand side by side to count as columns."""
FILLED = 0.55
"""How much of a column its lines fill on average; what fills less is a table or a list of addresses."""


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Line:
    """`left` and `right` are its column's edges; `mark` is the number of the footnote that it begins, if any."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    left: float
    right: float
    page: int
    column: int
    mark: str = ""


def make_word(found: dict[str, Any]) -> Word:
    font = str(found.get("fontname", "")).lower()
    bold = any(sign in font for sign in ("bold", "black", "heavy", "semibold", "demi"))
    return Word(
        str(found["text"]), found["x0"], found["x1"], found["top"], found["bottom"], found["size"], bold
    )  # fmt: skip


def make_lines(words: Sequence[Word], page: int) -> list[Line]:
    lines: list[Line] = []
    for column, band in enumerate(_columns(list(words), 0)):
        left, right = min(word.x0 for word in band), max(word.x1 for word in band)
        lines += [replace(_line(row, page), left=left, right=right, column=column) for row in _rows(band)]
    return [line for line in lines if line.text]


def _columns(words: list[Word], depth: int) -> Iterator[list[Word]]:
    """Bands of the page from top to bottom, and the columns of each from left to right."""
    found = _find_columns(words) if depth < 4 and len(words) > 4 * LEAST_ROWS else None
    if found is None:
        if words:
            yield words
        return
    gutter, top, bottom = found
    above = [word for word in words if _middle(word) < top]
    inside = [word for word in words if top <= _middle(word) <= bottom]
    below = [word for word in words if _middle(word) > bottom]
    yield from _columns(above, depth + 1)
    yield from _columns([word for word in inside if word.x1 <= gutter], depth + 1)
    yield from _columns([word for word in inside if word.x1 > gutter], depth + 1)
    yield from _columns(below, depth + 1)


def _middle(word: Word) -> float:
    return (word.top + word.bottom) / 2


def _find_columns(words: list[Word]) -> tuple[float, float, float] | None:
    """Where a gutter runs (x) and from which height to which; the longest there is."""
    left, right = min(word.x0 for word in words), max(word.x1 for word in words)
    if right - left < 150:
        return None
    rows = _rows(words)
    best: tuple[int, float, float, float] | None = None
    x = left + 0.25 * (right - left)
    while x < left + 0.75 * (right - left):
        for run in _runs(rows, x):
            if (best is None or len(run) > best[0]) and _is_text(run, x, left, right):
                tops, bottoms = (
                    (word.top for row in run for word in row),
                    (word.bottom for row in run for word in row),
                )
                best = (len(run), x, min(tops), max(bottoms))
        x += 3
    return best[1:] if best else None


def _runs(rows: list[list[Word]], x: float) -> Iterator[list[list[Word]]]:
    """Neighbouring rows that leave the gutter white, of which enough have words on both sides."""
    run: list[list[Word]] = []
    for row in [*rows, None]:
        if row is not None and not any(word.x0 < x + GUTTER / 2 and word.x1 > x - GUTTER / 2 for word in row):
            run.append(row)
            continue
        if sum(min(w.x0 for w in r) < x < max(w.x1 for w in r) for r in run) >= LEAST_ROWS:
            yield run
        run = []


def _is_text(run: list[list[Word]], x: float, left: float, right: float) -> bool:
    sides = ([w for row in run for w in row if w.x1 <= x], [w for row in run for w in row if w.x1 > x])
    return all(_fill(side) > FILLED for side in sides) and x - left > 60 and right - x > 60


def _fill(words: list[Word]) -> float:
    rows = _rows(words)
    width = max(word.x1 for word in words) - min(word.x0 for word in words)
    long = [max(w.x1 for w in row) - min(w.x0 for w in row) for row in rows]
    return sum(long) / len(long) / width if width else 0.0


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Words on one baseline, raised footnote numbers with them."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (_middle(word), word.x0)):
        if rows and _overlaps(rows[-1], word):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.x0) for row in rows]


def _overlaps(row: list[Word], word: Word) -> bool:
    top = max(row, key=lambda other: other.size)
    shared = min(top.bottom, word.bottom) - max(top.top, word.top)
    return shared > 0.5 * min(top.bottom - top.top, word.bottom - word.top)


def _line(row: list[Word], page: int) -> Line:
    sizes = Counter[float]()
    for word in row:
        sizes[round(word.size, 1)] += len(word.text)
    size = sizes.most_common(1)[0][0]
    mark = row[0].text if _is_mark(row[0], size) and len(row) > 1 else ""
    return Line(
        _join(row[1:] if mark else row, size),
        row[0].x0,
        row[-1].x1,
        min(word.top for word in row if word.size >= 0.8 * size),
        max(word.bottom for word in row),
        size,
        all(word.bold for word in row if not _is_mark(word, size)),
        0.0,
        0.0,
        page,
        0,
        mark,
    )


def _is_mark(word: Word, size: float) -> bool:
    return word.size < 0.8 * size and word.text.isdigit() and len(word.text) < 4


def _join(row: list[Word], size: float) -> str:
    """A raised number is a footnote's mark: [1]."""
    made = ""
    for before, word in zip([None, *row], row, strict=False):
        if _is_mark(word, size) and before is not None:
            made += f" [{word.text}]"
            continue
        touching = before is not None and word.x0 - before.x1 < 0.08 * word.size and not _is_mark(before, size)
        made += word.text if touching or not made else f" {word.text}"
    return made
