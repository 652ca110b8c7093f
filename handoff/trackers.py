"""Rasa's memory of erased conversations: told to forget until it has said that it did.

The row is written in the transaction that erases, so nothing is lost if Rasa or the process is down then. A Rasa
that was started again remembers nothing and says so at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from handoff import events
from handoff.database import now
from handoff.models.erasure import TrackerErasure

AT_ONCE = 100


def note_erasure(session: Session, conversation_id: str) -> None:
    if session.get(TrackerErasure, conversation_id) is None:
        session.add(TrackerErasure(conversation_id=conversation_id, erased_at=now(session)))
    events.note(session, events.ERASURES)


def list_waiting(session: Session) -> Sequence[str]:
    """Conversations that Rasa is to forget, the oldest first, at most 100."""
    query = select(TrackerErasure.conversation_id).order_by(TrackerErasure.erased_at).limit(AT_ONCE)
    return session.scalars(query).all()


def count_waiting(session: Session) -> int:
    return int(session.scalar(select(func.count()).select_from(TrackerErasure)) or 0)


def mark_forgotten(session: Session, conversations: Collection[str]) -> None:
    session.execute(delete(TrackerErasure).where(TrackerErasure.conversation_id.in_(conversations)))
