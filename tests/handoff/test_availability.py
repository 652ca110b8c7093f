from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff import requests
from handoff.availability import Availability, add_closure, list_closures, look, remove_closure
from handoff.calendar import BusinessCalendar, check_hours, read_hours
from handoff.clocks import find_promises
from handoff.coordinators import set_available
from handoff.errors import Invalid, NotFound
from handoff.models.request import Request
from handoff.settings import WORKDAYS
from handoff.waiting import ENOUGH
from tests.handoff.world import World

RIGA = ZoneInfo("Europe/Riga")
CALENDAR = BusinessCalendar(RIGA, read_hours("Mon-Thu 08:30-12:00,12:30-17:00; Fri 08:30-15:00"))


def riga(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=RIGA)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (riga(2026, 11, 24, 8, 29), False),
        (riga(2026, 11, 24, 8, 30), True),
        (riga(2026, 11, 24, 12, 0), False),
        (riga(2026, 11, 24, 12, 30), True),
        (riga(2026, 11, 27, 15, 0), False),
        (riga(2026, 11, 28, 10, 0), False),
        (riga(2026, 11, 18, 10, 0), False),
        (riga(2026, 6, 22, 10, 0), False),
    ],
    ids=[
        "before",
        "opens",
        "lunch",
        "after-lunch",
        "friday-short",
        "saturday",
        "proclamation-day",
        "moved-workday",
    ],
)
def test_hours_have_several_spans_and_holidays(at: datetime, is_open: bool) -> None:
    assert CALENDAR.is_open(at) is is_open


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (riga(2026, 11, 24, 12, 10), riga(2026, 11, 24, 12, 30)),
        (riga(2026, 11, 27, 16, 0), riga(2026, 11, 30, 8, 30)),
        (riga(2026, 12, 23, 18, 0), riga(2026, 12, 28, 8, 30)),
        (riga(2026, 12, 30, 18, 0), riga(2027, 1, 4, 8, 30)),
    ],
    ids=["lunch", "weekend", "christmas", "new-year"],
)
def test_the_next_opening_is_found_over_weekends_and_holidays(at: datetime, opens: datetime) -> None:
    assert CALENDAR.next_opening(at) == opens


def test_business_time_is_the_same_on_the_day_the_clock_changes() -> None:
    nights = BusinessCalendar(RIGA, {day: ((time(0), time(12)),) for day in range(7)}, with_holidays=False)
    spring, autumn, plain = date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 2)
    for day, hours in ((spring, 11), (autumn, 13), (plain, 12)):
        begin = datetime.combine(day, time(0), RIGA)
        assert nights.minutes_between(begin, datetime.combine(day, time(13), RIGA)) == hours * 60


def test_minutes_are_added_over_closed_time() -> None:
    assert CALENDAR.add_minutes(riga(2026, 11, 27, 14, 30), 60) == riga(2026, 11, 30, 9, 0)
    assert CALENDAR.add_minutes(riga(2026, 11, 28, 3, 0), 0) == riga(2026, 11, 30, 8, 30)


moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minute: riga(2026, 1, 1) + timedelta(minutes=minute))


@settings(max_examples=150, deadline=None)
@given(at=moments, minutes=st.integers(0, 5000))
def test_what_is_added_is_what_lies_between(at: datetime, minutes: int) -> None:
    later = CALENDAR.add_minutes(at, minutes)
    assert CALENDAR.minutes_between(at, later) == pytest.approx(minutes, abs=0.001)


