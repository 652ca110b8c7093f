"""What was said, what the bot still has to answer, and what people thought of the answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class MessageRow(Base):
    """`client_id` is what the sender called it: the same id twice is the same message.

    `evidence` (the bot's) and `intent` (the visitor's) are for coordinators and reports, never for visitors.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "author", "client_id"),
        Index("ix_messages_created_at", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    session_no: Mapped[int]
    author: Mapped[str] = mapped_column(String(12))
    author_id: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))
    client_id: Mapped[str | None] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    value: Mapped[str | None] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(5))
    buttons: Mapped[list[dict[str, Any]]]
    sources: Mapped[list[dict[str, Any]]]
    data: Mapped[dict[str, Any]]
    evidence: Mapped[dict[str, Any]]
    intent: Mapped[str | None] = mapped_column(String(60))
    intent_confidence: Mapped[float | None]
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]


class TurnRow(Base):
    """A visitor message that the bot is to answer. `state`: waiting, done (answered) or dropped (a person has it).

    `epoch` is the conversation's when the turn was last leased. `request_id` is of the request it came with.
    """

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_state", "state", "conversation_id", "seq"),)

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    epoch: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    request_id: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Feedback(Base):
    """A verdict on one message: `helpful`, or on a closed request: `score` from 1 to 5."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("message_id"), Index("ix_feedback_created_at", "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    message_id: Mapped[str | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    request_number: Mapped[int | None] = mapped_column(ForeignKey("requests.number", ondelete="CASCADE"))
    about: Mapped[str] = mapped_column(String(12))
    helpful: Mapped[bool | None]
    score: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
