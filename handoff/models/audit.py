"""Who did, read, exported or erased what. Triggers refuse changes; retention goes through audit_purges."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.base import Base


class AuditEntry(Base):
    """`subject` is what it was done to, such as `request:12`. No message text, no contacts."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", "at"), Index("ix_audit_subject", "subject", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(36))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]]


class AuditPurge(Base):
    """Entries older than `before` may be deleted: the only door through the triggers, and itself a record."""

    __tablename__ = "audit_purges"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    before: Mapped[datetime]
