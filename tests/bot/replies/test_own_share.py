"""What is read of the money one would add, and how a deadline set by another clock is told."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.nlu.particulars import find_particulars
from bot.replies.figures import tell_elsewhere

RIGA = ZoneInfo("Europe/Riga")


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("kādi konkursi ir bez līdzfinansējuma?", "0"),
        ("bez savas naudas", "0"),
        ("kur nevajag līdzfinansējumu", "0"),
        ("grants without co-financing", "0"),
        ("no own share, please", "0"),
        ("без софинансирования", "0"),
        ("līdzfinansējums līdz 10 %", "10"),
        ("own share up to 20%", "20"),
    ],
)
def test_the_most_one_would_add_is_read(text: str, share: str) -> None:
    assert [item.value for item in find_particulars(text) if item.entity == "own_share"] == [share]


@pytest.mark.parametrize(
    "text", ["cik liels ir līdzfinansējums?", "what is the own share?", "līdzfinansējums 10 %"]
)
def test_a_question_about_it_is_no_limit(text: str) -> None:
    assert [item for item in find_particulars(text) if item.entity == "own_share"] == []


def test_another_clock_is_told_by_its_own_day() -> None:
    instant = datetime(2027, 1, 3, 22, 59, 59, tzinfo=timezone.utc)
    assert tell_elsewhere("lv", instant, RIGA, ZoneInfo("Europe/Brussels")) == "Briselē 3. janvārī plkst. 23.59"
    assert tell_elsewhere("en", instant, RIGA, RIGA) is None
