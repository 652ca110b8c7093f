"""The history of materials: a version for each change, and whose it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from handoff import audit
from handoff.database import now
from handoff.errors import IllegalMove, NotFound
from handoff.models.coordinator import Coordinator
from handoff.models.material import MaterialVersion
from handoff.permissions import require_answering, require_editing
from handoff.views import Actor

MOST = 200


@dataclass(frozen=True, slots=True)
class VersionView:
    """`own` is false while the shipped text is in use; an empty `text` is no document at all."""

    document: str
    number: int
    action: str
    own: bool
    text: str
    author: str
    at: datetime
    check_id: int | None
    draft_id: int | None


def add_version(
    session: Session,
    actor: Actor,
    document: str,
    *,
    before: str,
    before_own: bool,
    text: str,
    own: bool,
    action: str,
    check_id: int | None = None,
    draft_id: int | None = None,
) -> int:
    """`before` is what the file says now: kept as a version of its own if no version says so. Raises IllegalMove
    `changed` if another server has just added one."""
    require_editing(actor)
    newest = _newest(session, document)
    number = newest.number if newest else 0
    known = (newest.text, newest.own) if newest else ("", False)
    if known != (before, before_own):
        number += 1
        session.add(_row(session, document, number, "found", before_own, before, None))
    made = _row(session, document, number + 1, action, own, text, actor.id)
    made.check_id, made.draft_id = check_id, draft_id
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:
        raise IllegalMove("somebody else changed it just now", reason="changed") from error
    audit.record(session, actor.id, f"material.{action}", f"material:{document}"[:80], version=number + 1)
    return number + 1


def list_versions(session: Session, actor: Actor, document: str) -> list[VersionView]:
    """Newest first."""
    require_answering(actor)
    names = {one.id: one.name for one in session.scalars(select(Coordinator))}
    rows = session.scalars(
        select(MaterialVersion)
        .where(MaterialVersion.document == document)
        .order_by(MaterialVersion.number.desc())
        .limit(MOST)
    )
    return [_view(row, names) for row in rows]


def get_version(session: Session, document: str, number: int) -> VersionView:
    row = session.scalar(
        select(MaterialVersion).where(MaterialVersion.document == document, MaterialVersion.number == number)
    )
    if row is None:
        raise NotFound("no such version")
    return _view(row, {})


def versions_of_check(session: Session, check_id: int) -> list[VersionView]:
    rows = session.scalars(
        select(MaterialVersion).where(MaterialVersion.check_id == check_id).order_by(MaterialVersion.id)
    )
    return [_view(row, {}) for row in rows]


def changed_documents(session: Session) -> set[str]:
    """Keys of documents that have a history here."""
    return set(session.scalars(select(MaterialVersion.document).distinct()))


def _newest(session: Session, document: str) -> MaterialVersion | None:
    return session.scalar(
        select(MaterialVersion)
        .where(MaterialVersion.document == document)
        .order_by(MaterialVersion.number.desc())
        .limit(1)
    )


def _row(
    session: Session, document: str, number: int, action: str, own: bool, text: str, author_id: str | None
) -> MaterialVersion:
    return MaterialVersion(
        document=document, number=number, action=action, own=own, text=text, author_id=author_id, at=now(session)
    )


def _view(row: MaterialVersion, names: dict[str, str]) -> VersionView:
    return VersionView(
        document=row.document,
        number=row.number,
        action=row.action,
        own=row.own,
        text=row.text,
        author=names.get(row.author_id or "", ""),
        at=row.at,
        check_id=row.check_id,
        draft_id=row.draft_id,
    )
