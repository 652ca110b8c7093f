"""Fit the weights of ranking and confidence on the questions meant for tuning, and on no others.

    python -m retrieval.fitting TUNE.jsonl

Ranking: a softmax over a question's candidates, in which the right ones should have all the weight. Each question
is also asked of the other language's passages alone, for the weights that hold across languages.
Confidence: logistic regression; the threshold refuses a fixed share of what cannot be answered, with every
question judged by a model that has not seen it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.catalogue import Catalogue
from retrieval.building import FITTED_MEANS, LANGUAGES, SHIPPED
from retrieval.encoder import Vector, load_encoder
from retrieval.evaluation import Bench, Question, find_right, measure, read_questions, spoken
from retrieval.ranking import CONFIDENCE_FEATURES, FEATURES, FITTED, Weights, plain_weights
from retrieval.retriever import choose_shown
from retrieval.vectors import file_name

STEPS, RATE, RIDGE = 600, 0.05, 0.002
CONFIDENCE_RIDGE = 2.0
FOLDS = 10
REFUSED = 0.78
SUGGEST_SHARE = 0.6
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Instance:
    """One question's candidates: features, which share its language, which are right."""

    features: Array
    shared: NDArray[np.bool_]
    right: NDArray[np.bool_]


def gather(bench: Bench, questions: Sequence[Question], vectors: dict[str, Vector]) -> list[Instance]:
    found = []
    by_locale = {
        locale: [document for document in {p.document for p in bench.passages} if document.startswith(locale)]
        for locale in ("lv", "en")
    }
    for question in questions:
        other = "en" if spoken(question) == "lv" else "lv"
        own = (None, True), (by_locale[spoken(question)], False)
        for documents, by_twins in (*own, (by_locale[other], False)):
            ranked = bench.retriever.rank(
                question.text, locale=spoken(question), vector=vectors[question.id], documents=documents,
                by_twins=by_twins,
            )  # fmt: skip
            right = find_right(question, bench.texts)
            if ranked is None:
                continue
            truth = np.array([place in right for place in ranked.evidence.places], bool)
            if truth.any():
                rows = ranked.evidence.features.astype(np.float64)
                found.append(Instance(rows, ranked.evidence.shared, truth))
    return found


def fit_ranking(instances: Sequence[Instance], use: NDArray[np.bool_] | None = None) -> tuple[Array, Array]:
    """`use` marks the features that may have weight; the others stay at zero (for ablation).

    Across languages the best match by words is mostly a chance one, so what is measured by it has no weight there.
    """
    count = len(FEATURES)
    mask = np.ones(count) if use is None else use.astype(np.float64)
    across = mask * np.array([not name.endswith("of_best") for name in FEATURES])
    allowed = np.concatenate([mask, across])
    weights = allowed * 0.5
    moment, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        gradient = RIDGE * weights
        for instance in instances:
            gradient += slope(instance, weights) / len(instances)
        gradient *= allowed
        moment, second = 0.9 * moment + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        weights -= RATE * (moment / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights[:count], weights[count:]


def widen(instance: Instance) -> Array:
    """Features in the first half of the columns where the language is shared, in the second where not."""
    same = instance.features * instance.shared[:, None]
    return np.hstack([same, instance.features - same])


def slope(instance: Instance, weights: Array) -> Array:
    rows = widen(instance)
    scores = rows @ weights
    likely = np.exp(scores - scores.max())
    among_right = likely * instance.right
    expected = likely / likely.sum() - among_right / among_right.sum()
    return np.asarray(rows.T @ expected)


def fit_logistic(rows: Array, truth: Array) -> tuple[Array, float]:
    """Ridge-penalised logistic regression by Newton's method; rows are standardised."""
    design = np.hstack([rows, np.ones((len(rows), 1))])
    weights = np.zeros(design.shape[1])
    penalty = np.diag([CONFIDENCE_RIDGE] * rows.shape[1] + [1e-6])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (likely - truth) + penalty @ weights
        curvature = (design * (likely * (1 - likely))[:, None]).T @ design + penalty
        change = np.linalg.solve(curvature, gradient)
        weights -= change
        if np.abs(change).max() < 1e-8:
            break
    return weights[:-1], float(weights[-1])


@dataclass(frozen=True, slots=True)
class Judged:
    """Facts of each question's first hit, whether an answer would be right, and whether one is to be had."""

    facts: Array
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]


