"""Requests for a person, with their notes, history and clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base

OPEN = text("state <> 'closed'")


class Request(Base):
    """A conversation has at most one that is not closed.

    `opened_seq` is the message before it began. `awaiting_since`: the visitor spoke last, then; `active_minutes`
    are the business minutes spent on it up to `active_since` (None while the visitor is waited for, or closed).
    `first_reply_minutes` are business minutes. `searched` is what a search looks through, folded. `due_at` is the
    nearest promise, `due_kind` which one.
    """

    __tablename__ = "requests"
    __table_args__ = (
        Index("uq_requests_open", "conversation_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_requests_conversation_id", "conversation_id"),
        Index("ix_requests_state", "state", "number"),
        Index("ix_requests_assignee_id", "assignee_id", "state"),
        Index("ix_requests_due_at", "due_at"),
        Index("ix_requests_remind_at", "remind_at"),
        Index("ix_requests_updated_at", "updated_at"),
        Index("ix_requests_created_at", "created_at"),
        Index("ix_requests_closed_at", "closed_at"),
        CheckConstraint("state IN ('new', 'claimed', 'waiting', 'closed')", name="state"),
        CheckConstraint("(state IN ('claimed', 'waiting')) <= (assignee_id IS NOT NULL)", name="assignee"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    session_no: Mapped[int]
    opened_seq: Mapped[int]
    closed_seq: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default="new")
    reason: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str | None] = mapped_column(String(40))
    summary: Mapped[str] = mapped_column(Text, default="")
    form: Mapped[dict[str, Any]]
    locale: Mapped[str] = mapped_column(String(5))
    channel: Mapped[str] = mapped_column(String(20))
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id"))
    suggested_id: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))
    outcome: Mapped[str | None] = mapped_column(String(12))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    queued_at: Mapped[datetime]
    first_reply_at: Mapped[datetime | None]
    first_reply_minutes: Mapped[float | None]
    awaiting_since: Mapped[datetime | None]
    active_minutes: Mapped[float] = mapped_column(default=0.0)
    active_since: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_kind: Mapped[str | None] = mapped_column(String(12))
    warned_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    remind_note: Mapped[str] = mapped_column(Text, default="")
    searched: Mapped[str] = mapped_column(Text, default="")
    taken_back: Mapped[int] = mapped_column(default=0)
    hold: Mapped[bool] = mapped_column(default=False)


class RequestEvent(Base):
    """What happened to a request: never changed, shown as its history."""

    __tablename__ = "request_events"
    __table_args__ = (Index("ix_request_events_request_number", "request_number", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_number: Mapped[int] = mapped_column(ForeignKey("requests.number", ondelete="CASCADE"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(36))
    action: Mapped[str] = mapped_column(String(20))
    before: Mapped[str | None] = mapped_column(String(10))
    after: Mapped[str | None] = mapped_column(String(10))
    details: Mapped[dict[str, Any]]


class RequestNote(Base):
    """A coordinator's word to colleagues; visitors never see it."""

    __tablename__ = "request_notes"
    __table_args__ = (Index("ix_request_notes_request_number", "request_number", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_number: Mapped[int] = mapped_column(ForeignKey("requests.number", ondelete="CASCADE"))
    author_id: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    mentions: Mapped[list[str]]
    created_at: Mapped[datetime]


class RequestRead(Base):
    """How far a coordinator has read in a request."""

    __tablename__ = "request_reads"

    request_number: Mapped[int] = mapped_column(
        ForeignKey("requests.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    coordinator_id: Mapped[str] = mapped_column(
        ForeignKey("coordinators.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int]
    at: Mapped[datetime]
