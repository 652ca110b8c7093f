"""From a question's vector and words to the passages worth ranking, with the evidence for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retrieval.concepts import Word
from retrieval.coverage import Coverage, CoverageIndex
from retrieval.encoder import Matrix, Vector
from retrieval.lexical import LexicalIndex, Scores, find_best
from retrieval.nearest import Nearest
from retrieval.phrasings import Phrasings
from retrieval.ranking import Features

NEIGHBOURS = 120
BY_WORDS = 40
BACKGROUND = 400
"""Passages by which a question's similarities are standardised: the same ones for every question."""
Places = NDArray[np.int64]


@dataclass
class Evidence:
    """Candidates as places in the catalogue's passages, and a row of FEATURES for each.

    `wholes` and `cosines`: how near each is as a whole, and by the nearest of its windows; `asked`: by the nearest
    of its phrasings, or of its windows where nobody `told` any; `elsewhere`: how near the nearest question is that
    has no answer here."""

    places: Places
    features: Features
    wholes: NDArray[np.float32]
    cosines: NDArray[np.float32]
    coverage: Coverage
    asked: NDArray[np.float32]
    told: NDArray[np.bool_]
    elsewhere: float
    language: str = "lv"
    words: int = 0
    shared: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    scores: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))

    def describe_query(self, text: str, language: str, shared: NDArray[np.bool_], scores: Scores) -> None:
        self.words, self.language, self.shared, self.scores = (
            len(text.split()),
            language,
            shared,
            scores,
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is looked for: its centred vector, its words in three ways, the kinds of thing it wants.

    `foreign`: no passage is in its language."""

    vector: Vector
    terms: Sequence[str]
    grams: Sequence[str]
    words: Sequence[Word]
    kinds: NDArray[np.bool_]
    foreign: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """What an index holds. `firsts` maps passages to their rows of `vectors`: passage i has rows firsts[i] to
    firsts[i + 1]; `headings` has a row each. `twins[i]` is the place of the same passage in the other language,
    i itself where there is none. `told`: shape (passages, len(expectations.KINDS)). `demonstrations`: invented
    passages. `unanswered`: vectors of questions that have no answer here. `fields`: those of building.FIELDS."""

    nearest: Nearest
    vectors: NDArray[np.float32]
    firsts: Places
    headings: NDArray[np.float32]
    told: NDArray[np.bool_]
    phrasings: Phrasings
    unanswered: Matrix
    fields: Mapping[str, LexicalIndex]
    twins: Places
    demonstrations: NDArray[np.bool_]


class Candidates:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._vectors, self._firsts, self._owners = parts.vectors, parts.firsts, own_rows(parts.firsts)
        if parts.fields:
            self._terms, self._context, self._grams, self._asked = (
                parts.fields[name] for name in ("terms", "context", "grams", "asked")
            )
            above = parts.fields["context"], parts.fields["meant_above"]
            self._covering = CoverageIndex(parts.fields["terms"], parts.fields["concepts"], *above)
        count = len(self._firsts) - 1
        sample = np.random.default_rng(7).permutation(count)[:BACKGROUND] if count else np.zeros(0, np.int64)
        self._background = np.sort(sample)
        rows = self._rows_of(self._background)
        self._background_vectors = np.asarray(self._vectors[rows]) if count else np.zeros((0, 1), np.float32)
        self._background_headings = np.asarray(parts.headings[self._background])

    def vectors_of(self, place: int) -> tuple[Scores, NDArray[np.float32]]:
        """A passage's heading's, and those of its windows, the whole first."""
        first, end = self._firsts[place], self._firsts[place + 1]
        return np.asarray(self._parts.headings[place]), np.asarray(self._vectors[first:end])

    def _lengths(self, places: Places) -> Places:
        return np.asarray(self._firsts[places + 1] - self._firsts[places])

    def _rows_of(self, places: Places) -> Places:
        if not len(places):
            return np.zeros(0, np.int64)
        lengths = self._lengths(places)
        starts = np.repeat(
            self._firsts[places] - np.concatenate(([0], np.cumsum(lengths)[:-1])),
            lengths,
        )
        return np.asarray(starts + np.arange(lengths.sum()))

    def gather(self, asked: Asked, allowed: NDArray[np.bool_], *, by_twins: bool = True) -> Evidence:
        """`by_twins`: a passage may be found by what its translation says, too."""
        twins = self._parts.twins if by_twins else np.arange(len(self._parts.twins))
        by_terms, by_grams = (
            self._terms.scores(asked.terms),
            self._grams.scores(asked.grams),
        )
        near, by_letters = self._parts.phrasings.compare(asked.vector, twins), self._asked.scores(asked.grams)
        by_phrasings = [np.maximum(near, 0)] if len(self._parts.phrasings.told) else []
        places = self._choose(asked.vector, (by_terms, by_grams, *by_phrasings), allowed, twins)
        told = np.isfinite(near[places])
        coverage = self._covering.measure(asked.words, places, foreign=asked.foreign)
        dense, wholes, windows, nearest = self._compare(asked.vector, places, twins[places], near[places])
        grams_of_best = of_best(by_grams, places, allowed)
        columns = [
            *dense[:2],
            of_best(by_terms, places, allowed),
            by_terms[places] / possible(self._terms, asked.terms),
            grams_of_best,
            by_grams[places] / possible(self._grams, asked.grams),
            self._cover(self._terms, asked.terms)[places],
            self._cover(self._context, asked.terms)[places],
            *dense[2:5],
            coverage.shares,
            coverage.shares_of_context,
            (asked.kinds & ~self._parts.told[places]).sum(axis=1),
            self._parts.demonstrations[places],
            dense[5],
            np.where(told, of_best(by_letters, places, allowed), grams_of_best),
        ]
        features = np.stack(columns, axis=1).astype(np.float32)
        elsewhere = self._find_elsewhere(asked.vector)
        return Evidence(places, features, wholes, windows, coverage, nearest, told, elsewhere)

    def _compare(
        self, vector: Vector, places: Places, twins: Places, asked: Scores
    ) -> tuple[list[Scores], Scores, Scores, Scores]:
        """Standardised: whole, window, the twin's whole and window, heading, phrasings or where there are none the
        window; and the first two's own cosines and those of the last."""
        mean, spread = self._measure_background(vector)
        whole, window = self._similarities(vector, places)
        twin_whole, twin_window = self._similarities(vector, twins)
        heading = np.asarray(self._parts.headings[places]) @ vector
        nearest = np.where(np.isfinite(asked), asked, window)
        told = (whole, window, twin_whole, twin_window, heading, nearest)
        standard = [(one - mean[i]) / spread[i] for one, i in zip(told, (0, 1, 0, 1, 2, 1), strict=True)]
        return standard, whole, window, nearest

    def _choose(
        self,
        vector: Vector,
        lexical: Sequence[Scores],
        allowed: NDArray[np.bool_],
        twins: Places,
    ) -> Places:
        """The nearest by meaning and the best by words, by letters and by how they are asked for, together."""
        near = self._nearest(vector, allowed | allowed[twins])
        chosen = [np.where(allowed[near], near, twins[near])]
        for scores in lexical:
            chosen.append(find_best(scores * allowed, BY_WORDS))
        return np.unique(np.concatenate(chosen)).astype(np.int64)

    def _nearest(self, vector: Vector, allowed: NDArray[np.bool_]) -> Places:
        return np.unique(self._owners[self._parts.nearest.find(vector, NEIGHBOURS, allowed)])

    def _similarities(self, vector: Vector, places: Places) -> tuple[Scores, Scores]:
        """Of the whole passage, and of the nearest of its windows."""
        cosines = np.asarray(self._vectors[self._rows_of(places)]) @ vector
        starts = np.concatenate(([0], np.cumsum(self._lengths(places))[:-1]))
        return cosines[starts], np.maximum.reduceat(cosines, starts)

    def _measure_background(self, vector: Vector) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        cosines = self._background_vectors @ vector
        starts = np.concatenate(([0], np.cumsum(self._lengths(self._background))[:-1]))
        windows = np.maximum.reduceat(cosines, starts)
        all_three = np.stack([cosines[starts], windows, self._background_headings @ vector])
        return all_three.mean(axis=1), np.maximum(all_three.std(axis=1), 1e-3)

    def _find_elsewhere(self, vector: Vector) -> float:
        return float((self._parts.unanswered @ vector).max()) if len(self._parts.unanswered) else -1.0

    def _cover(self, index: LexicalIndex, terms: Sequence[str]) -> Scores:
        """How much of the question's terms each passage holds, 0 to 1."""
        distinct = list(dict.fromkeys(terms))
        covered = np.zeros(len(self._firsts) - 1, dtype=np.float32)
        weights = index.idf(distinct)
        for term, weight in zip(distinct, weights, strict=True):
            covered[index.holders(term)] += weight
        return covered / (float(weights.sum()) or 1.0)


def possible(index: LexicalIndex, words: Sequence[str]) -> float:
    """About the most BM25 could give: every word of the question, as often as it likes."""
    return float(index.idf(words).sum() * 2.2) + 1e-6 if words else 1.0


def of_best(scores: Scores, places: Places, allowed: NDArray[np.bool_]) -> Scores:
    return np.asarray(scores[places] / top(scores, allowed))


def top(scores: Scores, allowed: NDArray[np.bool_]) -> float:
    """Where all are zero, a number to divide by."""
    return float((scores * allowed).max()) or 1.0 if len(scores) else 1.0


def own_rows(firsts: Places) -> Places:
    """Of each row of the vectors: whose it is."""
    return np.repeat(np.arange(len(firsts) - 1), np.diff(firsts))
