"""What the desk keeps besides requests: ready texts, who looks at what, answers to be approved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class CannedReply(Base):
    """A ready text in one or both languages; `{name}` and the like are filled in when it is put into a reply."""

    __tablename__ = "canned_replies"
    __table_args__ = (UniqueConstraint("title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    text_lv: Mapped[str] = mapped_column(Text, default="")
    text_en: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime]
    updated_by: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))


class Presence(Base):
    """A coordinator has a request open, or writes in it, until then; a row past its time says nothing."""

    __tablename__ = "presences"

    request_number: Mapped[int] = mapped_column(
        ForeignKey("requests.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    coordinator_id: Mapped[str] = mapped_column(
        ForeignKey("coordinators.id", ondelete="CASCADE"), primary_key=True
    )
    looking_until: Mapped[datetime]
    writing_until: Mapped[datetime | None]


class MessageEdit(Base):
    """What a coordinator's reply said before it was changed."""

    __tablename__ = "message_edits"
    __table_args__ = (Index("ix_message_edits_message_id", "message_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class ReviewedTheme(Base):
    """The bot's answers on this theme wait for a coordinator."""

    __tablename__ = "reviewed_themes"

    theme: Mapped[str] = mapped_column(String(40), primary_key=True)
    since: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))


class HeldAnswer(Base):
    """What the bot would have answered. `state`: waiting, sent, changed (sent in other words), refused, or dropped
    with its request. `question_seq` is the last message before it, `message_id` what was sent in the end."""

    __tablename__ = "held_answers"
    __table_args__ = (
        Index("ix_held_answers_request_number", "request_number", "state"),
        Index("ix_held_answers_conversation_id", "conversation_id"),
        CheckConstraint("state IN ('waiting', 'sent', 'changed', 'refused', 'dropped')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    request_number: Mapped[int] = mapped_column(ForeignKey("requests.number", ondelete="CASCADE"))
    question_seq: Mapped[int]
    theme: Mapped[str] = mapped_column(String(40))
    locale: Mapped[str] = mapped_column(String(5))
    text: Mapped[str] = mapped_column(Text)
    sources: Mapped[list[dict[str, Any]]]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))
    message_id: Mapped[str | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
