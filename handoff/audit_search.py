"""Looking something up in the audit trail, for administrators: by person, act, subject and time, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.models.attachment import Attachment
from handoff.models.audit import AuditEntry
from handoff.models.coordinator import Coordinator
from handoff.models.message import MessageRow
from handoff.models.request import Request
from handoff.permissions import require_administrator
from handoff.views import Actor

MOST_COUNTED = 1000
"""Found entries are counted up to here: telling "more than a thousand" costs the same for the longest trail."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for; what is None is not asked about. `until` is excluded."""

    actor: str | None = None
    actions: tuple[str, ...] | None = None
    subjects: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def named(self) -> list[str]:
        """What was asked about, for the record of an export; not the values."""
        return [one.name for one in fields(self) if getattr(self, one.name) is not None]


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first. The previous page begins after the id `newer`, the next one before the id `older`."""

    entries: tuple[AuditEntry, ...]
    newer: int | None
    older: int | None


def subjects_of_request(session: Session, number: int) -> tuple[str, ...]:
    """The request, its conversation and the files of it: all that somebody who asks about the request means."""
    conversation = session.scalar(select(Request.conversation_id).where(Request.number == number))
    if conversation is None:
        return (f"request:{number}",)
    files = session.scalars(
        select(Attachment.id).join(MessageRow, MessageRow.id == Attachment.message_id)
        .where(MessageRow.conversation_id == conversation).limit(500)
    )  # fmt: skip
    return (f"request:{number}", f"conversation:{conversation}", *(f"attachment:{one}" for one in files))


def find_page(
    session: Session,
    actor: Actor,
    sought: Sought,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page:
    """The entries just older than the id `before`, or just newer than `after`, or the newest. That the trail was
    looked into is put on record: needs a write transaction. Raises NotAllowed."""
    require_administrator(actor)
    audit.record_reading(session, actor.id, "audit.read", "audit")
    query = select(AuditEntry).where(*conditions(sought)).limit(limit + 1)
    if after is not None:
        rows = list(session.scalars(query.where(AuditEntry.id > after).order_by(AuditEntry.id)))
        shown = rows[:limit][::-1]
        return page_of(shown, has_newer=len(rows) > limit, has_older=True)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    rows = list(session.scalars(query.order_by(AuditEntry.id.desc())))
    return page_of(rows[:limit], has_newer=before is not None, has_older=len(rows) > limit)


def page_of(entries: Sequence[AuditEntry], *, has_newer: bool, has_older: bool) -> Page:
    return Page(
        tuple(entries),
        newer=entries[0].id if entries and has_newer else None,
        older=entries[-1].id if entries and has_older else None,
    )


def conditions(sought: Sought) -> list[ColumnElement[bool]]:
    told: list[ColumnElement[bool]] = []
    if sought.actor is not None:
        told.append(AuditEntry.actor == sought.actor)
    if sought.actions is not None:
        told.append(AuditEntry.action.in_(sought.actions))
    if sought.subjects is not None:
        told.append(AuditEntry.subject.in_(sought.subjects))
    if sought.since is not None:
        told.append(AuditEntry.at >= sought.since)
    if sought.until is not None:
        told.append(AuditEntry.at < sought.until)
    return told


def count_found(session: Session, actor: Actor, sought: Sought) -> int:
    """At most MOST_COUNTED + 1, which stands for "more"."""
    require_administrator(actor)
    some = select(AuditEntry.id).where(*conditions(sought)).limit(MOST_COUNTED + 1).subquery()
    return int(session.scalar(select(func.count()).select_from(some)) or 0)


def begin_export(session: Session, actor: Actor, sought: Sought) -> int:
    """Put on record. Gives the id up to which there are entries, so that the export has an end."""
    require_administrator(actor)
    newest = int(session.scalar(select(func.max(AuditEntry.id))) or 0)
    audit.record(session, actor.id, "audit.exported", "audit", sought=sought.named)
    return newest


def read_batch(session: Session, actor: Actor, sought: Sought, *, up_to: int, limit: int) -> list[AuditEntry]:
    """Newest first, of those whose id is `up_to` or less."""
    require_administrator(actor)
    query = select(AuditEntry).where(AuditEntry.id <= up_to, *conditions(sought))
    return list(session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)))


def list_people(session: Session, actor: Actor) -> dict[str, str]:
    """Names by account id, those deactivated too: what they did stays on record."""
    require_administrator(actor)
    rows = session.execute(select(Coordinator.id, Coordinator.name).order_by(Coordinator.name))
    return {str(one): str(name) for one, name in rows}


def details_of(entry: AuditEntry) -> dict[str, Any]:
    """What is worth telling: empty facts left out."""
    return {name: told for name, told in entry.details.items() if told not in (None, "", [])}
