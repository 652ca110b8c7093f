"""The audit trail: who did, read, exported or erased what. Append-only: the database refuses anything else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff.database import count_changed, now
from handoff.models.audit import AuditEntry, AuditPurge

SYSTEM = "system"
VISITOR = "visitor"
BOT = "bot"
READ_SPAN = timedelta(minutes=30)
"""One person's reading of one thing is put on record once in so long: an open page is fetched anew at every
message, and thousands of such entries would hide the one that is looked for. A later visit shows again."""


def record(session: Session, actor: str, action: str, subject: str, **details: Any) -> None:
    """`actor` is a coordinator's id, or visitor, bot, system, cli. Details never hold words or contacts."""
    session.add(AuditEntry(at=now(session), actor=actor, action=action, subject=subject, details=details))


def record_reading(session: Session, actor: str, action: str, subject: str) -> None:
    """Written unless the same person's same reading was written within READ_SPAN."""
    written = select(AuditEntry.id).where(
        AuditEntry.subject == subject,
        AuditEntry.actor == actor,
        AuditEntry.action == action,
        AuditEntry.at > now(session) - READ_SPAN,
    )
    if session.scalar(written.limit(1)) is None:
        record(session, actor, action, subject)


def list_entries(
    session: Session,
    *,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Sequence[AuditEntry]:
    """Newest first."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit).offset(offset)
    for column, wanted in ((AuditEntry.actor, actor), (AuditEntry.action, action), (AuditEntry.subject, subject)):
        if wanted is not None:
            query = query.where(column == wanted)
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    return session.scalars(query).all()


def purge(session: Session, before: datetime) -> int:
    """Retention of the trail itself; that it happened stays on record."""
    session.add(AuditPurge(at=now(session), before=before))
    session.flush()
    return count_changed(session, delete(AuditEntry).where(AuditEntry.at < before))
