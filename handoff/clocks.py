"""Promises of a request: first reply, next reply, resolution, in business time; they stand still while the visitor
is waited for. Bot time is not in them: a request's clocks start when a person is asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handoff.availability import load_calendar
from handoff.database import now, settings_of
from handoff.models.request import Request


def start(session: Session, request: Request) -> None:
    request.awaiting_since = request.active_since = now(session)
    set_due(session, request)


def visitor_spoke(session: Session, request: Request) -> None:
    if request.awaiting_since is None:
        request.awaiting_since = now(session)
    if request.active_since is None:
        request.active_since = now(session)
    set_due(session, request)


def coordinator_spoke(session: Session, request: Request) -> None:
    if request.first_reply_at is None:
        request.first_reply_at = now(session)
        request.first_reply_minutes = load_calendar(session).minutes_between(request.created_at, now(session))
    request.awaiting_since = None
    set_due(session, request)


def pause(session: Session, request: Request) -> None:
    """The visitor's turn, or the end: business minutes spent so far are kept."""
    if request.active_since is not None:
        spent = load_calendar(session).minutes_between(request.active_since, now(session))
        request.active_minutes += spent
    request.active_since = request.awaiting_since = None
    set_due(session, request)


def resume(session: Session, request: Request) -> None:
    if request.active_since is None:
        request.active_since = now(session)
    set_due(session, request)


def find_promises(session: Session, request: Request) -> dict[str, datetime]:
    """When each promise that runs is due."""
    settings, calendar = settings_of(session), load_calendar(session)
    due: dict[str, datetime] = {}
    if request.awaiting_since is not None:
        first = request.first_reply_at is None
        minutes = settings.first_response_minutes if first else settings.next_response_minutes
        due["first" if first else "next"] = calendar.add_minutes(request.awaiting_since, minutes)
    if request.active_since is not None:
        left = max(settings.resolution_minutes - request.active_minutes, 0)
        due["resolution"] = calendar.add_minutes(request.active_since, left)
    return due


def set_due(session: Session, request: Request) -> None:
    """The nearest promise. A new one has not been warned of, nor broken, yet."""
    promises = find_promises(session, request)
    kind = min(promises, key=lambda name: promises[name], default=None)
    due_at = promises[kind] if kind else None
    if due_at != request.due_at:
        request.warned_at = None
        request.breached_at = None
    request.due_at, request.due_kind = due_at, kind
