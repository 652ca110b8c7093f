"""What is kept of a chat channel: updates received, messages shown, chats that are closed to us."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class ChannelUpdate(Base):
    """Something that came in. `payload` is kept until it was handled. `state`: waiting, done or failed."""

    __tablename__ = "channel_updates"
    __table_args__ = (
        UniqueConstraint("channel", "update_id"),
        Index("ix_channel_updates_waiting", "channel", "state", "chat", "update_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    update_id: Mapped[int] = mapped_column(BigInteger)
    chat: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any] | None]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    received_at: Mapped[datetime]


class ShownMessage(Base):
    """A message of the chat (`reference` is its id there) and the recorded message of which it shows a part.

    `outgoing` is ours; the others are what people wrote, kept so that an edit finds its record.
    """

    __tablename__ = "shown_messages"
    __table_args__ = (
        UniqueConstraint("message_id", "part", "outgoing"),
        Index("ix_shown_messages_reference", "channel", "chat", "reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    chat: Mapped[str] = mapped_column(String(64))
    reference: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    part: Mapped[int] = mapped_column(default=0)
    outgoing: Mapped[bool]


class Chat(Base):
    """A chat on a channel: whether it can be reached, and whose it is."""

    __tablename__ = "chats"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str | None] = mapped_column(String(5))
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[str | None] = mapped_column(String(20))
    edits_next: Mapped[int | None] = mapped_column(BigInteger)
    """The message whose button was pressed for more of the same: what comes next takes its place."""
    coordinator_id: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))


class LinkCode(Base):
    """Links a chat to the coordinator who made it, once."""

    __tablename__ = "link_codes"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    coordinator_id: Mapped[str] = mapped_column(ForeignKey("coordinators.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
