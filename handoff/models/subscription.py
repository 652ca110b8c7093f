"""Who wants to hear of funding calls, what calls were like when last looked at, and who was told what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class Subscriber(Base):
    """One way to reach one person. `key` is in every notice's unsubscribe link. Unconfirmed ones get no notice.

    `told_on` is the last day on which it was seen to (in the helpdesk's own time zone).
    """

    __tablename__ = "subscribers"
    __table_args__ = (UniqueConstraint("channel", "address"), Index("ix_subscribers_told_on", "told_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(254))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    locale: Mapped[str] = mapped_column(String(5))
    days: Mapped[list[Any]]
    weekly: Mapped[bool] = mapped_column(default=False)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    closed_reason: Mapped[str | None] = mapped_column(String(20))
    told_on: Mapped[date | None] = mapped_column(Date)


class Subscription(Base):
    """One wish of a subscriber; all empty is every call."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index("ix_subscriptions_subscriber", "subscriber_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id", ondelete="CASCADE"))
    theme: Mapped[str | None] = mapped_column(String(64))
    applicant: Mapped[str | None] = mapped_column(String(64))
    region: Mapped[str | None] = mapped_column(String(64))
    call_id: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class GivenNotice(Base):
    """What a subscriber was told: the unique row is what keeps it from being told twice."""

    __tablename__ = "given_notices"
    __table_args__ = (UniqueConstraint("subscriber_id", "call_id", "kind", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id", ondelete="CASCADE"))
    call_id: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(80))
    given_at: Mapped[datetime]


class SeenCall(Base):
    __tablename__ = "seen_calls"

    call_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    first_seen_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(20))
    deadlines: Mapped[list[str]]


class CallNews(Base):
    """Something that happened to a call, to be told to those who had subscribed by then."""

    __tablename__ = "call_news"
    __table_args__ = (Index("ix_call_news_happened_at", "happened_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(80))
    was: Mapped[str | None] = mapped_column(String(40))
    happened_at: Mapped[datetime]
