"""What the system says of a request: true to the clock, in both languages."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.handoff_words import HandoffWords

EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=timezone.utc)
MORNING = datetime(2026, 11, 25, 7, 0, tzinfo=timezone.utc)
EVENTS = ("opened still_open claimed taken_over released taken_back transferred closed withdrawn reopened").split()
words = HandoffWords(ZoneInfo("Europe/Riga"), lambda: EVENING, "https://helpdesk.example.org")


def test_a_request_made_in_the_evening_says_when_somebody_is_back() -> None:
    said = words("lv", "opened", number=7, position=1, availability="closed", opens_at=MORNING, expected=None)
    assert "Nr. 7" in said
    assert "rindas sākumā" in said
    assert "atsāks darbu rīt plkst. 9.00" in said


def test_the_expected_reply_is_told_by_weekday_and_date() -> None:
    said = words("en", "opened", number=7, availability="open_busy", expected=EVENING + timedelta(days=2))
    assert "on Thursday, 26 November, at 20:00 at the latest" in said


def test_a_holiday_is_named() -> None:
    said = words("lv", "opened", number=7, availability="holiday", opens_at=MORNING, holiday="Ziemassvētki")
    assert "(Ziemassvētki)" in said


@pytest.mark.parametrize(
    ("phone", "email", "said"),
    [
        ("+371 6000 0000", None, "Varat arī zvanīt: +371 6000 0000."),
        (None, "dienests@example.org", "Varat arī rakstīt: dienests@example.org."),
        ("+371 6000 0000", "dienests@example.org", "zvanīt (+371 6000 0000) vai rakstīt (dienests@example.org)."),
    ],
)
def test_who_waits_hears_of_the_other_ways_that_are_set(phone: str | None, email: str | None, said: str) -> None:
    words = HandoffWords(ZoneInfo("Europe/Riga"), lambda: EVENING, "https://helpdesk.example.org", phone, email)
    assert words("lv", "opened", number=7, availability="open_free").endswith(said)
    assert said not in words("lv", "released", number=7)


def test_no_other_way_is_told_where_none_is_set() -> None:
    assert "Varat arī" not in words("lv", "opened", number=7, availability="open_free")


@pytest.mark.parametrize("locale", ["lv", "en"])
@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("name", [None, "Anna"])
def test_every_move_has_words(locale: str, event: str, name: str | None) -> None:
    assert words(locale, event, number=7, name=name, outcome="answered")


def test_a_notice_leads_to_the_request_and_tells_nothing_that_was_said() -> None:
    said = words("lv", "notify.breach.body", number=7, topic="secret topic")
    assert "https://helpdesk.example.org/inbox/7" in said
    assert "secret topic" not in said
