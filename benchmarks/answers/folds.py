"""Weights fitted without each fold, and confidence by weights that have not seen a question's documents."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from benchmarks.answers.reliability import Judgement
from retrieval.fitting.confidence import Judged, judge, judge_unseen
from retrieval.fitting.order import fit_order
from retrieval.fitting.trial import Trial
from retrieval.ranking import Weights, plain_weights

Fitted = dict[int, Weights]
"""By the fold left out."""


def fit_folds(trial: Trial, use: NDArray[np.bool_] | None = None) -> Fitted:
    """`use` marks the features that may have weight."""
    folds = trial.folds
    return {
        fold: fit_order([one for one in trial.instances if folds[one.question] != fold], use)
        for fold in sorted(set(folds.values()))
    }


def judge_folds(trial: Trial, fitted: Fitted) -> Judgement:
    """Of the questions as they are asked, not of those with their documents left out."""
    parts = []
    for corpus in trial.corpora:
        for fold in sorted(set(corpus.folds.values())):
            own = [question for question in corpus.questions if corpus.folds[question.id] == fold]
            parts.append(judge(corpus.bench_with(fitted[fold]), own, trial.vectors, corpus.folds))
    names = [field.name for field in fields(Judged)]
    judged = Judged(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    asked = ~judged.left_out
    return Judgement(judge_unseen(judged, plain_weights())[asked], judged.right[asked], judged.answerable[asked])