@settings(max_examples=100, deadline=None)
@given(at=moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(at: datetime) -> None:
    opens = CALENDAR.next_opening(at)
    assert opens is not None
    assert CALENDAR.is_open(opens)
    assert CALENDAR.minutes_between(at, opens) == 0


@pytest.mark.parametrize(
    "told", ["Mon-Fri", "Mon 17:00-09:00", "Xyz 9-10", "Mon 09:00-12:00,11:00-13:00", "", "Mon 25-26"]
)
def test_hours_that_make_no_sense_are_refused(told: str) -> None:
    with pytest.raises(ValueError):
        read_hours(told)


def test_usual_hours_are_fine() -> None:
    check_hours(WORKDAYS)
    assert read_hours("Mon-Fri 09:00-17:00") == WORKDAYS


def seen(world: World) -> Availability:
    with world.database.reading() as session:
        return look(session).state


def test_open_is_free_only_with_somebody_present_who_has_room(world: World) -> None:
    assert seen(world) is Availability.OPEN_BUSY
    anna = world.coordinator("Anna", most_open=1)
    assert seen(world) is Availability.OPEN_BUSY
    world.present(anna)
    assert seen(world) is Availability.OPEN_FREE
    number = world.ask_person().number
    world.claim(anna, number)
    assert seen(world) is Availability.OPEN_BUSY
    world.close(anna, number)
    world.clock.advance(minutes=3)
    assert seen(world) is Availability.OPEN_BUSY


def test_one_who_says_they_are_away_is_not_free(world: World) -> None:
    anna = world.coordinator("Anna")
    world.present(anna)
    with world.database.transaction() as session:
        set_available(session, anna, available=False)
    assert seen(world) is Availability.OPEN_BUSY


@pytest.mark.parametrize(
    ("at", "state", "opens"),
    [
        (riga(2026, 11, 25, 8, 30), Availability.SOON, riga(2026, 11, 25, 9)),
        (riga(2026, 11, 24, 19), Availability.CLOSED, riga(2026, 11, 25, 9)),
        (riga(2026, 11, 18, 12), Availability.HOLIDAY, riga(2026, 11, 19, 9)),
        (riga(2026, 11, 18, 23, 50), Availability.HOLIDAY, riga(2026, 11, 19, 9)),
    ],
)
def test_closed_soon_and_holiday_tell_when_it_opens(
    world: World, at: datetime, state: Availability, opens: datetime
) -> None:
    world.clock.at = at.astimezone(timezone.utc)
    with world.database.reading() as session:
        view = look(session)
    assert (view.state, view.opens_at) == (state, opens)
    assert (view.holiday_lv is not None) == (state is Availability.HOLIDAY)


def test_a_holiday_is_named_in_both_languages(world: World) -> None:
    world.clock.at = riga(2026, 11, 18, 12).astimezone(timezone.utc)
    with world.database.reading() as session:
        view = look(session)
    assert view.holiday_lv == "Latvijas Republikas Proklamēšanas diena"
    assert "Proclamation" in (view.holiday_en or "")


def test_a_closure_is_a_day_off_with_its_reason(world: World) -> None:
    with world.database.transaction() as session:
        closure = add_closure(
            session, date(2026, 11, 24), date(2026, 11, 25), reason_lv="mācības", reason_en="training"
        )
    with world.database.reading() as session:
        view = look(session)
        assert len(list_closures(session)) == 1
    assert (view.state, view.opens_at) == (Availability.HOLIDAY, riga(2026, 11, 26, 9))
    assert (view.holiday_lv, view.holiday_en) == ("mācības", "training")
    with world.database.transaction() as session:
        remove_closure(session, closure)
    assert seen(world) is Availability.OPEN_BUSY
    with world.database.transaction() as session, pytest.raises(NotFound):
        remove_closure(session, closure)
    with world.database.transaction() as session, pytest.raises(Invalid):
        add_closure(session, date(2026, 11, 25), date(2026, 11, 24))


def test_a_request_is_made_at_any_hour(world: World) -> None:
    world.clock.at = riga(2026, 12, 25, 3).astimezone(timezone.utc)
    conversation = world.visitor()
    number = world.ask_person(conversation).number
    told = world.messages(conversation)[-1].data["request"]
    assert (told["number"], told["availability"]) == (number, "holiday")
    assert told["opens_at"] == riga(2026, 12, 28, 9).astimezone(timezone.utc).isoformat()


def test_a_wait_is_promised_only_when_it_was_measured(world: World) -> None:
    anna, conversation = world.coordinator("Anna", most_open=100), world.visitor()
    world.ask_person(conversation)
    assert world.messages(conversation)[-1].data["request"]["expected"] is None
    for minutes in range(10, 10 + 10 * ENOUGH, 10):
        number = world.ask_person().number
        begun = world.clock.at
        world.clock.advance(minutes=minutes)
        world.reply(anna, number)
        world.clock.at = begun
    other = world.visitor()
    world.ask_person(other)
    expected = datetime.fromisoformat(world.messages(other)[-1].data["request"]["expected"])
    assert expected == world.clock.at + timedelta(minutes=40)


def test_old_waits_are_not_counted(make_world: Callable[..., World]) -> None:
    world = make_world(measured_days=7)
    anna = world.coordinator("Anna", most_open=100)
    for _ in range(ENOUGH):
        world.reply(anna, world.ask_person().number)
    world.clock.advance(days=8)
    conversation = world.visitor()
    world.ask_person(conversation)
    assert world.messages(conversation)[-1].data["request"]["expected"] is None


def test_places_in_the_queue_follow_those_before(world: World) -> None:
    anna = world.coordinator("Anna")
    conversations = [world.visitor() for _ in range(3)]
    numbers = [world.ask_person(conversation).number for conversation in conversations]
    assert [world.request(number).position for number in numbers] == [1, 2, 3]
    world.claim(anna, numbers[0])
    assert [world.request(number).position for number in numbers] == [None, 1, 2]


def test_a_released_request_keeps_its_place(world: World) -> None:
    anna = world.coordinator("Anna")
    numbers = []
    for _ in range(3):
        numbers.append(world.ask_person().number)
        world.clock.advance(seconds=1)
    world.claim(anna, numbers[0])
    with world.database.transaction() as session:
        requests.release(session, anna, numbers[0])
    assert [world.request(number).position for number in numbers] == [1, 2, 3]


def test_clocks_stand_still_while_the_visitor_is_waited_for(make_world: Callable[..., World]) -> None:
    world = make_world(resolution_minutes=240)
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    world.clock.advance(minutes=60)
    world.reply(anna, number, then_wait=True)
    assert world.request(number).due_at is None
    world.clock.advance(days=2)
    world.say(conversation, "Te es esmu")
    with world.database.reading() as session:
        promises = find_promises(session, session.get_one(Request, number))
    assert promises["resolution"] == world.clock.at + timedelta(minutes=180)
