"""What people thought of an answer, or of how their request went."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.database import now
from handoff.errors import Invalid, NotFound
from handoff.intake import take_text
from handoff.models.message import Feedback, MessageRow
from handoff.models.request import Request


def record_verdict(
    session: Session, conversation_id: str, message_id: str, *, helpful: bool, reason: str | None = None
) -> None:
    """On one message of the bot or a coordinator; a later verdict takes the place of an earlier one.

    Raises NotFound for a message that is not in this conversation.
    """
    message = session.get(MessageRow, message_id)
    if message is None or message.conversation_id != conversation_id or message.author == "visitor":
        raise NotFound("no such message")
    row = session.scalar(select(Feedback).where(Feedback.message_id == message_id))
    if row is None:
        row = Feedback(conversation_id=conversation_id, message_id=message_id, about=message.author)
        session.add(row)
    row.helpful, row.created_at = helpful, now(session)
    row.reason = _take_reason(session, reason) or row.reason


def rate_request(
    session: Session, conversation_id: str, number: int, *, score: int, reason: str | None = None
) -> None:
    """1 (bad) to 5 (good), on a closed request, in place of an earlier one. Raises NotFound, Invalid."""
    request = session.get(Request, number)
    if request is None or request.conversation_id != conversation_id or request.state != "closed":
        raise NotFound("no such request")
    if not 1 <= score <= 5:
        raise Invalid("a score is from 1 to 5", field="score", reason="out_of_bounds")
    row = find_rating(session, number)
    if row is None:
        row = Feedback(conversation_id=conversation_id, request_number=number, about="request")
        session.add(row)
    row.score, row.created_at = score, now(session)
    row.reason = _take_reason(session, reason)


def explain_rating(session: Session, conversation_id: str, number: int, reason: str) -> None:
    """Why the score was what it was. Raises NotFound without a rating."""
    row = find_rating(session, number)
    if row is None or row.conversation_id != conversation_id:
        raise NotFound("no such rating")
    row.reason = _take_reason(session, reason)


def withdraw_rating(session: Session, conversation_id: str, number: int) -> None:
    """As if it had never been given; without one there is nothing to do."""
    row = find_rating(session, number)
    if row is not None and row.conversation_id == conversation_id:
        session.delete(row)
        session.flush()


def find_rating(session: Session, number: int) -> Feedback | None:
    return session.scalar(select(Feedback).where(Feedback.request_number == number, Feedback.about == "request"))


def _take_reason(session: Session, reason: str | None) -> str | None:
    if not reason or not reason.strip():
        return None
    return take_text(session, reason, longest=2000)
