"""Whether the confidence told is the share that is right, and what each threshold buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of each question: the confidence, whether an answer would show what is right, whether it can be answered."""

    scores: NDArray[np.float64]
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions with a confidence from `low` up to `high`: the mean told and the share right."""

    low: float
    high: float
    count: int
    expected: float
    observed: float

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the true share lies with 95 % (Wilson)."""
        return wilson(self.observed, self.count)


@dataclass(frozen=True, slots=True)
class Bought:
    """`answered`: of the answerable; `wrong`: of what is answered; `refused`: of the unanswerable."""

    threshold: float
    answered: float
    wrong: float
    refused: float


def wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * float(np.sqrt(share * (1 - share) / count + z * z / (4 * count * count)))
    return max(0.0, middle - half), min(1.0, middle + half)


def bin_confidence(judged: Judgement, bins: int = BINS) -> list[Bin]:
    """Equally wide; those that hold no question are left out. A confidence of 1 is in the last."""
    numbers = np.minimum((judged.scores * bins).astype(int), bins - 1)
    told = []
    for number in np.unique(numbers):
        inside = numbers == number
        expected, observed = float(judged.scores[inside].mean()), float(judged.right[inside].mean())
        told.append(Bin(number / bins, (number + 1) / bins, int(inside.sum()), expected, observed))
    return told


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: the distance of expected and observed, weighted by the questions of a bin."""
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.expected - one.observed) for one in bins) / total


def buy(judged: Judgement, threshold: float) -> Bought:
    answered, can = judged.scores >= threshold, judged.answerable
    wrong = float((~judged.right[answered]).mean()) if answered.any() else 0.0
    return Bought(threshold, float(answered[can].mean()), wrong, float((~answered[~can]).mean()))
