"""What speaks for a passage, in numbers that can be added: the features and their fitted weights.

Each feature counts twice: with one weight where question and passage share a language, with another where they
do not, so that words in common cannot drown the right passage of another language. Dense similarities are
standardised by the question's own background: e5's cosines lie between 0.7 and 0.9 whatever is compared.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEATURES = (
    "whole", "window", "terms_of_best", "terms_of_possible", "grams_of_best", "grams_of_possible", "coverage",
    "context", "twin_whole", "twin_window", "heading", "concepts", "concepts_of_context", "unmet",
    "demonstration", "asked", "asked_letters",
)  # fmt: skip
CONFIDENCE_FEATURES = (
    *FEATURES, "cosine", "cosine_whole", "cosine_best", "top", "gap", "gap_elsewhere", "likely_first",
    "likely_three", "likely_document", "spread", "agree", "agree_grams", "agree_concepts", "best_window",
    "mean_window", "literal", "held", "rarest_held", "most_telling_lacked", "unknown", "names_lacked",
    "length", "foreign", "told", "elsewhere", "first_or_elsewhere", "best_or_elsewhere",
)  # fmt: skip
TOLD = CONFIDENCE_FEATURES.index("told")
FITTED = Path(__file__).parent / "ranking.json"
Features = NDArray[np.float32]
"""Shape (candidates, len(FEATURES))."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """Logistic regression over CONFIDENCE_FEATURES: a slope, a centre and a scale for each."""

    slopes: NDArray[np.float64]
    bias: float
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]

    def probability(self, facts: NDArray[np.float64]) -> float:
        standard = np.clip((facts - self.centre) / self.scale, -4, 4)
        return float(1 / (1 + np.exp(-(standard @ self.slopes + self.bias))))


@dataclass(frozen=True, slots=True)
class Weights:
    """Fitted by `python -m retrieval.fitting`; never on questions that are only measured.

    `told`: confidence where somebody told how the first passage is asked for; `untold`: where nobody did, and less
    is known of it."""

    same: NDArray[np.float32]
    other: NDArray[np.float32]
    told: Confidence
    untold: Confidence
    answer_from: float
    suggest_from: float

    def score(self, features: Features, shares_language: NDArray[np.bool_]) -> NDArray[np.float32]:
        return np.where(shares_language, features @ self.same, features @ self.other).astype(np.float32)

    def probability(self, facts: NDArray[np.float64]) -> float:
        """That the first passage answers."""
        return (self.told if facts[TOLD] else self.untold).probability(facts)


def read_weights(path: Path) -> Weights:
    told = json.loads(path.read_text())
    if told["features"] != list(FEATURES) or told["confidence_features"] != list(CONFIDENCE_FEATURES):
        raise ValueError(f"{path} was fitted for other features: python -m retrieval.fitting")
    return Weights(
        same=np.array(told["same"], dtype=np.float32),
        other=np.array(told["other"], dtype=np.float32),
        told=read_confidence(told["told"]),
        untold=read_confidence(told["untold"]),
        answer_from=float(told["answer_from"]),
        suggest_from=float(told["suggest_from"]),
    )


def read_confidence(told: dict[str, Any]) -> Confidence:
    slopes, centre, scale = (np.array(told[name]) for name in ("slopes", "centre", "scale"))
    return Confidence(slopes, float(told["bias"]), centre, scale)


@lru_cache(maxsize=1)
def fitted_weights() -> Weights:
    return read_weights(FITTED)


def plain_weights() -> Weights:
    """Before anything is fitted: all evidence counts alike, and words only where the language is shared."""
    count = len(CONFIDENCE_FEATURES)
    unsure = Confidence(np.zeros(count), 0.0, np.zeros(count), np.ones(count))
    return Weights(
        same=np.array(
            [0.5, 0.8, 0.5, 0.5, 1, 0.5, 1, 0.3, 0.3, 0.3, 0.3, 1, 0.5, -0.5, 0, 0.8, 0.5],
            dtype=np.float32,
        ),
        other=np.array(
            [0.5, 1, 0, 0, 0.2, 0, 0.2, 0, 0.3, 0.3, 0.3, 1, 0.5, -0.5, 0, 0.8, 0.5],
            dtype=np.float32,
        ),
        told=unsure,
        untold=unsure,
        answer_from=0.5,
        suggest_from=0.35,
    )
