"""When a person comes in, row by row of the table."""

from __future__ import annotations

import pytest

from bot.replies import escalation
from bot.replies.moves import MOVES
from bot.replies.person import hand_over, offer_person
from handoff.views import REASONS


@pytest.mark.parametrize("intent", escalation.AT_ONCE)
def test_what_is_handed_over_at_once_has_that_reply(intent: str) -> None:
    assert MOVES[intent] is hand_over


@pytest.mark.parametrize("intent", escalation.OFFERED)
def test_what_only_a_person_may_judge_is_offered(intent: str) -> None:
    assert MOVES[intent] is offer_person


def test_every_reason_is_one_the_inbox_knows() -> None:
    assert set(escalation.REASONS) == set(REASONS)
    assert {*escalation.AT_ONCE.values(), *escalation.OFFERED.values()} <= set(REASONS)


@pytest.mark.parametrize("reason", escalation.REASONS)
def test_a_yes_carries_the_reason_it_was_offered_for(reason: str) -> None:
    assert escalation.reason_of(escalation.offer(reason)) == reason


def test_a_yes_to_something_else_calls_nobody() -> None:
    assert escalation.reason_of("consultation") is None
    assert escalation.reason_of(None) is None
    assert escalation.reason_of("person:because") is None


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("Kas ir sociālā inovācija?", False),
        ("Kas ir sociālā inovācija? Kā to sākt? Kas par to maksā?", True),
        ("Kāpēc? Kā tā?", False),
    ],
)
def test_several_questions_at_once(text: str, many: bool) -> None:
    assert escalation.asks_many(text) is many


def test_the_second_miss_is_a_reason_and_the_first_is_not() -> None:
    assert escalation.reason_for_miss("Kas tas ir?", 1) is None
    assert escalation.reason_for_miss("Kas tas ir?", 2) == "low_confidence"
