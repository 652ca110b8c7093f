"""A hold: a dispute or a complaint keeps a request and its conversation from retention.

Administrators set and lift it, with a reason that stands in the request's history; the audit trail has who and
when, without words.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import history
from handoff.intake import take_text
from handoff.models.request import Request
from handoff.moves import lock_request
from handoff.permissions import require_administrator
from handoff.views import Actor

LONGEST_REASON = 1000


def set_hold(session: Session, actor: Actor, number: int, *, hold: bool, reason: str) -> None:
    """Raises NotAllowed, NotFound, Invalid without a reason."""
    require_administrator(actor)
    hold_request(session, number, hold=hold, reason=reason, by=actor.id)


def hold_request(session: Session, number: int, *, hold: bool, reason: str, by: str) -> None:
    """The same for whoever runs the helpdesk (`by`: cli). What is so already stays as it is. The conversation is
    on hold while any of its requests is."""
    conversation, request = lock_request(session, number)
    told = take_text(session, reason, longest=LONGEST_REASON)
    if request.hold == hold:
        return
    request.hold = hold
    session.flush()
    others = select(Request.number).where(Request.conversation_id == conversation.id, Request.hold.is_(True))
    conversation.hold = session.scalar(others.limit(1)) is not None
    history.write(session, request, "hold" if hold else "unhold", by, note=told)
