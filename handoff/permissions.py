"""Which roles may do what to a request."""

from __future__ import annotations

from sqlalchemy.orm import Session

from handoff.availability import ANSWERS
from handoff.errors import AlreadyClaimed, NotAllowed
from handoff.models.coordinator import Coordinator
from handoff.models.request import Request
from handoff.views import Actor

READS = (*ANSWERS, "viewer")
"""A viewer sees reports; personal conversations are for those who answer."""

EDITS = ("editor", "administrator")
"""Whose changes to the materials the bot speaks."""


def require_answering(actor: Actor) -> None:
    if actor.role not in ANSWERS:
        raise NotAllowed(f"a {actor.role} does not answer requests", role=actor.role)


def require_editing(actor: Actor) -> None:
    if actor.role not in EDITS:
        raise NotAllowed(f"a {actor.role} does not change materials", role=actor.role)


def require_reading(actor: Actor) -> None:
    if actor.role not in READS:
        raise NotAllowed(f"a {actor.role} does not read reports", role=actor.role)


def require_administrator(actor: Actor) -> None:
    if actor.role != "administrator":
        raise NotAllowed("this is for administrators", role=actor.role)


def require_mine(session: Session, actor: Actor, request: Request) -> None:
    """Only whoever has it, or an administrator. Raises AlreadyClaimed naming who has it."""
    if request.assignee_id in (None, actor.id) or actor.role == "administrator":
        return
    raise taken(session, request)


def taken(session: Session, request: Request) -> AlreadyClaimed:
    holder = session.get(Coordinator, request.assignee_id) if request.assignee_id else None
    name = holder.name if holder else ""
    error = AlreadyClaimed(name, f"{name} ({holder.email if holder else ''}) has this request")
    error.facts["email"] = holder.email if holder else None
    return error
