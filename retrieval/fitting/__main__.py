"""Fit the weights of ranking and confidence and write them to retrieval/ranking.json.

    python -m retrieval.fitting TUNE.jsonl ...

Each file's questions are asked of the documents beside it (NAME.lv.md or the folder NAME), or of the shipped
materials.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.evaluation import measure
from retrieval.fitting.confidence import (
    choose_thresholds,
    ease_untold,
    fit_confidence,
    judge_unseen,
    tell_unseen,
)
from retrieval.fitting.trial import Trial, prepare
from retrieval.ranking import CONFIDENCE_FEATURES, FEATURES, FITTED, Confidence, Weights


def write_weights(weights: Weights, path: Path) -> None:
    told = {
        "features": list(FEATURES),
        "same": np.round(weights.same, 4).tolist(),
        "other": np.round(weights.other, 4).tolist(),
        "confidence_features": list(CONFIDENCE_FEATURES),
        "told": tell_confidence(weights.told),
        "untold": tell_confidence(weights.untold),
        "answer_from": round(weights.answer_from, 4),
        "suggest_from": round(weights.suggest_from, 4),
    }
    path.write_text(json.dumps(told, indent=1) + "\n")


def tell_confidence(confidence: Confidence) -> dict[str, Any]:
    """Seven digits: a feature of one value only has a scale of a millionth."""
    told = {name: np.round(getattr(confidence, name), 7).tolist() for name in ("slopes", "centre", "scale")}
    return {**told, "bias": round(confidence.bias, 5)}


def fit(trial: Trial) -> Weights:
    ranked, judged = trial.fit_without(None), trial.judge_by_folds()
    unseen, asked = judge_unseen(judged, ranked), ~judged.left_out
    answer_from, suggest_from = choose_thresholds(unseen[asked], judged[asked])
    weights = replace(fit_confidence(judged, ranked), answer_from=answer_from, suggest_from=suggest_from)
    sys.stdout.write(tell_unseen(unseen, judged, weights) + "\n")
    weights = ease_untold(weights, unseen[asked], judged[asked])
    for corpus in trial.corpora:
        report = measure(corpus.bench_with(weights), corpus.questions, trial.vectors)
        sys.stdout.write(report.as_table() + "\n")
    return weights


def main() -> int:
    if len(sys.argv) < 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        weights = fit(prepare([Path(name) for name in sys.argv[1:]], Path(folder)))
    write_weights(weights, FITTED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
