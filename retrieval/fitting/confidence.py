"""The weights and thresholds of confidence: logistic regression over facts of the first passage, fitted on whether
what an answer would show is right. Every question is judged by weights that have not seen it or its documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from retrieval.evaluation import Bench, Question, auroc, coverage_at, find_right, spoken
from retrieval.filters import matter_of
from retrieval.fitting.order import Array, Vectors
from retrieval.hits import MOST_SHOWN, Hit, choose_shown, drop_duplicates
from retrieval.ranking import CONFIDENCE_FEATURES, TOLD, Confidence, Weights

RIDGE = 20.0
LEFT_OUT_COUNTS = 0.15
"""Of a question whose documents were left out, beside 1 of a question as it was asked."""
ANSWERED = 0.88
"""Of the questions that can be answered by what is told how it is asked for, by folds, so many are answered: the
most with which at most 4 % of the answers are wrong. 5 % is what is promised (docs/evaluation.md), and what folds
are made of is nearer to the materials than what people ask."""
UNTOLD_ANSWERED = 0.78
"""Of those that can be answered where nobody told. The questions of the invented documents are written harder than
people ask, by the same probability so few would be answered that a question in the document's own words is not."""
HELPED = 0.95
"""Of those whose answer is among the first three, at least so many are answered or asked back."""

FOR = frozenset((
    "whole", "window", "terms_of_best", "terms_of_possible", "grams_of_best", "grams_of_possible", "coverage",
    "context", "heading", "concepts", "concepts_of_context", "asked", "asked_letters", "cosine", "cosine_whole",
    "top", "gap", "gap_elsewhere", "literal", "held", "rarest_held", "first_or_elsewhere",
))  # fmt: skip
AGAINST = frozenset(("unmet", "most_telling_lacked", "unknown", "names_lacked", "elsewhere"))
"""Facts that can only speak for the first passage, or against it. The invented documents are asked for in other
words than theirs, and what they do not tell in theirs: fitted freely, a question in a new document's own words
was thought to have no answer for it. By folds this costs nothing on the materials, and 0.02 of AUROC on them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Of each question: facts of its first hit; whether an answer would be right; whether the evidence is
    among the first three; whether it was asked with its documents left out; whether it can be answered; fold."""

    facts: Array
    right: NDArray[np.bool_]
    near: NDArray[np.bool_]
    left_out: NDArray[np.bool_]
    answerable: NDArray[np.bool_]
    fold: NDArray[np.int64]

    def __getitem__(self, rows: NDArray[np.bool_]) -> Judged:
        return Judged(*(getattr(self, name)[rows] for name in self.__slots__))


def judge(bench: Bench, questions: Sequence[Question], vectors: Vectors, folds: dict[str, int]) -> Judged:
    rows = []
    for question in questions:
        right = find_right(question, bench.texts)
        for left_out in (False, True) if right else (False,):
            documents = list_others(bench, question, right) if left_out else None
            ranked = bench.retriever.rank(
                question.text, locale=spoken(question), vector=vectors[question.id], documents=documents
            )
            if ranked is None:
                continue
            shown, first_three = (
                {bench.places[hit.passage.id] for hit in hits} & right for hits in lead(ranked.hits)
            )
            facts = bench.retriever.describe(ranked)
            rows.append((facts, bool(shown), bool(first_three), left_out, bool(right) and not left_out,
                         folds[question.id]))  # fmt: skip
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return Judged(*columns)


def lead(hits: Sequence[Hit]) -> tuple[list[Hit], list[Hit]]:
    """What an answer would show, and what a question back would."""
    distinct = drop_duplicates(hits[:12])
    return choose_shown(distinct), distinct[:MOST_SHOWN]


def list_others(bench: Bench, question: Question, right: frozenset[int]) -> list[str]:
    """The documents a question is looked for in, but those that answer it."""
    answering = {matter_of(bench.passages[place].document) for place in right}
    told = {document.document for document in bench.passages}
    own = {document for document in told if document.startswith(f"{spoken(question)}/")}
    matters = {matter_of(document) for document in own}
    asked = own | {document for document in told if matter_of(document) not in matters}
    return sorted(document for document in asked if matter_of(document) not in answering)


