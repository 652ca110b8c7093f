"""The pure parts of what is told of answers: bins, thresholds, features left out, the diagram."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks.answers.ablation import GROUPS, TOGETHER, count_hits, look, mask_without
from benchmarks.answers.diagram import draw_reliability
from benchmarks.answers.gathering import Asked
from benchmarks.answers.misses import CLEAR, Row, compare, name_groups, tell_languages
from benchmarks.answers.page import escape, make_table, tell_change
from benchmarks.answers.reliability import Judgement, bin_confidence, buy, calibration_error, wilson
from knowledge.document import Kind
from knowledge.passage import Passage
from retrieval.evaluation import Question
from retrieval.ranking import FEATURES, Weights, plain_weights

SVG = "{http://www.w3.org/2000/svg}"


def judge(*rows: tuple[float, bool, bool]) -> Judgement:
    """Rows of confidence, right, can be answered."""
    scores, right, can = zip(*rows, strict=True)
    return Judgement(np.array(scores), np.array(right), np.array(can))


MIXED = judge(
    (0.05, False, False), (0.32, True, True), (0.38, False, False), (0.91, True, True), (1.0, True, True)
)  # fmt: skip


def test_bins_hold_every_question_once_and_empty_ones_are_left_out() -> None:
    bins = bin_confidence(MIXED)
    assert [(one.low, one.high, one.count) for one in bins] == [(0.0, 0.1, 1), (0.3, 0.4, 2), (0.9, 1.0, 2)]
    assert bins[1].expected == pytest.approx(0.35)
    assert bins[1].observed == pytest.approx(0.5)


def test_the_calibration_error_weighs_bins_by_their_questions() -> None:
    assert calibration_error(bin_confidence(MIXED)) == pytest.approx((0.05 + 2 * 0.15 + 2 * 0.045) / 5)


def test_a_confidence_that_is_always_true_has_no_error() -> None:
    sure = judge((1.0, True, True), (1.0, True, True), (0.0, False, False))
    assert calibration_error(bin_confidence(sure)) == 0


def test_the_true_share_lies_around_the_observed_one_and_nearer_with_more_questions() -> None:
    few, many = wilson(0.8, 10), wilson(0.8, 1000)
    assert few[0] < many[0] < 0.8 < many[1] < few[1]
    assert wilson(1.0, 5)[1] == 1
    assert wilson(0.0, 5)[0] == 0


def test_a_threshold_buys_answers_for_wrong_ones() -> None:
    low, high = buy(MIXED, 0.3), buy(MIXED, 0.9)
    assert (low.answered, low.wrong, low.refused) == (1.0, 0.25, 0.5)
    assert high.answered == pytest.approx(2 / 3)
    assert (high.wrong, high.refused) == (0.0, 1.0)


def test_with_nothing_answered_nothing_is_wrong() -> None:
    assert buy(MIXED, 1.1).wrong == 0


def test_every_feature_is_in_one_part() -> None:
    assert Counter(name for names in GROUPS.values() for name in names) == Counter(FEATURES)
    assert {name for names in TOGETHER.values() for name in names} <= set(FEATURES)


def test_a_part_left_out_has_no_weight_and_all_others_may() -> None:
    mask = mask_without(GROUPS["concepts"])
    left_out = {name for name, may in zip(FEATURES, mask, strict=True) if not may}
    assert left_out == {"concepts", "concepts_of_context"}
    assert mask_without(()).all()


def test_leaving_out_what_is_no_feature_is_refused() -> None:
    with pytest.raises(ValueError, match="cosmos"):
        mask_without(["cosmos"])


def passage(number: int, text: str) -> Passage:
    return Passage(
        document="lv/d", anchor=f"p{number}", kind=Kind.ARTICLE, locale="lv", title="D", section=(), text=text,
        context="", blocks=(number, number), content_hash=str(number),
    )  # fmt: skip


def weigh_only(name: str) -> Weights:
    weights = np.zeros(len(FEATURES), np.float32)
    weights[FEATURES.index(name)] = 1
    return replace(plain_weights(), same=weights, other=-weights)


def ask(*concepts: float, right: int) -> Asked:
    """Candidates with these values of the feature `concepts`; the first two say the same."""
    features = np.zeros((len(concepts), len(FEATURES)))
    features[:, FEATURES.index("concepts")] = concepts
    texts = ["viens un tas pats teksts" if i < 2 else f"cits teksts {i}" for i in range(len(concepts))]
    passages = [passage(i, text) for i, text in enumerate(texts)]
    places = np.arange(len(concepts))
    question = Question("q-1", "kas?", "lv", ("x",))
    return Asked(question, "plan", passages, features, np.ones(len(concepts), bool), places == right)


def test_of_two_that_say_the_same_only_the_better_counts_as_a_place() -> None:
    asked = ask(0.9, 0.8, 0.7, 0.6, 0.5, right=3)
    assert look(asked, weigh_only("concepts")) == [False, False, True]


def test_hits_are_counted_by_the_weights_of_the_questions_fold() -> None:
    asked = ask(0.1, 0.2, 0.3, 0.9, right=3)
    fitted = {0: weigh_only("concepts"), 1: weigh_only("heading")}
    assert count_hits([asked], fitted, {"q-1": 0}) == {("invented", "lv"): (1, 1.0, 1.0)}
    assert count_hits([asked], fitted, {"q-1": 1}) == {("invented", "lv"): (1, 0.0, 1.0)}


def test_parts_preferred_add_up_to_the_gap_in_each_languages_own_weights() -> None:
    weights = replace(plain_weights(), other=plain_weights().same * 2)
    rng = np.random.default_rng(3)
    wrong, right = (Row(rng.random(len(FEATURES)), shared, 0.5) for shared in (True, False))
    gap = float(wrong.features @ weights.same - right.features @ weights.other)
    assert sum(compare(wrong, right, weights).values()) == pytest.approx(gap)


def test_the_diagram_has_a_title_a_description_and_a_mark_for_each_bin() -> None:
    drawing = ElementTree.fromstring(draw_reliability({"by folds": MIXED, "measured": MIXED}))
    assert drawing.get("role") == "img"
    named = {name: drawing.find(f"{SVG}{name}") for name in ("title", "desc")}
    assert drawing.get("aria-labelledby", "").split() == [
        one.get("id") for one in named.values() if one is not None
    ]
    assert "told 0.35, right 0.50" in drawing.findtext(f"{SVG}desc", "")
    bins, legend = 3, 1
    assert len(drawing.findall(f".//{SVG}circle")) == bins + legend


def test_the_diagram_needs_no_style_or_script() -> None:
    drawing = draw_reliability({"by folds": MIXED})
    assert "style" not in drawing
    assert "script" not in drawing


def test_what_lies_on_the_diagonal_is_drawn_on_it() -> None:
    drawing = ElementTree.fromstring(draw_reliability({"by folds": judge((1.0, True, True))}))
    mark, line = drawing.find(f".//{SVG}circle"), drawing.find(f".//{SVG}line")
    assert mark is not None
    assert line is not None
    assert float(mark.get("cy", 0)) == float(line.get("y2", 1))


def test_a_reason_names_the_strongest_parts_of_its_side() -> None:
    preferred = {"concepts": 2.0, "heading": 0.9, "windows": -1.2, "terms": 1.5, "kind": CLEAR / 2}
    assert name_groups(preferred, 1) == "concepts (+2.0), terms (+1.5)"
    assert name_groups(preferred, -1) == "windows (-1.2)"


def test_a_reason_tells_languages_only_where_they_matter() -> None:
    assert tell_languages((True, True)) == []
    assert tell_languages((True, False)) == ["only the wrong one is in the question's language"]


def test_changes_are_told_in_points_with_their_sign() -> None:
    assert tell_change((100, 0.71, 0.9), (100, 0.7, 0.92)) == "+1.0 / -2.0"


def test_a_question_cannot_break_the_page() -> None:
    assert escape("kas | tas\n[ir] *") == "kas \\| tas \\[ir\\] \\*"
    assert make_table(("a", "b"), [("1", "2")], 1) == "| a | b |\n| --- | --: |\n| 1 | 2 |"
