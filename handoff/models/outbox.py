"""What is to leave the building, and who is to be told what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class Outgoing(Base):
    """One thing to deliver at one address. `dedupe` names it: written twice, it is sent once.

    `state`: waiting, sent, failed (with a reason) or cancelled. `message_id` for a message of a conversation,
    else `payload` says what. Rows of one address leave in the order of their ids.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("dedupe"),
        Index("ix_outbox_waiting", "state", "channel", "address", "id"),
        Index("ix_outbox_message_id", "message_id"),
        Index("ix_outbox_conversation_id", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(254))
    kind: Mapped[str] = mapped_column(String(20))
    dedupe: Mapped[str] = mapped_column(String(120))
    message_id: Mapped[str | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(80))
    lease: Mapped[str | None] = mapped_column(String(36))
    leased_until: Mapped[datetime | None]
    try_at: Mapped[datetime]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Notification(Base):
    """Something a coordinator has to know; shown in the inbox until read."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("coordinator_id", "dedupe"),
        Index("ix_notifications_unread", "coordinator_id", "read_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    coordinator_id: Mapped[str] = mapped_column(ForeignKey("coordinators.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    request_number: Mapped[int | None] = mapped_column(ForeignKey("requests.number", ondelete="CASCADE"))
    dedupe: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    digest: Mapped[bool] = mapped_column(default=False)
