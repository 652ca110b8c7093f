"""Accounts of those who answer, and all that signs them in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class Coordinator(Base):
    """`skills` are theme codes; none means all. `languages` are those they answer in; none means `locale` alone.
    `seen_at` is the last sign of life of their inbox.

    `assigned_at` is when work was last given to them, for taking turns. `preferences` say how they are notified.
    """

    __tablename__ = "coordinators"
    __table_args__ = (
        CheckConstraint("role IN ('coordinator', 'editor', 'administrator', 'viewer')", name="role"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(15))
    locale: Mapped[str] = mapped_column(String(5), default="lv")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    subject: Mapped[str | None] = mapped_column(String(255), unique=True)
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    skills: Mapped[list[str]]
    languages: Mapped[list[str]] = mapped_column(default=list)
    most_open: Mapped[int] = mapped_column(default=10)
    available: Mapped[bool] = mapped_column(default=True)
    seen_at: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    absent_from: Mapped[datetime | None]
    absent_until: Mapped[datetime | None]
    cover_id: Mapped[str | None] = mapped_column(ForeignKey("coordinators.id", ondelete="SET NULL"))
    preferences: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class CoordinatorSession(Base):
    """A signed-in browser. The cookie's token is kept as its SHA-256 only. `way`: by `password` or `provider`."""

    __tablename__ = "coordinator_sessions"
    __table_args__ = (Index("ix_coordinator_sessions_coordinator_id", "coordinator_id"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    coordinator_id: Mapped[str] = mapped_column(ForeignKey("coordinators.id", ondelete="CASCADE"))
    csrf: Mapped[str] = mapped_column(String(64))
    way: Mapped[str] = mapped_column(String(10), default="password")
    address: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiToken(Base):
    __tablename__ = "api_tokens"
    __table_args__ = (Index("ix_api_tokens_coordinator_id", "coordinator_id"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    coordinator_id: Mapped[str] = mapped_column(ForeignKey("coordinators.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """Signs in once in place of the second factor."""

    __tablename__ = "recovery_codes"
    __table_args__ = (Index("ix_recovery_codes_coordinator_id", "coordinator_id"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    coordinator_id: Mapped[str] = mapped_column(ForeignKey("coordinators.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]


class FailedSignIn(Base):
    """`key` is a digest of an account's address or of a network address: neither is kept in the clear."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (Index("ix_failed_sign_ins_key", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
