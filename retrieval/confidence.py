"""What tells a question that can be answered from one that cannot: facts of the first passage and others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.passage import Passage
from retrieval.analysis import find_grams, find_terms
from retrieval.candidates import Evidence, Places
from retrieval.expectations import count_unmet
from retrieval.lexical import LexicalIndex

FAR = 3.0
"""The gap to a second passage where there is none."""
HELD = 0.5
"""A word counts as held by a passage if it has at least this share of the word's letters, four at a time."""


def gather_facts(
    question: str,
    evidence: Evidence,
    order: Places,
    documents: NDArray[Any],
    passages: Sequence[Passage],
    terms: LexicalIndex,
) -> NDArray[np.float64]:
    """In the order of ranking.CONFIDENCE_FEATURES, of the first candidate in `order`."""
    first = passages[evidence.places[order[0]]]
    scores, twin = describe_scores(evidence, order, documents)
    facts = [*scores, *describe_words(question, first, terms), *twin]
    return np.array(facts, dtype=np.float64)


def describe_scores(evidence: Evidence, order: Places, documents: NDArray[Any]) -> tuple[list[float], list[float]]:
    """Of the passage itself and beside the others; of its twin in the other language."""
    first, row = order[0], evidence.features[order[0]]
    scores = evidence.scores
    own = documents[evidence.places[first]]
    elsewhere = next((i for i in order[1:] if documents[evidence.places[i]] != own), None)
    windows = evidence.features[:, 1]
    return [
        *(float(row[i]) for i in (0, 1)),
        float(evidence.cosines[first]),
        *(float(row[i]) for i in (3, 5, 6, 7)),
        evidence.unknown,
        float(scores[first] - scores[order[1]]) if len(order) > 1 else FAR,
        float(scores[first] - scores[elsewhere]) if elsewhere is not None else FAR,
        float(np.log1p(evidence.words)),
        float(not evidence.shared[first]),
        float(row[1] >= windows.max() - 1e-6),
        float(np.sort(windows)[-10:].mean()),
    ], [float(row[8]), float(row[9])]


def describe_words(question: str, passage: Passage, terms: LexicalIndex) -> list[float]:
    """Of the question's telling words: how much the passage holds of all of them, of the two rarest, and how
    telling the most telling one is that it lacks; and what kinds of thing it asks for that the passage has not."""
    text = f"{passage.context}\n{passage.text}"
    asked = list(dict.fromkeys(find_terms(question)))
    unmet = count_unmet(question, text)
    if not asked:
        return [0.0, 0.0, 0.0, unmet]
    weights = terms.idf(asked)
    held = measure_held(asked, text)
    rarest = np.argsort(-weights)[:2]
    return [
        float((held * weights).sum() / weights.sum()),
        float((held[rarest] * weights[rarest]).sum() / weights[rarest].sum()),
        float((weights * (held < HELD)).max()),
        unmet,
    ]


def measure_held(asked: Sequence[str], text: str) -> NDArray[np.float64]:
    words, letters = set(find_terms(text)), set(find_grams(text))
    return np.array([1.0 if term in words else share_of_letters(term, letters) for term in asked])


def share_of_letters(term: str, letters: set[str]) -> float:
    grams = set(find_grams(term))
    return len(grams & letters) / len(grams) if grams else 0.0
