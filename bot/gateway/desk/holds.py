"""Holds at the desk: the forms of administrators, and what everybody who answers sees of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from bot.gateway.desk.describing import Told, tell_event
from bot.helpdesk import Helpdesk
from handoff.holding import set_hold
from handoff.views import Actor


def find_hold(history: Iterable[Mapping[str, Any]], locale: str) -> Told | None:
    """The event by which a request came to be on hold, or None if it is not."""
    moves = [event for event in history if event["action"] in ("hold", "unhold")]
    return tell_event(moves[-1], locale) if moves and moves[-1]["action"] == "hold" else None


def hold(_: Helpdesk, session: Session, actor: Actor, number: int, form: Any) -> None:
    set_hold(session, actor, number, hold=True, reason=form.note)


def unhold(_: Helpdesk, session: Session, actor: Actor, number: int, form: Any) -> None:
    set_hold(session, actor, number, hold=False, reason=form.note)