def fit_confidence(judged: Judged, weights: Weights) -> Weights:
    """One of each kind; where there is nothing of a kind, all stand for it."""
    told = judged.facts[:, TOLD] > 0
    kinds = [judged[rows] if rows.any() else judged for rows in (told, ~told)]
    return replace(weights, told=fit_kind(kinds[0]), untold=fit_kind(kinds[1]))


def fit_kind(judged: Judged) -> Confidence:
    centre, scale = judged.facts.mean(axis=0), np.maximum(judged.facts.std(axis=0), 1e-6)
    rows = np.clip((judged.facts - centre) / scale, -4, 4)
    counts = np.where(judged.left_out, LEFT_OUT_COUNTS, 1.0)
    slopes, bias = fit_logistic(rows, judged.right.astype(np.float64), counts)
    return Confidence(slopes, bias, centre, scale)


def judge_unseen(judged: Judged, weights: Weights) -> Array:
    """Each question's probability by a model fitted without its fold."""
    unseen = np.zeros(len(judged.right))
    for fold in np.unique(judged.fold):
        fitted = fit_confidence(judged[judged.fold != fold], weights)
        own = judged.fold == fold
        unseen[own] = [fitted.probability(facts) for facts in judged.facts[own]]
    return unseen


def choose_thresholds(scores: Array, judged: Judged) -> tuple[float, float]:
    """From where an answer is given, and from where it is asked back."""
    told = judged.facts[:, TOLD] > 0
    answer_from = float(np.quantile(scores[judged.answerable & told], 1 - ANSWERED))
    suggest_from = float(np.quantile(scores[judged.near & told], 1 - HELPED))
    return answer_from, min(suggest_from, answer_from)


def ease_untold(weights: Weights, scores: Array, judged: Judged) -> Weights:
    """With what lacks to UNTOLD_ANSWERED put onto the log-odds: one threshold then serves both kinds."""
    untold = scores[judged.answerable & ~(judged.facts[:, TOLD] > 0)]
    if not len(untold):
        return weights
    lacking = log_odds(weights.answer_from) - log_odds(float(np.quantile(untold, 1 - UNTOLD_ANSWERED)))
    return replace(weights, untold=replace(weights.untold, bias=weights.untold.bias + max(lacking, 0.0)))


def log_odds(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def fit_logistic(rows: Array, truth: Array, counts: Array) -> tuple[Array, float]:
    """Ridge-penalised logistic regression, no slope against what a fact says by itself; rows are standardised."""
    design = np.hstack([rows, np.ones((len(rows), 1))])
    penalty = np.array([RIDGE] * rows.shape[1] + [1e-6])

    def loss(weights: Array) -> tuple[float, Array]:
        reach = design @ weights
        likely = 1 / (1 + np.exp(-np.clip(reach, -30, 30)))
        value = counts @ (np.logaddexp(0, reach) - truth * reach) + penalty @ weights**2 / 2
        return float(value), design.T @ (counts * (likely - truth)) + penalty * weights

    bounds = [bound_of(name) for name in CONFIDENCE_FEATURES] + [(None, None)]
    fitted = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return fitted[:-1], float(fitted[-1])


def bound_of(feature: str) -> tuple[float | None, float | None]:
    return (0.0 if feature in FOR else None, 0.0 if feature in AGAINST else None)


def tell_unseen(scores: Array, judged: Judged, weights: Weights) -> str:
    asked, can = ~judged.left_out, judged.answerable
    answered = (scores >= weights.answer_from) & asked
    held = scores[asked], can[asked], judged.right[asked]
    told = {
        "shown right": judged.right[can].mean(),
        "auroc": auroc(*held[:2]),
        "auroc of documents left out": auroc(scores[can | judged.left_out], can[can | judged.left_out]),
        **coverage_at(*held),
        "answered": answered[can].mean(),
        "wrong": (~judged.right[answered]).mean() if answered.any() else 0.0,
        "not answered of unanswerable": (~answered[asked & ~can]).mean(),
    }
    return "by folds: " + "  ".join(f"{name} {value:.3f}" for name, value in told.items())
