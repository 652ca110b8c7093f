"""What a subscriber is to be told of funding calls, and when: rules alone, without a database.

A notice is known by call, kind and subject, and is given to a subscriber once, however often it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from knowledge.call import CallStatus, FundingCall
from knowledge.vocabulary import Vocabulary

REMINDER_DAYS = (30, 7, 1)
"""Days before a deadline on which a reminder can be had."""
NEWS_LASTS = timedelta(days=14)
"""News that could not be told for so long is not told any more."""
WHOLE_COUNTRY = "latvia"


class NoticeKind(StrEnum):
    NEW = "new"
    OPENED = "opened"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REMINDER = "reminder"


URGENT = {NoticeKind.MOVED, NoticeKind.CANCELLED, NoticeKind.REMINDER}
"""Told the next day even to those who want a weekly digest."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to hear of: all calls, narrowed by each code that is given; or one call alone."""

    theme: str | None = None
    applicant: str | None = None
    region: str | None = None
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Something that happened to a call. `was` is the deadline before a move, in ISO 8601."""

    call_id: str
    kind: NoticeKind
    subject: str
    happened_at: datetime
    was: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """`subject` tells one deadline's notices from another's. `was` as in CallEvent."""

    call_id: str
    kind: NoticeKind
    subject: str
    was: str | None = None


@dataclass(frozen=True, slots=True)
class WatchedCall:
    """A call as it was when it was last looked at. `deadlines` in ISO 8601, UTC."""

    call_id: str
    first_seen_at: datetime
    status: str
    deadlines: tuple[str, ...]


def fits(call: FundingCall, wish: Wish, regions: Vocabulary) -> bool:
    """Whether a wish covers a call. A call that names no themes (applicants, regions) is for all of them."""
    if wish.call_id is not None:
        return call.id == wish.call_id
    return (
        _covers(call.themes, wish.theme)
        and _covers(call.applicants, wish.applicant)
        and _reaches(call.regions, wish.region, regions)
    )


def _covers(codes: Collection[str], wanted: str | None) -> bool:
    return wanted is None or not codes or wanted in codes


def _reaches(codes: Collection[str], wanted: str | None, regions: Vocabulary) -> bool:
    """A call for a region reaches its municipalities, and one for a municipality those who watch its region."""
    if wanted is None or wanted == WHOLE_COUNTRY or not codes or WHOLE_COUNTRY in codes:
        return True
    related = {wanted, *_ancestors(wanted, regions)}
    return any(code in related or wanted in _ancestors(code, regions) for code in codes)


def _ancestors(code: str, regions: Vocabulary) -> set[str]:
    found: set[str] = set()
    term = regions.terms.get(code)
    while term is not None and term.parent and term.parent not in found and term.parent != WHOLE_COUNTRY:
        found.add(term.parent)
        term = regions.terms.get(term.parent)
    return found


def compare_call(call: FundingCall, before: WatchedCall | None, now: datetime) -> list[CallEvent]:
    """What happened to a call since it was last looked at. Deadlines that merely passed are no event, nor is
    anything about a demonstration call's dates, which move with the clock."""
    status = call.status(now)
    if before is None:
        news = status in (CallStatus.OPEN, CallStatus.FORTHCOMING)
        return [CallEvent(call.id, NoticeKind.NEW, "", now)] if news else []
    if status is CallStatus.CANCELLED and before.status != status:
        return [CallEvent(call.id, NoticeKind.CANCELLED, "", now)]
    events = []
    if status is CallStatus.OPEN and before.status == CallStatus.FORTHCOMING:
        events.append(CallEvent(call.id, NoticeKind.OPENED, "", now))
    if moved := _moved(call, before, now):
        events.append(moved)
    return events


def _moved(call: FundingCall, before: WatchedCall, now: datetime) -> CallEvent | None:
    if call.demo or call.status(now) not in (CallStatus.OPEN, CallStatus.FORTHCOMING):
        return None
    was = sorted(told for told in before.deadlines if datetime.fromisoformat(told) > now)
    ahead = sorted(told for told in write_deadlines(call) if datetime.fromisoformat(told) > now)
    if was == ahead or not ahead:
        return None
    return CallEvent(call.id, NoticeKind.MOVED, ahead[0], now, was=_first_changed(was, ahead))


def _first_changed(was: list[str], ahead: list[str]) -> str | None:
    gone = [told for told in was if told not in ahead]
    return gone[0] if gone else None


def write_deadlines(call: FundingCall) -> tuple[str, ...]:
    return tuple(deadline.isoformat() for deadline in call.deadlines)


def watch(call: FundingCall, before: WatchedCall | None, now: datetime) -> WatchedCall:
    first_seen_at = before.first_seen_at if before else now
    return WatchedCall(call.id, first_seen_at, str(call.status(now)), write_deadlines(call))


def due_news(
    event: CallEvent, *, subscribed_at: datetime, now: datetime, weekly: bool, digest_day: bool
) -> Notice | None:
    """The notice of an event, if it happened after the subscription and may be told today."""
    if event.happened_at < subscribed_at or now - event.happened_at > NEWS_LASTS:
        return None
    if weekly and not digest_day and event.kind not in URGENT:
        return None
    return Notice(event.call_id, event.kind, event.subject, event.was)


def due_reminder(
    call: FundingCall,
    days: Iterable[int],
    *,
    known_since: datetime,
    now: datetime,
    zone: tzinfo,
) -> Notice | None:
    """The reminder to give today, if any: the last one whose day has come.

    A day missed (the service was down) is made up for; a day that had passed before both the call and the
    wish were known is not: who has just subscribed knows the deadline. `known_since` is the later of the two.
    """
    deadline, left = call.next_deadline(now), call.days_left(now)
    if deadline is None or left is None or call.status(now) is not CallStatus.OPEN:
        return None
    reached = [chosen for chosen in sorted(days) if left <= chosen]
    if not reached:
        return None
    remind_on = deadline.astimezone(zone).date() - timedelta(days=reached[0])
    if known_since.astimezone(zone).date() > remind_on:
        return None
    subject = "demo" if call.demo else deadline.isoformat()
    return Notice(call.id, NoticeKind.REMINDER, f"{subject}/{reached[0]}")


def is_digest_day(today: date) -> bool:
    return today.weekday() == 0


def sort_notices(notices: Iterable[Notice], calls: Mapping[str, FundingCall], now: datetime) -> list[Notice]:
    """Reminders first, then by nearest deadline."""

    def place(notice: Notice) -> tuple[bool, str, str]:
        call = calls.get(notice.call_id)
        deadline = call.next_deadline(now) if call else None
        return notice.kind is not NoticeKind.REMINDER, deadline.isoformat() if deadline else "~", notice.call_id

    return sorted(notices, key=place)
