"""Questions the bot left open, found in the record: not answered, not helpful, or the reason for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String as Text
from sqlalchemy import cast, literal, select
from sqlalchemy.orm import Session, aliased

from handoff.database import now
from handoff.models.learning import GroupedQuestion
from handoff.models.message import Feedback, MessageRow
from handoff.models.request import Request

MOST_NEW = 500
LOOKS_BACK = timedelta(days=100)
"""What is older and in no group yet is left alone: the record is long, and is looked through often."""
SOME_WORDS = "%_ %_ %_"
"""Before a handover people also say "yes, please"."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A visitor's question that was not answered well. `why`: unanswered, unhelpful or handover."""

    message_id: str
    text: str
    locale: str
    asked_at: datetime
    why: str
    cause: str


def find_gaps(session: Session, limit: int = MOST_NEW) -> list[Gap]:
    """Those that are in no group yet, oldest first."""
    found = [*_find(session, _unanswered(now(session) - LOOKS_BACK), limit), *_find(session, _unhelpful(), limit)]
    found += _find(session, _handed_over(), limit)
    return sorted(found, key=lambda gap: gap.asked_at)[:limit]


def _is_new(why: str, cause: Any) -> Any:
    return ~select(GroupedQuestion.id).where(GroupedQuestion.why == why, GroupedQuestion.cause == cause).exists()


Asked = aliased(MessageRow)


def _question_before(conversation_id: Any, seq: Any, like: str = "_%") -> Any:
    """The last thing a visitor wrote, rather than clicked, before that message."""
    said = aliased(MessageRow)
    return (
        select(said.id)
        .where(
            said.conversation_id == conversation_id,
            said.seq <= seq,
            said.author == "visitor",
            said.value.is_(None),
            said.text.like(like),
        )
        .order_by(said.seq.desc())
        .limit(1)
        .correlate(MessageRow, Request)
        .scalar_subquery()
    )


def _unanswered(since: datetime) -> Any:
    return (
        select(Asked, literal("unanswered"), MessageRow.id)
        .select_from(MessageRow)
        .join(Asked, Asked.id == _question_before(MessageRow.conversation_id, MessageRow.seq))
        .where(
            MessageRow.author == "bot",
            MessageRow.kind == "unanswered",
            MessageRow.created_at >= since,
            _is_new("unanswered", MessageRow.id),
        )
        .order_by(MessageRow.created_at)
    )


def _unhelpful() -> Any:
    return (
        select(Asked, literal("unhelpful"), MessageRow.id)
        .select_from(Feedback)
        .join(MessageRow, MessageRow.id == Feedback.message_id)
        .join(Asked, Asked.id == _question_before(MessageRow.conversation_id, MessageRow.seq))
        .where(
            Feedback.helpful.is_(False),
            MessageRow.author == "bot",
            _is_new("unhelpful", MessageRow.id),
        )
        .order_by(Feedback.created_at)
    )


def _handed_over() -> Any:
    number = cast(Request.number, Text)
    return (
        select(Asked, literal("handover"), number)
        .select_from(Request)
        .join(Asked, Asked.id == _question_before(Request.conversation_id, Request.opened_seq, SOME_WORDS))
        .where(Request.reason == "low_confidence", _is_new("handover", number))
        .order_by(Request.created_at)
    )


def _find(session: Session, query: Any, limit: int) -> list[Gap]:
    return [
        Gap(row.id, row.text, row.locale, row.created_at, why, str(cause))
        for row, why, cause in session.execute(query.limit(limit))
    ]
