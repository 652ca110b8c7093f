"""A conversation, its single owner, and what opens it for a visitor."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class Person(Base):
    """Whoever has proved, by a one-time code, that several conversations are theirs."""

    __tablename__ = "persons"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    created_at: Mapped[datetime]


class Conversation(Base):
    """`last_seq` is the number of the newest message; `started_seq` the last one of the matter before.

    `external_id` is the address on a channel that has addresses (a Telegram chat). `erased_at`: its content is
    gone, the row stays for the counts. `hold` keeps it from retention.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        CheckConstraint("owner IN ('bot', 'queue', 'coordinator')", name="owner"),
        Index("ix_conversations_person_id", "person_id"),
        Index("ix_conversations_active_at", "active_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(String(20))
    external_id: Mapped[str | None] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(5))
    page: Mapped[str | None] = mapped_column(String(500))
    consent: Mapped[str] = mapped_column(String(40))
    consented_at: Mapped[datetime]
    owner: Mapped[str] = mapped_column(String(12), default="bot")
    epoch: Mapped[int] = mapped_column(default=1)
    session_no: Mapped[int] = mapped_column(default=1)
    last_seq: Mapped[int] = mapped_column(default=0)
    started_seq: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]
    hold: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None]


class OwnerChange(Base):
    """`epoch` is the one that began with this change. `actor`: visitor, bot, system or a coordinator's id."""

    __tablename__ = "owner_changes"
    __table_args__ = (UniqueConstraint("conversation_id", "epoch"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    epoch: Mapped[int]
    before: Mapped[str] = mapped_column(String(12))
    after: Mapped[str] = mapped_column(String(12))
    actor: Mapped[str] = mapped_column(String(36))
    reason: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]


class VisitorToken(Base):
    """Opens one conversation. Only the SHA-256 of the token is kept."""

    __tablename__ = "visitor_tokens"
    __table_args__ = (Index("ix_visitor_tokens_conversation_id", "conversation_id"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ResumeCode(Base):
    """Opens one conversation once, on another device or channel."""

    __tablename__ = "resume_codes"
    __table_args__ = (Index("ix_resume_codes_conversation_id", "conversation_id"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
