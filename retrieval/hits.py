"""Passages found, best first: which of them say something of their own, and which an answer shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.passage import Passage
from retrieval.disagreement import tell_otherwise

MOST_SHOWN = 3
NEAR = 2.0
"""A further passage is shown with the first if its score is at most so much less (scores are log-odds). By folds
an answer about the materials then shows 1.47 passages, and one is right for 98.4 % of what can be answered: 1.33
and 97.5 % with 1.5, and no more with 3.0. Where nobody told how it is asked for it shows 1.9."""


@dataclass(frozen=True, slots=True)
class Hit:
    passage: Passage
    score: float


def choose_shown(hits: Sequence[Hit]) -> list[Hit]:
    """The first, and at most two more that are nearly as good."""
    return [hit for hit in hits[:MOST_SHOWN] if hit is hits[0] or hit.score >= hits[0].score - NEAR]


def drop_duplicates(hits: Sequence[Hit], most: int | None = None) -> list[Hit]:
    """The better of two passages that say the same in nearly the same words, figures included; at most `most`."""
    kept: list[tuple[Hit, set[str]]] = []
    for hit in hits:
        if most is not None and len(kept) == most:
            break
        words = set(hit.passage.text.lower().split())
        like = [one for one, held in kept if nearly_same(words, held)]
        if all(tell_otherwise(one.passage, hit.passage) for one in like):
            kept.append((hit, words))
    return [hit for hit, _ in kept]


def nearly_same(words: set[str], held: set[str]) -> bool:
    """Sets of very different sizes need not be compared."""
    few, many = sorted((len(words), len(held)))
    return few >= 0.9 * many and len(words & held) >= 0.9 * max(len(words | held), 1)
