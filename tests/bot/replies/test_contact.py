"""How the helpdesk's hours are told."""

from __future__ import annotations

import pytest

from bot.replies.contact import tell_hours
from handoff.calendar import read_hours


@pytest.mark.parametrize(
    ("hours", "lv", "en"),
    [
        ("Mon-Fri 09:00-17:00", "pirmdien–piektdien 9.00–17.00", "Monday–Friday 9:00–17:00"),
        (
            "Mon-Thu 08:30-12:00,12:30-17:00; Fri 08:30-15:00",
            "pirmdien–ceturtdien 8.30–12.00, 12.30–17.00; piektdien 8.30–15.00",
            "Monday–Thursday 8:30–12:00, 12:30–17:00; Friday 8:30–15:00",
        ),
        (
            "Tue 10:00-12:00; Sun 09:00-10:00",
            "otrdien 10.00–12.00; svētdien 9.00–10.00",
            "Tuesday 10:00–12:00; Sunday 9:00–10:00",
        ),
    ],
)
def test_days_with_the_same_hours_are_told_together(hours: str, lv: str, en: str) -> None:
    assert tell_hours("lv", read_hours(hours)) == lv
    assert tell_hours("en", read_hours(hours)) == en
