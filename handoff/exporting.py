"""All that is held about one person, as plain JSON: for the person, in answer to their right of access."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.database import now
from handoff.models.attachment import Attachment
from handoff.models.conversation import Conversation
from handoff.models.figures import CallInterest, TurnFact
from handoff.models.learning import AnswerDraft
from handoff.models.message import Feedback, MessageRow
from handoff.models.request import Request, RequestNote
from handoff.models.subscription import Subscriber, Subscription
from handoff.records import find_conversation, read_messages, view_message

FORMAT = 1
MOST_MESSAGES = 100_000


def export_conversation(
    session: Session, conversation_id: str, *, by: str = audit.VISITOR, notes: bool = False
) -> dict[str, Any]:
    """Needs a write transaction: that it was exported is put on record. `notes`: coordinators' internal ones too,
    as an administrator gives them out after looking through them. Raises NotFound."""
    conversation = find_conversation(session, conversation_id)
    audit.record(session, by, "conversation.exported", f"conversation:{conversation_id}")
    requests = session.scalars(
        select(Request).where(Request.conversation_id == conversation_id).order_by(Request.number)
    ).all()
    told = {
        "format": FORMAT,
        "exported_at": now(session),
        "conversation": _tell_conversation(conversation),
        "messages": _tell_messages(session, conversation_id),
        "requests": [_tell_request(request) for request in requests],
        "feedback": _tell_feedback(session, conversation_id),
        "files": _tell_files(session, conversation_id),
        "subscriptions": _tell_subscriptions(session, conversation_id),
        "counted": _tell_counted(session, conversation_id),
        "interest": _tell_interest(session, conversation_id),
        "drafts": _tell_drafts(session, conversation_id, [request.number for request in requests]),
    }
    if notes:
        told["notes"] = _tell_notes(session, [request.number for request in requests])
    return plain(told)  # type: ignore[no-any-return]


def plain(value: Any) -> Any:
    """Days and instants as ISO 8601, everything else as JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _columns(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _tell_conversation(row: Conversation) -> dict[str, Any]:
    return _columns(
        row,
        ("id", "channel", "external_id", "locale", "page", "consent", "consented_at", "created_at", "active_at"),
    )


def _tell_messages(session: Session, conversation_id: str) -> list[dict[str, Any]]:
    rows = read_messages(session, conversation_id, limit=MOST_MESSAGES)
    return [
        asdict(view_message(row)) | _columns(row, ("value", "intent", "intent_confidence", "edited_at"))
        for row in rows
    ]


def _tell_request(row: Request) -> dict[str, Any]:
    names = (
        "number",
        "state",
        "reason",
        "topic",
        "summary",
        "form",
        "outcome",
        "created_at",
        "closed_at",
        "first_reply_at",
    )
    return _columns(row, names)


def _tell_feedback(session: Session, conversation_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Feedback).where(Feedback.conversation_id == conversation_id).order_by(Feedback.id)
    )
    names = ("message_id", "request_number", "helpful", "score", "reason", "created_at")
    return [_columns(row, names) for row in rows]


def _tell_files(session: Session, conversation_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Attachment)
        .join(MessageRow, MessageRow.id == Attachment.message_id)
        .where(MessageRow.conversation_id == conversation_id)
    )
    return [_columns(row, ("id", "message_id", "name", "media_type", "size", "created_at")) for row in rows]


def _tell_subscriptions(session: Session, conversation_id: str) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Subscription, Subscriber)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscriber.conversation_id == conversation_id)
    )
    names = ("theme", "applicant", "region", "call_id", "created_at", "ended_at")
    return [_columns(wish, names) | _columns(subscriber, ("channel", "address")) for wish, subscriber in rows]


def _tell_counted(session: Session, conversation_id: str) -> list[dict[str, Any]]:
    """What reports count of each message to the bot: codes of the vocabularies."""
    rows = session.scalars(
        select(TurnFact).where(TurnFact.conversation_id == conversation_id).order_by(TurnFact.at)
    )
    names = (
        "message_id", "at", "language", "outcome", "theme", "region", "applicant", "document", "request_number",
    )  # fmt: skip
    return [_columns(row, names) for row in rows]


def _tell_interest(session: Session, conversation_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(CallInterest).where(CallInterest.conversation_id == conversation_id).order_by(CallInterest.id)
    )
    return [_columns(row, ("day", "call_id", "title", "kind")) for row in rows]


def _tell_drafts(session: Session, conversation_id: str, numbers: list[int]) -> list[dict[str, Any]]:
    """Questions and answers for the library that were drafted from what was said here."""
    rows = session.scalars(
        select(AnswerDraft)
        .where(or_(AnswerDraft.conversation_id == conversation_id, AnswerDraft.request_number.in_(numbers)))
        .order_by(AnswerDraft.id)
    )
    return [_columns(row, ("id", "state", "texts", "created_at", "updated_at", "published_at")) for row in rows]


def _tell_notes(session: Session, numbers: list[int]) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(RequestNote).where(RequestNote.request_number.in_(numbers)).order_by(RequestNote.id)
    )
    return [_columns(row, ("request_number", "text", "created_at")) for row in rows]
