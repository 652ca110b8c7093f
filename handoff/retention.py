"""Retention: each kind of data has its time, after which it is erased or deleted. What is held, or open, stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from handoff import audit, old_rows
from handoff.database import Database, now, settings_of
from handoff.erasure import Erased, erase_conversation
from handoff.errors import NotFound
from handoff.models.audit import AuditEntry
from handoff.models.conversation import Conversation
from handoff.models.request import Request
from handoff.reports.gaps import keep_common_words
from handoff.updates import REMEMBERED, forget_updates

BATCH = 200
CONVERSATIONS = ("anonymous", "identified", "requests")
"""Kinds that are erased one by one; the others are deleted."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of data: what of it is due is older than `before`; `due` many now, `held` back by a hold flag."""

    name: str
    days: int
    before: datetime
    due: int
    held: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What was done. `erased` names what is left to erase outside the database."""

    kinds: tuple[Kind, ...]
    erased: tuple[Erased, ...]
    deleted: dict[str, int]


def _has_request(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Request.conversation_id == Conversation.id, *conditions)


def _conversation_kinds(session: Session) -> dict[str, tuple[int, datetime, ColumnElement[bool]]]:
    """Who never asked for a person is anonymous (or known by a chat's address only); an open request is never due,
    however old: nobody who waits is cleaned away."""
    settings, moment = settings_of(session), now(session)
    days = {
        "anonymous": settings.keep_anonymous_days,
        "identified": settings.keep_identified_days,
        "requests": settings.keep_requests_days,
    }
    before = {name: moment - timedelta(days=count) for name, count in days.items()}
    known = or_(Conversation.external_id.is_not(None), Conversation.person_id.is_not(None))
    unfinished = or_(Request.state != "closed", Request.closed_at >= before["requests"])
    conditions = {
        "anonymous": and_(~_has_request(), ~known),
        "identified": and_(~_has_request(), known),
        "requests": and_(_has_request(), ~_has_request(unfinished)),
    }
    return {name: (days[name], before[name], conditions[name]) for name in days}


def preview(session: Session) -> tuple[Kind, ...]:
    """What the next run would do, kind by kind."""
    kinds = []
    for name, (days, before, condition) in _conversation_kinds(session).items():
        due = and_(Conversation.erased_at.is_(None), Conversation.active_at < before, condition)
        count = select(func.count()).select_from(Conversation)
        free = session.scalar(count.where(due, Conversation.hold.is_(False))) or 0
        held = session.scalar(count.where(due, Conversation.hold.is_(True))) or 0
        kinds.append(Kind(name, days, before, int(free), int(held)))
    rows = [
        Kind(kind.name, kind.days, kind.before, old_rows.count_due(session, kind))
        for kind in old_rows.list_kinds(session)
    ]
    return (*kinds, *rows, _preview_audit(session))


def _preview_audit(session: Session) -> Kind:
    days = settings_of(session).keep_audit_days
    before = now(session) - timedelta(days=days)
    due = session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.at < before)) or 0
    return Kind("audit", days, before, int(due))


def apply(database: Database, *, by: str = audit.SYSTEM, also: Callable[[Erased], None] | None = None) -> Report:
    """Erase and delete what is due, in small transactions. `also` erases what is outside the database, after each
    commit; run daily. A run that is cut short is gone on with by the next."""
    with database.reading() as session:
        kinds = preview(session)
    with database.transaction() as session:
        keep_common_words(session, now(session))
    erased: list[Erased] = []
    for kind in kinds:
        if kind.name in CONVERSATIONS:
            erased += _erase_kind(database, kind.name, by, also)
    with database.transaction() as session:
        deleted = delete_old(session)
        facts = {kind.name: kind.due for kind in kinds if kind.due}
        audit.record(session, by, "retention.run", "retention", **facts)
    return Report(kinds, tuple(erased), deleted)


def _erase_kind(database: Database, name: str, by: str, also: Callable[[Erased], None] | None) -> list[Erased]:
    gone: list[Erased] = []
    while found := _find_due(database, name):
        for conversation_id in found:
            try:
                with database.transaction() as session:
                    if not _is_due(session, name, conversation_id):
                        continue
                    erased = erase_conversation(session, conversation_id, by=by)
            except NotFound:
                continue
            gone.append(erased)
            if also is not None:
                also(erased)
    return gone


def _due(session: Session, name: str) -> ColumnElement[bool]:
    _, before, condition = _conversation_kinds(session)[name]
    return and_(
        Conversation.erased_at.is_(None), Conversation.hold.is_(False), Conversation.active_at < before, condition
    )


def _find_due(database: Database, name: str) -> Sequence[str]:
    with database.reading() as session:
        return session.scalars(select(Conversation.id).where(_due(session, name)).limit(BATCH)).all()


def _is_due(session: Session, name: str, conversation_id: str) -> bool:
    """Looked at again in the transaction that erases: somebody may have come back meanwhile."""
    query = select(Conversation.id).where(Conversation.id == conversation_id, _due(session, name))
    return session.scalar(query) is not None


def delete_old(session: Session) -> dict[str, int]:
    """Rows whose time is over, kind by kind: how many."""
    moment = now(session)
    deleted = {kind.name: old_rows.delete_due(session, kind) for kind in old_rows.list_kinds(session)}
    deleted["updates"] = forget_updates(session, moment - REMEMBERED)
    deleted["audit"] = audit.purge(session, moment - timedelta(days=settings_of(session).keep_audit_days))
    return deleted


def last_run(session: Session) -> AuditEntry | None:
    """When it ran last, by whom, and how much of each kind was due then."""
    return next(iter(audit.list_entries(session, action="retention.run", limit=1)), None)
