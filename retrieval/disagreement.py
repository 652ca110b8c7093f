"""Two documents that tell the same with different figures: a newer rule beside the one that it replaced.

What is held against one another is the sentence in which the first passage answers and a sentence of another
document that says nearly the same: near in meaning (their windows' vectors), in the same words, under like titles,
and with other figures for the same unit. Two calls, two programmes or two organisations do not disagree: each has
its own deadline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.document import Kind
from knowledge.passage import Passage
from retrieval.analysis import find_terms
from retrieval.encoder import Matrix, Vector
from retrieval.expectations import KINDS, Flags
from retrieval.figures import find_figures, find_opposed, without_figures
from retrieval.text import split_units, strip_markdown
from retrieval.windows import WINDOW

ALIKE = 0.6
"""The least cosine of two windows that say the same."""
TITLES_ALIKE = 0.4
SAME_WORDS = 0.6
"""Of the words of the shorter sentence, figures aside, at least so many are in the other."""
FEWEST_WORDS = 3
NO_WORSE = 5.0
"""How much less (log-odds) a contradicting passage may score than the first: it is shown for what it says."""
OWN_FIGURES = {Kind.CALL, Kind.PROGRAMME, Kind.EVENT, Kind.ORGANISATION, Kind.INNOVATION}
"""Each document of these kinds is about a thing of its own; another such document is about another."""
_UNITS = {
    "amount": ("money", "percent"),
    "number": None,
    "date": ("date", "year"),
    "contact": ("phone", "email"),
}
_NOT_COUNTED = ("date", "year", "phone", "email")


@dataclass(frozen=True, slots=True)
class Told:
    """A passage with its stored vectors: of its heading, and of each of its windows (the whole first)."""

    passage: Passage
    heading: Vector
    rows: Matrix


def find_contradicting(asked: Flags, vector: Vector, first: Told, others: Sequence[Told]) -> int | None:
    """The place in `others` of the best one that contradicts `first` in what is asked for."""
    if not any(asked[KINDS.index(kind)] for kind in _UNITS):
        return None
    at, window = best_window(first, vector)
    for place, other in enumerate(others):
        if not may_disagree(first, other):
            continue
        there, facing = best_window(other, first.rows[at])
        if float(first.rows[at] @ other.rows[there]) >= ALIKE and contradict(asked, window, facing):
            return place
    return None


def may_disagree(first: Told, other: Told) -> bool:
    one, two = first.passage, other.passage
    if one.document == two.document or one.locale != two.locale:
        return False
    if one.kind in OWN_FIGURES and two.kind in OWN_FIGURES:
        return False
    return float(first.heading @ other.heading) >= TITLES_ALIKE


def best_window(told: Told, vector: Vector) -> tuple[int, list[str]]:
    """Its row, and the sentences in it."""
    units = split_units(strip_markdown(told.passage.text))
    if len(told.rows) == 1:
        return 0, units
    at = int(np.argmax(told.rows[1:] @ vector))
    return at + 1, units[at : at + WINDOW]


def contradict(asked: Flags, window: Sequence[str], facing: Sequence[str]) -> bool:
    return any(say_the_same(one, other) and oppose(asked, one, other) for one in window for other in facing)


def say_the_same(one: str, other: str) -> bool:
    words, others = (set(find_terms(without_figures(text))) for text in (one, other))
    fewer = min(len(words), len(others))
    return fewer >= FEWEST_WORDS and len(words & others) >= SAME_WORDS * fewer


def oppose(asked: Flags, one: str, other: str) -> bool:
    opposed = find_opposed(find_figures(one), find_figures(other))
    return any(
        asked[KINDS.index(kind)] and (unit in units if units else unit not in _NOT_COUNTED)
        for kind, units in _UNITS.items()
        for unit in opposed
    )


def tell_otherwise(one: Passage, other: Passage) -> bool:
    """Whether two passages in the same words are of two documents, and tell other figures."""
    if one.document == other.document:
        return False
    return bool(find_opposed(find_figures(one.text), find_figures(other.text)))
