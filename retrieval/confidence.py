"""What tells a question that can be answered from one that cannot: facts of the first passage and others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.candidates import Evidence, Places
from retrieval.coverage import Coverage
from retrieval.ranking import FEATURES

FAR = 3.0
"""The gap to a second passage where there is none."""
FEW_LETTERS = 0.04
"""Of what BM25 over letters could give: words with two slips in each still have more."""
KNOWN, AHEAD = 0.5, 0.06
"""Cosines, without what all questions of a language share."""
WINDOW, GRAMS, CONCEPTS = (FEATURES.index(name) for name in ("window", "grams_of_best", "concepts"))


def gather_facts(evidence: Evidence, order: Places, documents: NDArray[Any]) -> NDArray[np.float64]:
    """In the order of ranking.CONFIDENCE_FEATURES, of the first candidate in `order`. `documents`: whose each
    passage of the catalogue is."""
    first = int(order[0])
    facts = [
        *(float(value) for value in evidence.features[first]),
        float(evidence.cosines[first]),
        float(evidence.wholes[first]),
        float(evidence.wholes.max()),
        *describe_lead(evidence, order, documents),
        *describe_agreement(evidence, first),
        *describe_words(evidence.coverage, first),
        float(np.log1p(evidence.words)),
        float(not evidence.shared[first]),
        *describe_elsewhere(evidence, first),
    ]
    return np.array(facts, dtype=np.float64)


def is_known(evidence: Evidence) -> bool:
    """Somebody told that it is asked so, and nothing that has no answer is as near: it is asked back then, however
    many passages could be meant. By folds this keeps eleven questions from a refusal, and five have an answer."""
    best = float(evidence.asked[evidence.told].max(initial=-1.0))
    return best >= KNOWN and best >= evidence.elsewhere + AHEAD


def says_nothing(evidence: Evidence) -> bool:
    """No passage holds a word of the question in any form, and hardly its letters: a slip of the keyboard, or
    another subject. The nearest passage is then a chance one, however near."""
    letters = evidence.features[:, FEATURES.index("grams_of_possible")]
    return bool(evidence.coverage.unknown.all() and letters.max() < FEW_LETTERS)


def describe_elsewhere(evidence: Evidence, first: int) -> list[float]:
    """Whether anybody told how the first is asked for; how near the nearest question is that has no answer here,
    and how much nearer the first and the best of all are."""
    nearest = evidence.elsewhere
    return [
        float(evidence.told[first]),
        nearest,
        float(evidence.asked[first]) - nearest,
        float(evidence.asked.max()) - nearest,
    ]


def describe_lead(evidence: Evidence, order: Places, documents: NDArray[Any]) -> list[float]:
    """How far the first is before the second, and before the best of another document; and, scores being
    log-odds, how likely it, the first three and its document are, and how evenly likely all are."""
    scores = evidence.scores[order].astype(np.float64)
    owners = documents[evidence.places[order]]
    elsewhere = np.flatnonzero(owners != owners[0])
    likely = np.exp(scores - scores[0])
    likely /= likely.sum()
    return [
        float(scores[0]),
        float(scores[0] - scores[1]) if len(scores) > 1 else FAR,
        float(scores[0] - scores[elsewhere[0]]) if len(elsewhere) else FAR,
        float(likely[0]),
        float(likely[:3].sum()),
        float(likely[owners == owners[0]].sum()),
        float(-(likely * np.log(likely + 1e-9)).sum()),
    ]


def describe_agreement(evidence: Evidence, first: int) -> list[float]:
    """Whether the first is also best by meaning, by letters and by concepts; how near the nearest are."""
    features = evidence.features
    windows = np.sort(features[:, WINDOW])
    best = [float(features[first, i] >= features[:, i].max() - 1e-6) for i in (WINDOW, GRAMS, CONCEPTS)]
    return [*best, float(windows[-1]), float(windows[-10:].mean())]


def describe_words(coverage: Coverage, first: int) -> list[float]:
    """Of the question's telling words: how much the passage holds as written and in any words, how much of the
    two rarest, how telling the most telling one is that it lacks, how much nobody holds, and how many names and
    numbers it lacks."""
    weights = coverage.weights.astype(np.float64)
    if not len(weights):
        return [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    literal, held = coverage.literal[:, first], coverage.held[:, first]
    rarest = np.argsort(-weights)[:2]
    total = weights.sum()
    return [
        float(weights @ literal / total),
        float(weights @ held / total),
        float(weights[rarest] @ held[rarest] / weights[rarest].sum()),
        float((weights * ~held).max()),
        float(weights @ coverage.unknown / total),
        float((coverage.named & ~held).sum()),
    ]
