"""What a section of a report holds: a plot, what it shows in words, and the same numbers in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.gateway.reports.numbers import Numbers
from bot.gateway.reports.plots import Plot, draw_bars, shorten

TWO_LINES = 52
"""Letters that fit two lines of a narrow column."""


@dataclass(frozen=True, slots=True)
class Table:
    """The first column names the row. `links` are addresses for it, where there is more to see."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """`key` names it in the page, `told` is what the plot shows, in a sentence. `plot` None: the table says it."""

    key: str
    title: str
    table: Table
    plot: Plot | None = None
    told: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    figures: tuple[Figure, ...]
    note: str = ""


def count_by_name(numbers: Numbers, key: str, counts: Mapping[str, int], head: str, *, note: str = "") -> Figure:
    """How often each was, most frequent first: bars, and a table with shares."""
    whole = sum(counts.values())
    rows = [(name, numbers.count(count), numbers.share(count, whole)) for name, count in counts.items()]
    return Figure(
        key=key,
        title=numbers.say(f"figures.{key}"),
        plot=draw_bars([(name, numbers.count(count), (count,)) for name, count in counts.items()])
        if counts
        else None,
        told=tell_most(numbers, counts),
        table=Table((head, numbers.say("head.count"), numbers.say("head.share")), tuple(rows)),
        note=note,
    )


def tell_most(numbers: Numbers, counts: Mapping[str, float]) -> str:
    """Which is the largest: what a look at the plot would tell."""
    if not counts:
        return ""
    name = max(counts, key=lambda one: counts[one])
    return numbers.say("most", name=name, number=numbers.count(counts[name]))


def cut(figures: Sequence[Figure], *, rows: int, columns: int) -> tuple[Figure, ...]:
    """With tables of so many rows and columns at most, and names that take two lines at most."""
    return tuple(replace(figure, table=_cut(figure.table, rows, columns)) for figure in figures)


def _cut(table: Table, rows: int, columns: int) -> Table:
    kept = tuple((shorten(row[0], TWO_LINES), *row[1:columns]) for row in table.rows[:rows])
    return Table(table.head[:columns], kept)


def drop_empty(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    return tuple(figure for figure in figures if figure.table.rows)
