"""What a check of the materials says of a question that is answered otherwise than before."""

from __future__ import annotations

import pytest

from bot.learning.checking import Asked, Told, judge

RIGHT, OTHER = "lv/right", "lv/other"
ANSWERED, ELSEWHERE = Told((RIGHT,), True), Told((OTHER,), True)
SILENT, OFFERED, MISLED = Told((), False), Told((), False, (OTHER, RIGHT)), Told((), False, (OTHER,))


@pytest.mark.parametrize(
    ("then", "now", "state"),
    [
        (ANSWERED, ANSWERED, None),
        (ANSWERED, Told((OTHER, RIGHT), True), None),
        (ANSWERED, SILENT, "lost"),
        (ANSWERED, MISLED, "lost"),
        (ANSWERED, ELSEWHERE, "lost"),
        (ANSWERED, OFFERED, "doubted"),
        (SILENT, ANSWERED, "gained"),
        (OFFERED, SILENT, None),
    ],
)
def test_a_control_question_is_answered_rightly_by_its_document_only(
    then: Told, now: Told, state: str | None
) -> None:
    assert judge(Asked("own:1", "Kas?", "lv", RIGHT), then, now) == state


@pytest.mark.parametrize(
    ("then", "now", "state"),
    [
        (ANSWERED, ANSWERED, None),
        (ANSWERED, ELSEWHERE, "moved"),
        (ANSWERED, OFFERED, "doubted"),
        (ANSWERED, MISLED, "lost"),
        (ANSWERED, SILENT, "lost"),
        (SILENT, ELSEWHERE, "gained"),
        (SILENT, OFFERED, None),
    ],
)
def test_a_visitors_question_may_move_to_another_source(then: Told, now: Told, state: str | None) -> None:
    assert judge(Asked("message:1", "Kas?", "lv", RIGHT), then, now) == state