def judge(bench: Bench, questions: Sequence[Question], vectors: dict[str, Vector]) -> Judged:
    rows, right, answerable = [], [], []
    for question in questions:
        ranked = bench.retriever.rank(question.text, locale=spoken(question), vector=vectors[question.id])
        if ranked is None:
            continue
        rows.append(bench.retriever.describe(question.text, ranked))
        _, hits = bench.retriever.weigh(question.text, locale=spoken(question), vector=vectors[question.id])
        shown = {bench.places[hit.passage.id] for hit in choose_shown(hits)}
        right.append(question.answerable and bool(shown & find_right(question, bench.texts)))
        answerable.append(question.answerable)
    return Judged(np.array(rows), np.array(right, bool), np.array(answerable, bool))


def fit_confidence(judged: Judged, weights: Weights) -> Weights:
    centre, scale = judged.facts.mean(axis=0), np.maximum(judged.facts.std(axis=0), 1e-6)
    rows = np.clip((judged.facts - centre) / scale, -4, 4)
    truth = judged.answerable.astype(np.float64)
    unseen = judge_unseen(rows, truth)
    slopes, bias = fit_logistic(rows, truth)
    answer_from = choose_threshold(unseen, judged.answerable)
    return replace(
        weights, confidence=slopes, bias=bias, centre=centre, scale=scale,
        answer_from=answer_from, suggest_from=answer_from * SUGGEST_SHARE,
    )  # fmt: skip


def judge_unseen(rows: Array, truth: Array) -> Array:
    """Each question's probability by a model fitted without it and its fold."""
    folds = np.random.default_rng(3).permutation(len(rows)) % FOLDS
    unseen = np.zeros(len(rows))
    for fold in range(FOLDS):
        slopes, bias = fit_logistic(rows[folds != fold], truth[folds != fold])
        unseen[folds == fold] = 1 / (1 + np.exp(-(rows[folds == fold] @ slopes + bias)))
    return unseen


def choose_threshold(scores: Array, answerable: NDArray[np.bool_]) -> float:
    """So that this share of what cannot be answered is refused or asked back, by models that had not seen it."""
    return float(np.quantile(scores[~answerable], REFUSED))


def write_weights(weights: Weights, path: Path) -> None:
    told = {
        "features": list(FEATURES),
        "same": np.round(weights.same, 4).tolist(),
        "other": np.round(weights.other, 4).tolist(),
        "confidence_features": list(CONFIDENCE_FEATURES),
        "confidence": np.round(weights.confidence, 5).tolist(),
        "bias": round(weights.bias, 5),
        "centre": np.round(weights.centre, 5).tolist(),
        "scale": np.round(weights.scale, 5).tolist(),
        "answer_from": round(weights.answer_from, 4),
        "suggest_from": round(weights.suggest_from, 4),
    }
    path.write_text(json.dumps(told, indent=1) + "\n")


def fit(catalogue: Catalogue, questions: Sequence[Question], folder: Path) -> Weights:
    encoder = load_encoder("packaged")
    asked = Bench(catalogue, encoder, folder / "asked", plain_weights()).retriever
    vectors = {question.id: asked.encode(question.text) for question in questions}
    FITTED_MEANS.mkdir(exist_ok=True)
    means = {
        language: np.mean([vectors[q.id] for q in questions if q.locale == language], axis=0)
        for language in LANGUAGES
    }
    np.savez(FITTED_MEANS / file_name(encoder), **means)
    bench = Bench(catalogue, encoder, folder, plain_weights())
    answerable = [question for question in questions if question.answerable]
    same, other = fit_ranking(gather(bench, answerable, vectors))
    ranked = replace(plain_weights(), same=same.astype(np.float32), other=other.astype(np.float32))
    bench = Bench(catalogue, encoder, folder, ranked)
    weights = fit_confidence(judge(bench, questions, vectors), ranked)
    sys.stdout.write(measure(Bench(catalogue, encoder, folder, weights), questions, vectors).as_table() + "\n")
    return weights


def main() -> int:
    questions = read_questions(Path(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        weights = fit(Catalogue.read([SHIPPED]), questions, Path(folder))
    write_weights(weights, FITTED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
