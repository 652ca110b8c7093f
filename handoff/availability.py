"""Whether somebody can answer now, and if not, when: never a promise that hours and presence do not support."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.calendar import BusinessCalendar, DayOff, calendar_of
from handoff.database import now, settings_of
from handoff.errors import Invalid, NotFound
from handoff.models.closure import Closure
from handoff.models.coordinator import Coordinator
from handoff.models.request import Request

ANSWERS = ("coordinator", "editor", "administrator")
"""Roles that may answer."""


class Availability(StrEnum):
    OPEN_FREE = "open_free"
    OPEN_BUSY = "open_busy"
    SOON = "soon"
    CLOSED = "closed"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class AvailabilityView:
    """`opens_at` is the next opening, None while open. `holiday_lv`, `holiday_en`: why the day is off."""

    state: Availability
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    holiday_lv: str | None = None
    holiday_en: str | None = None


def load_calendar(session: Session) -> BusinessCalendar:
    """Once a transaction: hours from the settings, closures from the database."""
    kept: BusinessCalendar | None = session.info.get("calendar")
    if kept is None:
        days: dict[date, DayOff] = {}
        for closure in session.scalars(select(Closure)):
            reason = DayOff(closure.reason_lv, closure.reason_en or closure.reason_lv)
            for ahead in range((closure.last - closure.first).days + 1):
                days[closure.first + timedelta(days=ahead)] = reason
        kept = session.info["calendar"] = calendar_of(settings_of(session), days)
    return kept


def look(session: Session) -> AvailabilityView:
    calendar, at = load_calendar(session), now(session)
    if calendar.is_open(at):
        state = Availability.OPEN_FREE if find_free(session) else Availability.OPEN_BUSY
        return AvailabilityView(state, closes_at=calendar.closes_at(at))
    opens_at = calendar.next_opening(at)
    if opens_at is not None and opens_at - at <= settings_of(session).soon:
        return AvailabilityView(Availability.SOON, opens_at)
    off = calendar.day_off(calendar.local_day(at))
    if off is not None:
        return AvailabilityView(Availability.HOLIDAY, opens_at, holiday_lv=off.lv, holiday_en=off.en)
    return AvailabilityView(Availability.CLOSED, opens_at)


def is_present(coordinator: Coordinator, at: datetime, present_for: timedelta) -> bool:
    """Their inbox gave a sign of life lately, they have not said they are away, and are not absent."""
    seen = coordinator.seen_at is not None and at - coordinator.seen_at <= present_for
    return seen and coordinator.available and not is_absent(coordinator, at)


def is_absent(coordinator: Coordinator, at: datetime) -> bool:
    begun = coordinator.absent_from is None or coordinator.absent_from <= at
    return coordinator.absent_until is not None and begun and at < coordinator.absent_until


def list_answering(session: Session) -> Sequence[Coordinator]:
    return session.scalars(
        select(Coordinator)
        .where(Coordinator.disabled_at.is_(None), Coordinator.role.in_(ANSWERS))
        .order_by(Coordinator.id)
    ).all()


def count_load(session: Session) -> dict[str, int]:
    """Requests in hand by coordinator; those that wait for the visitor do not weigh."""
    rows = session.execute(
        select(Request.assignee_id, func.count()).where(Request.state == "claimed").group_by(Request.assignee_id)
    )
    return {str(assignee): int(number) for assignee, number in rows}


def find_free(session: Session) -> list[Coordinator]:
    """Those present who have room for one more."""
    at, present_for = now(session), settings_of(session).present_for
    load = count_load(session)
    return [
        one
        for one in list_answering(session)
        if is_present(one, at, present_for) and load.get(one.id, 0) < one.most_open
    ]


def add_closure(session: Session, first: date, last: date, *, reason_lv: str = "", reason_en: str = "") -> int:
    """Raises Invalid for a closure that ends before it begins or lasts longer than a year."""
    if last < first or (last - first).days > 366:
        raise Invalid("a closure ends after it begins, within a year", field="last", reason="out_of_bounds")
    row = Closure(first=first, last=last, reason_lv=reason_lv[:200], reason_en=reason_en[:200])
    session.add(row)
    session.flush()
    session.info.pop("calendar", None)
    return row.id


def remove_closure(session: Session, closure_id: int) -> None:
    row = session.get(Closure, closure_id)
    if row is None:
        raise NotFound("no such closure")
    session.delete(row)
    session.info.pop("calendar", None)


def list_closures(session: Session) -> Sequence[Closure]:
    return session.scalars(select(Closure).order_by(Closure.first)).all()
