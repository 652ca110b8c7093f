"""A call's status by the clock, whatever its dates and time zones."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.call import RIGA, CallStatus, FundingCall
from knowledge.document import Document, Kind

ZONES = st.sampled_from(["Europe/Riga", "Europe/Brussels", "America/New_York", "Asia/Tokyo", "UTC"])
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
NOWS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(timezone.utc))  # noqa: DTZ001


def make_call(**fields: object) -> FundingCall:
    document = Document("a", "lv", Kind.CALL, "A", "B", (), fields=dict(fields))
    return FundingCall.from_document(document, date(2026, 11, 24))


def end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone))


@settings(deadline=None)
@given(DAYS, ZONES, st.integers(0, 10**9))
def test_a_call_is_open_to_the_end_of_its_last_day_where_it_is_made(day: date, zone: str, later: int) -> None:
    call = make_call(deadlines=[day], call_timezone=zone)
    end = end_of(day, zone).astimezone(timezone.utc)
    assert call.status(end) is CallStatus.OPEN
    assert call.status(end + timedelta(seconds=1 + later)) is CallStatus.CLOSED


@settings(deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=5, unique=True), ZONES, NOWS)
def test_several_cut_offs_keep_a_call_open_to_the_last(days: list[date], zone: str, now: datetime) -> None:
    call = make_call(deadlines=days, call_timezone=zone)
    last = max(end_of(day, zone) for day in days)
    assert (call.status(now) is CallStatus.OPEN) == (now <= last)
    ahead = sorted(end_of(day, zone) for day in days if end_of(day, zone) >= now)
    assert call.next_deadline(now) == (ahead[0] if ahead else None)


@settings(deadline=None)
@given(st.lists(DAYS, min_size=2, max_size=2, unique=True), NOWS)
def test_a_second_stage_lets_nobody_in(days: list[date], now: datetime) -> None:
    call = make_call(deadlines=days, call_stages=2)
    assert (call.status(now) is CallStatus.OPEN) == (now <= end_of(min(days), "Europe/Riga"))


@settings(deadline=None)
@given(DAYS, DAYS, ZONES, NOWS)
def test_before_its_opening_a_call_is_forthcoming(opens: date, closes: date, zone: str, now: datetime) -> None:
    call = make_call(opens_at=opens, deadlines=[closes], call_timezone=zone)
    begin, end = datetime.combine(opens, time(), ZoneInfo(zone)), end_of(closes, zone)
    expected = CallStatus.CLOSED if now > end else CallStatus.FORTHCOMING if now < begin else CallStatus.OPEN
    assert call.status(now) is expected


@settings(deadline=None)
@given(st.lists(DAYS, max_size=3), NOWS, st.booleans())
def test_what_was_stopped_by_hand_never_opens(days: list[date], now: datetime, cancelled: bool) -> None:
    call = make_call(deadlines=days, cancelled=cancelled, closed_early=not cancelled)
    assert call.status(now) is (CallStatus.CANCELLED if cancelled else CallStatus.CLOSED)
    assert call.next_deadline(now) is None
    assert call.days_left(now) is None


@settings(deadline=None)
@given(DAYS, ZONES, NOWS)
def test_days_left_are_days_of_the_calendar_in_riga(day: date, zone: str, now: datetime) -> None:
    call = make_call(deadlines=[day], call_timezone=zone)
    left = call.days_left(now)
    if call.status(now) is CallStatus.OPEN:
        assert left is not None
        assert now.astimezone(RIGA).date() + timedelta(days=left) == end_of(day, zone).astimezone(RIGA).date()
    else:
        assert left is None


@settings(deadline=None)
@given(NOWS)
def test_a_rolling_call_is_open_until_stopped(now: datetime) -> None:
    call = make_call(rolling=True)
    assert call.status(now) is CallStatus.OPEN
    assert call.days_left(now) is None


def test_an_hour_that_the_clock_skips_or_repeats_is_read() -> None:
    skipped = make_call(deadlines=["2027-03-28 03:30"])
    repeated = make_call(deadlines=["2026-10-25 03:30"])
    assert skipped.deadlines[0] == datetime(2027, 3, 28, 1, 30, tzinfo=timezone.utc)
    assert repeated.deadlines[0] == datetime(2026, 10, 25, 0, 30, tzinfo=timezone.utc)


def test_demonstration_dates_count_from_today() -> None:
    call = make_call(deadlines=["+30d"], opens_at="-1d")
    assert call.deadlines[0].astimezone(RIGA).date() == date(2026, 12, 24)
