"""BM25 over lists of terms, kept on disk and mapped into memory."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

logging.getLogger("bm25s").setLevel(logging.WARNING)
Scores = NDArray[np.float32]


class LexicalIndex:
    """Scores every passage for a query's terms. `k1` and `b` are BM25's own parameters."""

    def __init__(self, bm25: bm25s.BM25, size: int) -> None:
        self._bm25 = bm25
        self._size = size

    @property
    def size(self) -> int:
        """Passages that are indexed."""
        return self._size

    @classmethod
    def build(cls, documents: Sequence[list[str]], *, k1: float = 1.2, b: float = 0.6) -> LexicalIndex:
        bm25 = bm25s.BM25(k1=k1, b=b, method="lucene")
        # An empty document would be no document to bm25s; a term that nobody asks for keeps its place.
        bm25.index([terms or ["\0"] for terms in documents], show_progress=False)
        return cls(bm25, len(documents))

    def save(self, folder: Path) -> None:
        self._bm25.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> LexicalIndex:
        return cls(bm25s.BM25.load(str(folder), mmap=True, show_progress=False), size)

    def scores(self, terms: Sequence[str]) -> Scores:
        known = [term for term in terms if term in self._bm25.vocab_dict]
        if not known or not self._size:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def idf(self, terms: Sequence[str]) -> Scores:
        """How telling each term is, from how many passages hold it; unknown terms are the most telling."""
        counts = np.array([self._count(term) for term in terms], dtype=np.float32)
        return np.log1p((self._size - counts + 0.5) / (counts + 0.5)).astype(np.float32)

    def _count(self, term: str) -> int:
        number = self._bm25.vocab_dict.get(term)
        if number is None:
            return 0
        borders = self._bm25.scores["indptr"]
        return int(borders[number + 1] - borders[number])

    def holders(self, term: str) -> NDArray[np.int64]:
        """The passages that hold the term."""
        number = self._bm25.vocab_dict.get(term)
        if number is None:
            return np.zeros(0, dtype=np.int64)
        first, last = self._bm25.scores["indptr"][number : number + 2]
        return np.asarray(self._bm25.scores["indices"][first:last], dtype=np.int64)
