"""The worst misses, and which evidence preferred the wrong passage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.answers.ablation import GROUPS
from benchmarks.answers.gathering import Measured
from knowledge.passage import Passage
from retrieval.candidates import Evidence
from retrieval.evaluation import Bench, Question, find_right, spoken
from retrieval.ranking import FEATURES, Weights, fitted_weights

TOLD = 2
"""So many groups are named on each side."""
CLEAR = 0.15
"""Log-odds below which a group preferred neither."""


@dataclass(frozen=True, slots=True)
class Miss:
    """`rank`: of the right passage among the candidates, None if it is not one. `preferred`: by GROUPS, the
    log-odds by which the wrong passage is before the right one (their sum is the gap)."""

    question: Question
    found: Passage
    right: Passage
    rank: int | None
    candidates: int
    gap: float
    preferred: dict[str, float]
    languages: tuple[bool, bool]
    held: tuple[float, float]

    @property
    def badness(self) -> tuple[float, float]:
        return (float("inf") if self.rank is None else float(self.rank), self.gap)


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate's evidence."""

    features: NDArray[np.float64]
    shared: bool
    held: float


def find_worst(measured: Measured, most: int) -> list[Miss]:
    misses = []
    for question in measured.questions:
        if question.answerable:
            found = examine(measured.bench, question, measured)
            misses += [found] if found else []
    return sorted(misses, key=lambda miss: miss.badness, reverse=True)[:most]


def examine(bench: Bench, question: Question, measured: Measured) -> Miss | None:
    """None if a right passage is first."""
    right = find_right(question, bench.texts)
    vector = measured.vectors[question.id]
    ranked = bench.retriever.rank(question.text, locale=spoken(question), vector=vector, k=10_000)
    assert ranked is not None
    order = [int(ranked.evidence.places[i]) for i in ranked.order]
    if order[0] in right:
        return None
    rank = next((number for number, place in enumerate(order, 1) if place in right), None)
    wrong = row_of(ranked.evidence, int(ranked.order[0]))
    place, best = (
        (order[rank - 1], row_of(ranked.evidence, int(ranked.order[rank - 1])))
        if rank is not None
        else look_for(bench, question, right, measured)
    )
    preferred = compare(wrong, best, fitted_weights())
    passages = bench.passages[order[0]], bench.passages[place]
    return Miss(question, *passages, rank, len(order), sum(preferred.values()), preferred,
                (wrong.shared, best.shared), (wrong.held, best.held))  # fmt: skip


def row_of(evidence: Evidence, place: int) -> Row:
    coverage = evidence.coverage
    weights = coverage.weights.astype(np.float64)
    held = float(weights @ coverage.held[:, place] / weights.sum()) if weights.sum() else 0.0
    return Row(evidence.features[place].astype(np.float64), bool(evidence.shared[place]), held)


def look_for(bench: Bench, question: Question, right: frozenset[int], measured: Measured) -> tuple[int, Row]:
    """What is not among the candidates, looked for in its own documents."""
    documents = sorted({bench.passages[place].document for place in right})
    ranked = bench.retriever.rank(
        question.text, locale=spoken(question), vector=measured.vectors[question.id], documents=documents, k=10_000
    )
    assert ranked is not None
    row = next(int(i) for i in ranked.order if int(ranked.evidence.places[i]) in right)
    return int(ranked.evidence.places[row]), row_of(ranked.evidence, row)


def compare(wrong: Row, right: Row, weights: Weights) -> dict[str, float]:
    """By GROUPS, what the wrong passage has more than the right one, in log-odds."""
    parts = weigh(wrong, weights) - weigh(right, weights)
    return {group: float(sum(parts[FEATURES.index(name)] for name in names)) for group, names in GROUPS.items()}


def weigh(row: Row, weights: Weights) -> NDArray[np.float64]:
    return np.asarray(row.features * (weights.same if row.shared else weights.other))


def explain(miss: Miss) -> str:
    """One line, from the numbers alone."""
    told = [f"for the wrong one: {name_groups(miss.preferred, 1)}"]
    if against := name_groups(miss.preferred, -1):
        told.append(f"for the right one: {against}")
    told.append(f"telling words held: {miss.held[0]:.0%} by the wrong one, {miss.held[1]:.0%} by the right one")
    told += tell_languages(miss.languages)
    return "; ".join(told)


def name_groups(preferred: Mapping[str, float], sign: int) -> str:
    clear = [(group, value) for group, value in preferred.items() if sign * value > CLEAR]
    clear.sort(key=lambda pair: -abs(pair[1]))
    return ", ".join(f"{group} ({value:+.1f})" for group, value in clear[:TOLD])


def tell_languages(shared: Sequence[bool]) -> list[str]:
    if shared[0] and not shared[1]:
        return ["only the wrong one is in the question's language"]
    if not any(shared):
        return ["neither is in the question's language"]
    return []
