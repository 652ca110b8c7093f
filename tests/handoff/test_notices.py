"""When subscribers are told of what, by the rules alone."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.notices import (
    CallEvent,
    NoticeKind,
    Wish,
    compare_call,
    due_news,
    due_reminder,
    fits,
    is_digest_day,
    watch,
)
from knowledge.call import FundingCall
from knowledge.vocabulary import load_vocabularies

RIGA = ZoneInfo("Europe/Riga")
REGIONS = load_vocabularies()["region"]
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)


def call(**facts: object) -> FundingCall:
    told: dict[str, object] = {
        "id": "seniori-2026",
        "document": "lv/seniori-2026",
        "locale": "lv",
        "title": "Atbalsts senioriem",
        "summary": "",
        "url": "/library/lv/seniori-2026",
        "programme": "",
        "opens_at": NOW - timedelta(days=60),
        "deadlines": (NOW + timedelta(days=60),),
        "stages": 1,
        "cancelled": False,
        "closed_early": False,
        "budget": None,
        "grant_min": None,
        "grant_max": None,
        "own_share": None,
        "themes": ("ageing", "social_services"),
        "applicants": ("association",),
        "regions": ("vidzeme",),
        "countries": ("LV",),
        "links": (),
        "demo": False,
    }
    return FundingCall(**{**told, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Wish(), True),
        (Wish(theme="ageing"), True),
        (Wish(theme="youth"), False),
        (Wish(theme="ageing", applicant="association", region="vidzeme"), True),
        (Wish(theme="ageing", applicant="municipality"), False),
        (Wish(region="cesu_novads"), True),
        (Wish(region="latgale"), False),
        (Wish(region="latvia"), True),
        (Wish(call_id="seniori-2026"), True),
        (Wish(call_id="cits"), False),
    ],
)
def test_a_wish_covers_what_it_names(wish: Wish, expected: bool) -> None:
    assert fits(call(), wish, REGIONS) is expected


def test_a_call_for_a_municipality_reaches_who_watches_its_region() -> None:
    assert fits(call(regions=("cesu_novads",)), Wish(region="vidzeme"), REGIONS)
    assert not fits(call(regions=("cesu_novads",)), Wish(region="kurzeme"), REGIONS)


def test_a_call_that_names_nothing_is_for_all() -> None:
    broad = call(themes=(), applicants=(), regions=())
    assert fits(broad, Wish(theme="youth", applicant="business", region="latgale"), REGIONS)


def test_a_call_never_seen_is_news_only_while_it_can_be_used() -> None:
    assert [event.kind for event in compare_call(call(), None, NOW)] == [NoticeKind.NEW]
    over = call(deadlines=(NOW - timedelta(days=1),))
    assert compare_call(over, None, NOW) == []


def test_a_moved_deadline_tells_the_old_one() -> None:
    before = watch(call(), None, NOW)
    moved = call(deadlines=(NOW + timedelta(days=90),))
    (event,) = compare_call(moved, before, NOW)
    assert event.kind is NoticeKind.MOVED
    assert event.was == (NOW + timedelta(days=60)).isoformat()
    assert compare_call(moved, watch(moved, before, NOW), NOW) == []


def test_a_deadline_that_passes_is_no_event() -> None:
    two = call(deadlines=(NOW + timedelta(days=1), NOW + timedelta(days=90)))
    later = NOW + timedelta(days=2)
    assert compare_call(two, watch(two, None, NOW), later) == []


def test_a_demonstration_call_moves_with_the_clock_and_that_is_no_event() -> None:
    demo = call(demo=True)
    moved = replace(demo, deadlines=(NOW + timedelta(days=61),))
    assert compare_call(moved, watch(demo, None, NOW), NOW) == []


def test_a_forthcoming_call_that_opens_is_news() -> None:
    soon = call(opens_at=NOW + timedelta(days=1))
    (event,) = compare_call(soon, watch(soon, None, NOW), NOW + timedelta(days=2))
    assert event.kind is NoticeKind.OPENED


def test_a_cancelled_call_is_told_of_once() -> None:
    before = watch(call(), None, NOW)
    gone = call(cancelled=True)
    (event,) = compare_call(gone, before, NOW)
    assert event.kind is NoticeKind.CANCELLED
    assert compare_call(gone, watch(gone, before, NOW), NOW) == []


def news(kind: NoticeKind = NoticeKind.NEW, ago: timedelta = timedelta(hours=1)) -> CallEvent:
    return CallEvent("seniori-2026", kind, "", NOW - ago)


def test_news_from_before_the_subscription_is_not_told() -> None:
    assert due_news(news(), subscribed_at=NOW, now=NOW, weekly=False, digest_day=False) is None
    early = NOW - timedelta(days=1)
    assert due_news(news(), subscribed_at=early, now=NOW, weekly=False, digest_day=False) is not None


def test_a_weekly_digest_waits_for_its_day_but_a_moved_deadline_does_not() -> None:
    early = NOW - timedelta(days=5)

    def told(kind: NoticeKind, digest_day: bool) -> bool:
        return due_news(news(kind), subscribed_at=early, now=NOW, weekly=True, digest_day=digest_day) is not None

    assert not told(NoticeKind.NEW, digest_day=False)
    assert told(NoticeKind.NEW, digest_day=True)
    assert told(NoticeKind.MOVED, digest_day=False)


def test_the_digest_comes_on_monday() -> None:
    assert is_digest_day(datetime(2026, 11, 23, tzinfo=RIGA).date())
    assert not is_digest_day(datetime(2026, 11, 24, tzinfo=RIGA).date())


def remind(days_left: int, since_days_ago: int = 100, chosen: tuple[int, ...] = (30, 7, 1)) -> str | None:
    deadline = datetime(2026, 11, 24, 21, 59, tzinfo=timezone.utc) + timedelta(days=days_left)
    since = NOW - timedelta(days=since_days_ago)
    notice = due_reminder(call(deadlines=(deadline,)), chosen, known_since=since, now=NOW, zone=RIGA)
    return notice.subject.rpartition("/")[2] if notice else None


def test_reminders_come_on_their_days() -> None:
    assert [remind(left) for left in (31, 30, 7, 1)] == [None, "30", "7", "1"]


def test_a_missed_day_is_made_up_for() -> None:
    assert remind(28) == "30"
    assert remind(5) == "7"
    assert remind(0) == "1"


def test_who_subscribes_after_the_day_is_not_reminded_late() -> None:
    assert remind(20, since_days_ago=0) is None
    assert remind(20, since_days_ago=9) is None
    assert remind(20, since_days_ago=11) == "30"


def test_only_chosen_days_count() -> None:
    assert remind(30, chosen=(7,)) is None
    assert remind(30, chosen=()) is None


@given(
    lead=st.integers(0, 45),
    chosen=st.sets(st.sampled_from((30, 7, 1))),
    down=st.sets(st.integers(0, 45)),
)
def test_each_reminder_is_given_once_and_none_is_missed(lead: int, chosen: set[int], down: set[int]) -> None:
    """Day by day up to the deadline, with days on which nobody ran: every chosen day still ahead is told of,
    unless the next one had come before anybody ran again."""
    subscribed = NOW - timedelta(hours=1)
    deadline = datetime(2026, 11, 24, 21, 59, tzinfo=timezone.utc) + timedelta(days=lead)
    one = call(deadlines=(deadline,))
    given_subjects: list[str] = []
    told_at: dict[int, int] = {}
    for day in range(lead + 1):
        if day in down:
            continue
        now = NOW + timedelta(days=day)
        notice = due_reminder(one, chosen, known_since=subscribed, now=now, zone=RIGA)
        if notice and notice.subject not in given_subjects:
            given_subjects.append(notice.subject)
            told_at[int(notice.subject.rpartition("/")[2])] = lead - day
    for days in chosen:
        if days > lead:
            assert days not in told_at
        elif (lead - days) not in down:
            assert told_at[days] == days
