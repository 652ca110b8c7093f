"""How people ask for a passage in other words, where whoever keeps the document has told it.

A passage that nobody has told this of is taken to be asked for in its own words: of two that fit alike, neither is
before the other for having been told of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.passage import Passage
from retrieval.encoder import Matrix, Vector
from retrieval.language import detect_language
from retrieval.vectors import centre_by_language, map_array

VECTORS, ROWS, FIRSTS = "asked.npy", "asked_rows.npy", "asked_firsts.npy"
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Phrasings:
    """Passage i has the phrasings firsts[i] to firsts[i + 1], and phrasing j the vector rows[j]: a heading of many
    passages has one. Written by hand, so that there are some thousand at most and each is compared. `told`: the
    passages that have any."""

    vectors: Matrix
    rows: NDArray[np.int64]
    firsts: NDArray[np.int64]
    told: NDArray[np.int64]

    @classmethod
    def load(cls, built: Path) -> Phrasings:
        firsts = np.load(built / FIRSTS)
        rows = np.load(built / ROWS)
        return cls(map_array(built / VECTORS), rows, firsts, np.flatnonzero(np.diff(firsts)))

    def compare(self, vector: Vector, twins: NDArray[np.int64]) -> Scores:
        """Of each passage, how near its or its twin's nearest is; -inf where there is none."""
        near = np.full(len(self.firsts) - 1, -np.inf, np.float32)
        if not len(self.told):
            return near
        near[self.told] = np.maximum.reduceat((self.vectors @ vector)[self.rows], self.firsts[self.told])
        return np.asarray(np.maximum(near, near[twins]))


def list_phrasings(passage: Passage) -> list[str]:
    """What its keeper told, and the heading above it where that is a question; the title is one of a document's
    first passage."""
    above = [*passage.section[-1:], *([passage.title] if passage.blocks[0] <= 1 else [])]
    return list(dict.fromkeys([*passage.asked, *(text for text in above if text.rstrip().endswith("?"))]))


def write_phrasings(
    passages: Sequence[Passage], vectors: Matrix, means: Mapping[str, Vector], fresh: Path
) -> None:
    """`vectors`: a row for each phrasing of each passage in order; `means`, by language, are those of questions
    about anything: a few documents' own would take away what they are about."""
    told = [list_phrasings(passage) for passage in passages]
    spoken = [
        detect_language(one, passage.locale) for passage, all_ in zip(passages, told, strict=True) for one in all_
    ]
    languages = np.array(spoken, dtype="U2")
    centred = centre_by_language(vectors, languages, means)
    kept: dict[tuple[str, str], int] = {}
    wordings = zip((text for all_ in told for text in all_), spoken, strict=True)
    rows = np.array([kept.setdefault(wording, len(kept)) for wording in wordings], dtype=np.int64)
    np.save(fresh / VECTORS, centred[np.unique(rows, return_index=True)[1]])
    np.save(fresh / ROWS, rows)
    np.save(fresh / FIRSTS, np.cumsum([0, *map(len, told)]).astype(np.int64))
