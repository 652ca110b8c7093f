"""What somebody who waits can be told: place in the queue, and the first reply to expect, as measured."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.availability import load_calendar, look
from handoff.database import now, settings_of
from handoff.models.coordinator import Coordinator
from handoff.models.request import Request

ENOUGH = 5
"""Fewer measured waits than this are no ground for a promise."""
OFTEN = 0.75
"""Three of four have waited no longer than what is told."""


def find_position(session: Session, request: Request) -> int | None:
    """From 1, among those nobody has taken, by when they came into the queue."""
    if request.state != "new":
        return None
    ahead = session.scalar(
        select(func.count())
        .select_from(Request)
        .where(
            Request.state == "new",
            (Request.queued_at < request.queued_at)
            | ((Request.queued_at == request.queued_at) & (Request.number < request.number)),
        )
    )
    return int(ahead or 0) + 1


def measure_first_reply(session: Session) -> float | None:
    """Business minutes within which three of four requests of the last weeks had their first reply."""
    known: dict[str, float | None] = session.info.setdefault("measured", {})
    if "first_reply" not in known:
        since = now(session) - timedelta(days=settings_of(session).measured_days)
        waits = session.scalars(
            select(Request.first_reply_minutes)
            .where(Request.first_reply_at >= since, Request.first_reply_minutes.is_not(None))
            .order_by(Request.first_reply_at.desc())
            .limit(500)
        ).all()
        ordered = sorted(float(wait) for wait in waits if wait is not None)
        enough = len(ordered) >= ENOUGH
        known["first_reply"] = ordered[min(int(len(ordered) * OFTEN), len(ordered) - 1)] if enough else None
    return known["first_reply"]


def expect_first_reply(session: Session, request: Request) -> datetime | None:
    """When to expect it, counted in business time from when the request came; not before now. None: not known."""
    usual = measure_first_reply(session)
    if request.first_reply_at is not None or usual is None:
        return None
    calendar, at = load_calendar(session), now(session)
    expected = calendar.add_minutes(request.queued_at, usual)
    return expected if expected > at else None


def describe_request(session: Session, request: Request, locale: str | None = None) -> dict[str, Any]:
    """`data.request` of a handoff message, JSON throughout: number, state, position, assignee (the name), and
    while it is new what waiting depends on: expected and opens_at (ISO instants), availability, holiday."""
    assignee = session.get(Coordinator, request.assignee_id) if request.assignee_id else None
    return {
        "number": request.number,
        "state": request.state,
        "position": find_position(session, request),
        **_describe_waiting(session, request, locale or request.locale),
        "assignee": assignee.name if assignee else None,
    }


def _describe_waiting(session: Session, request: Request, locale: str) -> dict[str, str | None]:
    if request.state != "new":
        return dict.fromkeys(("expected", "availability", "opens_at", "holiday"))
    seen, expected = look(session), expect_first_reply(session, request)
    return {
        "expected": expected.isoformat() if expected else None,
        "availability": str(seen.state),
        "opens_at": seen.opens_at.isoformat() if seen.opens_at else None,
        "holiday": seen.holiday_en if locale == "en" else seen.holiday_lv,
    }


def request_facts(described: dict[str, Any]) -> dict[str, Any]:
    """The same for a Wording: instants are datetimes."""
    told = dict(described)
    for key in ("expected", "opens_at"):
        told[key] = datetime.fromisoformat(told[key]) if told[key] else None
    return told


def measure_queue(session: Session, now: datetime) -> dict[str, Any]:
    """For /health and /metrics: how many requests stand in each state, and how long the oldest has waited."""
    states = dict.fromkeys(("new", "claimed", "waiting"), 0)
    for state, number in session.execute(
        select(Request.state, func.count()).where(Request.state != "closed").group_by(Request.state)
    ):
        states[state] = int(number)
    oldest = session.scalar(select(func.min(Request.queued_at)).where(Request.state == "new"))
    waited = (now - oldest).total_seconds() if oldest else None
    return {"states": states, "oldest_wait_seconds": max(waited, 0.0) if waited is not None else None}
