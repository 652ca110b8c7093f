"""A request's history: each move with who, when and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit, events
from handoff.database import now
from handoff.errors import IllegalMove
from handoff.masking import mask_personal_codes
from handoff.models.base import clean_text
from handoff.models.request import Request, RequestEvent

LEGAL = {
    "new": {"claimed", "closed"},
    "claimed": {"claimed", "waiting", "new", "closed"},
    "waiting": {"claimed", "waiting", "new", "closed"},
    "closed": {"new"},
}


def move(session: Session, request: Request, to: str, action: str, actor: str, **details: Any) -> None:
    """Change the state and write it down. Raises IllegalMove, saying from where to where."""
    before = request.state
    if to not in LEGAL[before]:
        raise IllegalMove(f"a request that is {before} cannot become {to}", state=before, wanted=to)
    request.state = to
    write(session, request, action, actor, before=before, after=to, **details)


def write(
    session: Session,
    request: Request,
    action: str,
    actor: str,
    *,
    before: str | None = None,
    after: str | None = None,
    **details: Any,
) -> None:
    request.updated_at = now(session)
    if "note" in details:
        details["note"] = mask_personal_codes(clean_text(str(details["note"])))
    session.add(
        RequestEvent(
            request_number=request.number,
            at=now(session),
            actor=actor,
            action=action,
            before=before,
            after=after,
            details=details,
        )
    )
    facts = {key: told for key, told in details.items() if key != "note"}
    audit.record(session, actor, f"request.{action}", f"request:{request.number}", **facts)
    events.note(session, events.REQUESTS, events.conversation_topic(request.conversation_id))


def list_events(session: Session, number: int) -> Sequence[RequestEvent]:
    return session.scalars(
        select(RequestEvent).where(RequestEvent.request_number == number).order_by(RequestEvent.id)
    ).all()
