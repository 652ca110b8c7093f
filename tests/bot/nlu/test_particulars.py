"""Which times are meant, and which only sound like them."""

from __future__ import annotations

import pytest

from bot.nlu.particulars import find_particulars


def find_deadlines(text: str) -> list[str]:
    return [item.value for item in find_particulars(text) if item.entity == "deadline"]


@pytest.mark.parametrize(
    ("text", "deadline"),
    [
        ("kas beidzas šajā gadā", "this_year"),
        ("vai šo mēnesi vēl var", "this_month"),
        ("šajā nedēļā", "this_week"),
        ("līdz gada beigām", "this_year"),
    ],
)
def test_a_time_to_come_narrows(text: str, deadline: str) -> None:
    assert find_deadlines(text) == [deadline]


@pytest.mark.parametrize(
    "text", ["kas uzvarēja pagājušajā gadā", "pagājušajā mēnesī bija konkurss", "pagājušajā nedēļā rakstīju"]
)
def test_a_time_gone_by_narrows_nothing(text: str) -> None:
    assert find_deadlines(text) == []
