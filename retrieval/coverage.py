"""How much of a question's telling words each passage holds, as written or in words that mean the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.concepts import Word
from retrieval.lexical import LexicalIndex, Scores

IN_OTHER_WORDS = 0.8
"""What a word counts that a passage holds in other words only."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Rows are the question's telling words, columns the candidates.

    `literal`: the word itself is there; `held`: it or a word that means the same; `in_context`: above the passage.
    `weights`: how telling each word is, from how many passages hold it. `unknown`: no passage does.
    """

    literal: Flags
    held: Flags
    in_context: Flags
    weights: Scores
    unknown: Flags
    named: Flags

    @property
    def shares(self) -> Scores:
        """Of each candidate, 0 to 1."""
        counted = np.where(self.literal, 1.0, np.where(self.held, IN_OTHER_WORDS, 0.0))
        return np.asarray(self.weights @ counted / self._total, dtype=np.float32)

    @property
    def shares_of_context(self) -> Scores:
        return np.asarray(self.weights @ self.in_context / self._total, dtype=np.float32)

    @property
    def _total(self) -> float:
        return float(self.weights.sum()) or 1.0


class CoverageIndex:
    """Four fields: terms and concepts of passages with their context, and of the context alone."""

    def __init__(
        self,
        terms: LexicalIndex,
        concepts: LexicalIndex,
        above: LexicalIndex,
        meant_above: LexicalIndex,
    ):
        self._terms, self._concepts, self._above, self._meant_above = (
            terms,
            concepts,
            above,
            meant_above,
        )
        self._size = terms.size

    def measure(self, words: Sequence[Word], places: NDArray[np.int64], *, foreign: bool) -> Coverage:
        """`foreign`: nothing here is in the question's language, so a word of it that no concept knows tells
        nothing and is left out."""
        rows = [self._measure(word, places) for word in words]
        kept = [
            (word, row)
            for word, row in zip(words, rows, strict=True)
            if not (foreign and not word.concepts and not word.named and row[3] == 0)
        ]
        counts = np.array([row[3] for _, row in kept], dtype=np.float32)

        def stack(column: int) -> Flags:
            return np.array([row[column] for _, row in kept], dtype=bool).reshape(len(kept), len(places))

        return Coverage(
            literal=stack(0),
            held=stack(1),
            in_context=stack(2),
            weights=np.log1p((self._size - counts + 0.5) / (counts + 0.5)).astype(np.float32),
            unknown=counts == 0,
            named=np.array([word.named for word, _ in kept], dtype=bool),
        )

    def _measure(self, word: Word, places: NDArray[np.int64]) -> tuple[Flags, Flags, Flags, int]:
        literal = self._mark(self._terms, word.forms)
        held = literal | self._mark(self._concepts, word.concepts)
        above = self._mark(self._above, word.forms) | self._mark(self._meant_above, word.concepts)
        return literal[places], held[places], above[places], int(held.sum())

    def _mark(self, index: LexicalIndex, terms: Iterable[str]) -> Flags:
        marks = np.zeros(self._size, dtype=bool)
        for term in terms:
            marks[index.holders(term)] = True
        return marks
