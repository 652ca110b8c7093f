"""The weights of ranking: a softmax over a question's candidates, of which the right ones should have all.

Each question is also asked of the other language's passages alone, for the weights that hold across languages; and
with the phrasings of half the documents forgotten, for the weights that hold where not all have them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from retrieval.encoder import Vector
from retrieval.evaluation import Bench, Question, find_right, spoken
from retrieval.filters import matter_of
from retrieval.ranking import FEATURES, Weights, plain_weights

STEPS, RIDGE = 300, 0.003
Array = NDArray[np.float64]
Vectors = dict[str, Vector]


@dataclass(frozen=True, slots=True)
class Instance:
    """One question's candidates: features, which share its language, which are right."""

    question: str
    features: Array
    shared: NDArray[np.bool_]
    right: NDArray[np.bool_]


def gather(bench: Bench, questions: Sequence[Question], vectors: Vectors) -> list[Instance]:
    """Of every question that can be answered up to four: as it is asked, with phrasings and with half of them,
    and of each language's passages."""
    by_locale = {
        locale: sorted({p.document for p in bench.passages if p.locale == locale}) for locale in ("lv", "en")
    }
    found, told = [], any(passage.asked for passage in bench.passages)
    for question in questions:
        right = find_right(question, bench.texts)
        own, other = ("lv", "en") if spoken(question) == "lv" else ("en", "lv")
        for documents, by_twins in ((None, True), (by_locale[own], False), (by_locale[other], False)):
            ranked = bench.retriever.rank(
                question.text, locale=spoken(question), vector=vectors[question.id], documents=documents,
                by_twins=by_twins,
            )  # fmt: skip
            if ranked is None:
                continue
            truth = np.array([place in right for place in ranked.evidence.places], bool)
            if truth.any():
                rows = ranked.evidence.features.astype(np.float64)
                found.append(Instance(question.id, rows, ranked.evidence.shared, truth))
                if documents is None and told:
                    owners = [bench.passages[place].document for place in ranked.evidence.places]
                    found.append(replace(found[-1], features=forget(rows, owners, question.id)))
    return found


def forget(rows: Array, owners: Sequence[str], question: str) -> Array:
    """What is left for half of the documents, another half for each question, where nobody tells how they are
    asked for."""
    forgotten = np.array([hash_pair(question, owner) % 2 == 0 for owner in owners])
    made = rows.copy()
    for told, instead in (("asked", "window"), ("asked_letters", "grams_of_best")):
        made[forgotten, FEATURES.index(told)] = rows[forgotten, FEATURES.index(instead)]
    return made


def hash_pair(question: str, document: str) -> int:
    return hashlib.blake2b(f"{question}\0{matter_of(document)}".encode(), digest_size=8).digest()[0]


def fit_order(instances: Sequence[Instance], use: NDArray[np.bool_] | None = None) -> Weights:
    """`use` marks the features that may have weight; the others stay at zero (for ablation).

    Across languages the best match by words is mostly a chance one, so what is measured by it has no weight there.
    """
    count = len(FEATURES)
    mask = np.ones(count) if use is None else use.astype(np.float64)
    across = mask * np.array([not name.endswith("of_best") for name in FEATURES])
    allowed = np.concatenate([mask, across])
    slope = Slope(instances)

    def loss(weights: Array) -> tuple[float, Array]:
        value, gradient = slope.at(weights)
        return value + RIDGE / 2 * float(weights @ weights), (gradient + RIDGE * weights) * allowed

    found = minimize(loss, np.zeros_like(allowed), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    same, other = np.split((found.x / slope.scale).astype(np.float32), 2)
    return replace(plain_weights(), same=same, other=other)


class Slope:
    """The mean loss and how it changes with the weights of standardised features, all instances at once."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        rows = np.concatenate([widen(instance) for instance in instances])
        self.scale = np.maximum(rows.std(axis=0), 1e-6)
        self._rows = rows / self.scale
        self._right = np.concatenate([instance.right for instance in instances])
        lengths = [len(instance.right) for instance in instances]
        self._starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        self._owner = np.repeat(np.arange(len(instances)), lengths)

    def at(self, weights: Array) -> tuple[float, Array]:
        scores = self._rows @ weights
        likely = np.exp(scores - np.maximum.reduceat(scores, self._starts)[self._owner])
        among_right = likely * self._right
        of_all, of_right = self._sum(likely), np.maximum(self._sum(among_right), 1e-30)
        gradient = self._rows.T @ (likely / of_all[self._owner] - among_right / of_right[self._owner])
        return float(np.log(of_all / of_right).mean()), np.asarray(gradient / len(self._starts))

    def _sum(self, values: Array) -> Array:
        return np.asarray(np.add.reduceat(values, self._starts))


def widen(instance: Instance) -> Array:
    """Features in the first half of the columns where the language is shared, in the second where not."""
    same = instance.features * instance.shared[:, None]
    return np.hstack([same, instance.features - same])
