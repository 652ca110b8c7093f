"""Checks after a change of the materials, and the questions they ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from handoff import audit
from handoff.database import now
from handoff.errors import Invalid, NotFound
from handoff.masking import mask_contacts
from handoff.models.coordinator import Coordinator
from handoff.models.material import ControlQuestion, KnowledgeCheck
from handoff.models.message import Feedback, MessageRow
from handoff.permissions import require_answering, require_editing
from handoff.views import Actor

RECENT = timedelta(days=90)
MOST_RECENT = 60
LONGEST_QUESTION = 500
STALLED = timedelta(minutes=10)
"""A check that runs longer has lost its server."""


@dataclass(frozen=True, slots=True)
class CheckView:
    id: int
    state: str
    actor: str
    started_at: datetime
    finished_at: datetime | None
    asked: int
    lost: int
    results: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A visitor's question that was answered without complaint. `document` was the first source."""

    message_id: str
    text: str
    locale: str
    document: str


@dataclass(frozen=True, slots=True)
class Control:
    id: int
    question: str
    locale: str
    document: str
    added_by: str
    added_at: datetime


def open_check(session: Session, actor: Actor) -> int:
    row = KnowledgeCheck(state="running", actor_id=actor.id, started_at=now(session), results=[])
    session.add(row)
    session.flush()
    return row.id


def restart_check(session: Session, actor: Actor, check_id: int) -> None:
    require_editing(actor)
    row = _find(session, check_id)
    row.state, row.started_at, row.finished_at = "running", now(session), None


def finish_check(session: Session, check_id: int, asked: int, results: Sequence[dict[str, Any]]) -> None:
    row = _find(session, check_id)
    row.state, row.finished_at, row.asked = "done", now(session), asked
    row.lost = sum(one["state"] == "lost" for one in results)
    row.results = list(results)


def fail_check(session: Session, check_id: int) -> None:
    row = _find(session, check_id)
    row.state, row.finished_at = "failed", now(session)


def get_check(session: Session, actor: Actor, check_id: int) -> CheckView:
    """One that has stood still for too long counts as failed: it may be asked for again."""
    require_answering(actor)
    row = _find(session, check_id)
    stalled = row.state == "running" and now(session) - row.started_at > STALLED
    names = {one.id: one.name for one in session.scalars(select(Coordinator))}
    return CheckView(
        id=row.id,
        state="failed" if stalled else row.state,
        actor=names.get(row.actor_id or "", ""),
        started_at=row.started_at,
        finished_at=row.finished_at,
        asked=row.asked,
        lost=row.lost,
        results=tuple(row.results),
    )


def _find(session: Session, check_id: int) -> KnowledgeCheck:
    row = session.get(KnowledgeCheck, check_id)
    if row is None:
        raise NotFound("no such check")
    return row


def find_answered(session: Session) -> list[Answered]:
    """The newest, without those that a later verdict called unhelpful."""
    asked = aliased(MessageRow)
    before = aliased(MessageRow)
    question = (
        select(before.id)
        .where(
            before.conversation_id == MessageRow.conversation_id,
            before.seq < MessageRow.seq,
            before.author == "visitor",
        )
        .order_by(before.seq.desc())
        .limit(1)
        .correlate(MessageRow)
        .scalar_subquery()
    )
    rows = session.execute(
        select(asked, MessageRow.sources)
        .select_from(MessageRow)
        .join(asked, asked.id == question)
        .join(Feedback, Feedback.message_id == MessageRow.id, isouter=True)
        .where(
            MessageRow.author == "bot",
            MessageRow.kind == "answer",
            MessageRow.created_at >= now(session) - RECENT,
            Feedback.helpful.is_not(False),
            asked.value.is_(None),
            asked.text != "",
        )
        .order_by(MessageRow.created_at.desc())
        .limit(MOST_RECENT)
    )
    return [
        Answered(row.id, row.text, row.locale, str(sources[0]["document"])) for row, sources in rows if sources
    ]


def texts_of(session: Session, message_ids: Sequence[str]) -> dict[str, str]:
    """By id; erased ones are missing."""
    query = select(MessageRow.id, MessageRow.text).where(
        MessageRow.id.in_(list(message_ids)), MessageRow.text != ""
    )
    return {row.id: row.text for row in session.execute(query)}


def list_controls(session: Session) -> list[Control]:
    """Newest first."""
    names = {one.id: one.name for one in session.scalars(select(Coordinator))}
    rows = session.scalars(select(ControlQuestion).order_by(ControlQuestion.id.desc()))
    return [
        Control(row.id, row.question, row.locale, row.document, names.get(row.added_by or "", ""), row.added_at)
        for row in rows
    ]


def add_control(session: Session, actor: Actor, *, question: str, locale: str, document: str) -> None:
    """Told twice, it counts once; what a visitor's question told of its asker is no part of it. Raises Invalid."""
    require_editing(actor)
    asked = mask_contacts(" ".join(question.split()))
    if not asked:
        raise Invalid("a question is needed", field="question", reason="empty")
    if len(asked) > LONGEST_QUESTION:
        raise Invalid("too long", field="question", reason="too_long")
    same = select(ControlQuestion.id).where(
        ControlQuestion.question == asked, ControlQuestion.document == document
    )
    if session.scalar(same) is not None:
        return
    row = ControlQuestion(
        question=asked, locale=locale, document=document, added_by=actor.id, added_at=now(session)
    )
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "control.added", f"control:{row.id}")


def remove_control(session: Session, actor: Actor, control_id: int) -> None:
    require_editing(actor)
    row = session.get(ControlQuestion, control_id)
    if row is not None:
        session.delete(row)
        audit.record(session, actor.id, "control.removed", f"control:{control_id}")


def forget_controls(session: Session, document: str) -> None:
    """Of a document that is taken out again."""
    for row in session.scalars(select(ControlQuestion).where(ControlQuestion.document == document)):
        session.delete(row)
