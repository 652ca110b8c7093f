"""The time, as everything in the helpdesk asks for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

Clock = Callable[[], datetime]
"""Gives an aware instant in UTC."""


def system_clock() -> datetime:
    return datetime.now(timezone.utc)


def fixed_clock(instant: datetime) -> Clock:
    """A clock that stands still, for demonstrations and tests. Refuses an instant without a zone."""
    if instant.tzinfo is None:
        raise ValueError("the instant needs a time zone, for example 2026-11-24T09:00:00+02:00")
    moment = instant.astimezone(timezone.utc)
    return lambda: moment
