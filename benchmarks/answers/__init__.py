"""What the ranking and its confidence are worth, told whole: writes docs/evaluation-details.md and its diagram.

    python -m benchmarks answers

Weights are read as they are; for the parts by folds they are fitted again, each time without what is then asked.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.answers.ablation import leave_out_each
from benchmarks.answers.diagram import draw_reliability
from benchmarks.answers.folds import fit_folds, judge_folds
from benchmarks.answers.gathering import ROOT, gather_asked, measure_all, open_trial
from benchmarks.answers.misses import find_worst
from benchmarks.answers.page import Told, write_page
from benchmarks.answers.reliability import Judgement
from benchmarks.answers.versions import tell_versions

PAGE = ROOT / "docs" / "evaluation-details.md"
DIAGRAM = ROOT / "docs" / "evaluation-reliability.svg"
WORST = 10


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-answers-") as scratch:
        told = find_out(Path(scratch))
    PAGE.write_text(write_page(told, DIAGRAM.name), "utf-8")
    DIAGRAM.write_text(draw_reliability(told.judged), "utf-8")
    print(f"{PAGE.relative_to(ROOT)} and {DIAGRAM.relative_to(ROOT)} are written", flush=True)


def find_out(folder: Path) -> Told:
    measured = measure_all(folder / "measured")
    print("measured; fitting by folds", flush=True)
    trial = open_trial(folder / "tuned")
    fitted = fit_folds(trial)
    judged: dict[str, Judgement] = {"by folds": judge_folds(trial, fitted)}
    judged |= {one.name: one.judged for one in measured}
    print("judged; leaving out each part", flush=True)
    return Told(
        versions=tell_versions(),
        measured=measured,
        ablation=leave_out_each(trial, gather_asked(trial), fitted),
        judged=judged,
        misses=find_worst(measured[0], WORST),
    )


if __name__ == "__main__":
    main()
