"""Administrators' page of opening hours: when people answer, the days off of the year, and further ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from bot.gateway.desk.administration_pages import PARTS, Administering, show, status_of, word_refusal
from bot.gateway.desk.page_callers import Number, go
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from handoff import administration
from handoff.availability import load_calendar
from handoff.calendar import BusinessCalendar
from handoff.coordinators import SignedIn
from handoff.errors import HandoffError, Invalid

ADDRESS = PARTS["hours"]
router = APIRouter(prefix=ADDRESS, include_in_schema=False)
SHOWN = 14
"""Days to come that the page tells of one by one."""


class ClosureForm(BaseModel):
    first: str = Field("", max_length=20)
    last: str = Field("", max_length=20)
    reason_lv: str = Field("", max_length=200)
    reason_en: str = Field("", max_length=200)


@dataclass(frozen=True, slots=True)
class Day:
    """`spans` are local; `reason`: why the day is off, "" for a weekend."""

    day: date
    spans: tuple[tuple[datetime, datetime], ...]
    reason: str


def tell_days(calendar: BusinessCalendar, first: date, locale: str) -> Iterator[Day]:
    for ahead in range(SHOWN):
        day = first + timedelta(days=ahead)
        off = calendar.day_off(day)
        spans = tuple(
            (begin.astimezone(calendar.zone), end.astimezone(calendar.zone)) for begin, end in calendar.spans(day)
        )
        yield Day(day, spans, off.in_locale(locale) if off else "")


def read_hours(helpdesk: Helpdesk, session: Session, locale: str) -> dict[str, Any]:
    calendar, now = load_calendar(session), helpdesk.clock()
    return {
        "open_now": calendar.is_open(now),
        "opens_at": calendar.next_opening(now),
        "closes_at": calendar.closes_at(now),
        "days": list(tell_days(calendar, calendar.local_day(now), locale)),
        "today": calendar.local_day(now),
    }


@router.get("")
def show_hours(request: Request, helpdesk: Desk, signed_in: Administering) -> Response:
    return draw(request, helpdesk, signed_in)


def draw(
    request: Request,
    helpdesk: Helpdesk,
    signed_in: SignedIn,
    *,
    status: int = 200,
    error: str | None = None,
    given: ClosureForm | None = None,
) -> Response:
    with helpdesk.database.reading() as session:
        closures = administration.list_closures(session, signed_in.actor)
        facts = read_hours(helpdesk, session, choose_locale(request))
    return show(
        request,
        signed_in,
        "administration_hours.html",
        "hours",
        status=status,
        closures=closures,
        error=error,
        given=given or ClosureForm(),
        **facts,
    )


def read_day(told: str, field: str) -> date:
    try:
        return date.fromisoformat(told.strip())
    except ValueError as error:
        raise Invalid("this is no date", field=field, reason="no_date") from error


@router.post("")
def add(
    request: Request, helpdesk: Desk, signed_in: Administering, given: Annotated[ClosureForm, Form()]
) -> Response:
    """One day if no last one is told."""
    try:
        first = read_day(given.first, "first")
        last = read_day(given.last, "last") if given.last.strip() else first
        with helpdesk.database.transaction() as session:
            administration.add_closure(
                session,
                signed_in.actor,
                first,
                last,
                reason_lv=given.reason_lv,
                reason_en=given.reason_en,
            )
    except HandoffError as error:
        told = word_refusal(choose_locale(request), error)
        return draw(request, helpdesk, signed_in, status=status_of(error), error=told, given=given)
    return go(request, ADDRESS, done="added")


@router.post("/{number}/remove")
def remove(number: Number, request: Request, helpdesk: Desk, signed_in: Administering) -> Response:
    with helpdesk.database.transaction() as session:
        administration.remove_closure(session, signed_in.actor, number)
    return go(request, ADDRESS, done="removed")
