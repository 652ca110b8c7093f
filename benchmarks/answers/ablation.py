"""What each part of the ranking is worth: left out, everything else fitted anew by folds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.answers.folds import Fitted, fit_folds
from benchmarks.answers.gathering import Asked
from retrieval.fitting.trial import Trial
from retrieval.hits import Hit, drop_duplicates
from retrieval.ranking import FEATURES, Weights

GROUPS: dict[str, tuple[str, ...]] = {
    "dense, whole passage": ("whole",),
    "dense, windows": ("window",),
    "dense, heading": ("heading",),
    "dense, the translation's": ("twin_whole", "twin_window"),
    "BM25 over terms": ("terms_of_best", "terms_of_possible"),
    "character n-grams": ("grams_of_best", "grams_of_possible"),
    "terms covered": ("coverage", "context"),
    "concepts": ("concepts", "concepts_of_context"),
    "kind asked for": ("unmet",),
    "demonstration mark": ("demonstration",),
    "how it is asked for": ("asked", "asked_letters"),
}
"""Every feature is in one of them."""
TOGETHER: dict[str, tuple[str, ...]] = {
    "all by meaning (dense)": ("whole", "window", "heading", "twin_whole", "twin_window"),
    "all by words and letters": (
        *GROUPS["BM25 over terms"],
        *GROUPS["character n-grams"],
        *GROUPS["terms covered"],
    ),
}
WHOLE = "nothing"
LOOKED_AT = 12
"""Of these the distinct ones are counted; three need no more."""


@dataclass(frozen=True, slots=True)
class Left:
    """`hits[documents, locale]`: questions, hit@1 and hit@3 without this part."""

    part: str
    hits: dict[tuple[str, str], tuple[int, float, float]]


def mask_without(left_out: Iterable[str]) -> NDArray[np.bool_]:
    """Which FEATURES may have weight. Raises ValueError for one that is none."""
    names = set(left_out)
    if unknown := names - set(FEATURES):
        raise ValueError(f"No such features: {', '.join(sorted(unknown))}")
    return np.array([name not in names for name in FEATURES])


def leave_out_each(trial: Trial, asked: Sequence[Asked], full: Fitted) -> list[Left]:
    """The whole ranking first."""
    folds = trial.folds
    told = [Left(WHOLE, count_hits(asked, full, folds))]
    for part, names in (GROUPS | TOGETHER).items():
        told.append(Left(part, count_hits(asked, fit_folds(trial, mask_without(names)), folds)))
        print(f"without {part}", flush=True)
    return told


def count_hits(
    asked: Sequence[Asked], fitted: Fitted, folds: dict[str, int]
) -> dict[tuple[str, str], tuple[int, float, float]]:
    """`materials` apart from `invented` documents."""
    found: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    for one in asked:
        documents = "materials" if one.corpus == "materials" else "invented"
        firsts = look(one, fitted[folds[one.question.id]])
        found.setdefault((documents, one.question.locale), []).append((any(firsts[:1]), any(firsts)))
    return {
        key: (len(rows), *(float(np.mean(column)) for column in zip(*rows, strict=True)))  # type: ignore[misc]
        for key, rows in found.items()
    }


def look(one: Asked, weights: Weights) -> list[bool]:
    """Whether each of the first three distinct passages is right."""
    scores = weights.score(one.features.astype(np.float32), one.shared)
    order = np.argsort(-scores, kind="stable")[:LOOKED_AT]
    hits = drop_duplicates([Hit(one.passages[i], float(scores[i])) for i in order])[:3]
    right = {one.passages[i].id for i in order if one.right[i]}
    return [hit.passage.id in right for hit in hits]
