"""BM25 over lists of terms, kept on disk and mapped into memory: opening an index reads nothing of it."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from retrieval.vectors import map_array

logging.getLogger("bm25s").setLevel(logging.WARNING)
BLOCK = 64
Scores = NDArray[np.float32]
Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Columns:
    """What BM25 gives each passage for each term. `keys` are the terms' hashes, sorted. Term i has the passages
    `indices[starts[i]:starts[i + 1]]`, in order, and their scores at the same places."""

    keys: NDArray[np.uint64]
    starts: NDArray[np.int64]
    indices: Numbers
    scores: Scores


class LexicalIndex:
    """Scores every passage for a query's terms. `k1` and `b` are BM25's own parameters."""

    def __init__(self, columns: Columns, size: int) -> None:
        self._columns = columns
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
        return cls(sort_columns(bm25), len(documents))

    def save(self, folder: Path) -> None:
        folder.mkdir()
        for field in fields(Columns):
            np.save(folder / f"{field.name}.npy", getattr(self._columns, field.name))

    @classmethod
    def load(cls, folder: Path, size: int) -> LexicalIndex:
        return cls(
            Columns(**{field.name: map_array(folder / f"{field.name}.npy") for field in fields(Columns)}), size
        )

    def scores(self, terms: Sequence[str]) -> Scores:
        made = np.zeros(self._size, dtype=np.float32)
        for times, first, last in zip(*self._find_counted(terms), strict=True):
            scores = self._columns.scores[first:last]
            np.add.at(made, self._columns.indices[first:last], scores if times == 1 else times * scores)
        return made

    def _find_counted(self, terms: Sequence[str]) -> tuple[list[int], list[int], list[int]]:
        """How often each distinct term is asked for, and where its passages begin and end."""
        counted = Counter(terms)
        firsts, lasts = self._find(list(counted))
        return list(counted.values()), firsts.tolist(), lasts.tolist()

    def _find(self, terms: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where each term's passages begin and end; nowhere for an unknown one."""
        keys, hashes = self._columns.keys, hash_terms(terms)
        if not len(keys) or not len(hashes):
            return np.zeros(len(hashes), np.int64), np.zeros(len(hashes), np.int64)
        places = np.minimum(np.searchsorted(keys, hashes), len(keys) - 1)
        firsts, lasts = self._columns.starts[places], self._columns.starts[places + 1]
        return firsts, np.where(keys[places] == hashes, lasts, firsts)

    def idf(self, terms: Sequence[str]) -> Scores:
        """How telling each term is, from how many passages hold it; unknown terms are the most telling."""
        firsts, lasts = self._find(terms)
        counts = (lasts - firsts).astype(np.float32)
        return np.log1p((self._size - counts + 0.5) / (counts + 0.5)).astype(np.float32)

    def holders(self, term: str) -> Numbers:
        """The passages that hold the term, in order."""
        columns, key = self._columns, hash_terms((term,))[0]
        place = int(columns.keys.searchsorted(key))
        if place == len(columns.keys) or columns.keys[place] != key:
            return columns.indices[:0]
        return columns.indices[int(columns.starts[place]) : int(columns.starts[place + 1])]


def find_best(scores: Scores, count: int) -> NDArray[np.int64]:
    """The places of the highest, best first, none of zero. Of `count` blocks each has one at least as high as the
    lowest of their maxima, so that only few of many need be sorted."""
    blocks = scores[: len(scores) // BLOCK * BLOCK].reshape(-1, BLOCK).max(axis=1)
    least = np.partition(blocks, -count)[-count] if len(blocks) > count else 0.0
    places = np.flatnonzero((scores >= least) & (scores > 0))
    order = np.argsort(-scores[places], kind="stable")[:count]
    return np.asarray(places[order], dtype=np.int64)


def sort_columns(bm25: bm25s.BM25) -> Columns:
    """By hash: bm25s numbers terms anew in every process, and the same passages shall give the same files."""
    borders = bm25.scores["indptr"].astype(np.int64)
    # bm25s adds the empty term, which has a number and no column.
    numbered = {term: number for term, number in bm25.vocab_dict.items() if number < len(borders) - 1}
    hashes, numbers = hash_terms(numbered), np.fromiter(numbered.values(), np.int64, len(numbered))
    order = np.argsort(hashes)
    firsts, lasts = borders[numbers[order]], borders[numbers[order] + 1]
    starts = np.concatenate(([0], np.cumsum(lasts - firsts)))
    places = np.repeat(firsts - starts[:-1], lasts - firsts) + np.arange(starts[-1])
    return Columns(hashes[order], starts, bm25.scores["indices"][places], bm25.scores["data"][places])


def hash_terms(terms: Iterable[str]) -> NDArray[np.uint64]:
    """64 bits each: of a million terms, two are the same to it once in tens of millions of libraries."""
    told = b"".join(hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=8).digest() for term in terms)
    return np.frombuffer(told, dtype="<u8")
