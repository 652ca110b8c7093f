"""Who has a request open, and who writes in it: rows that expire by themselves, so that a lost browser is gone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff import events
from handoff.database import now
from handoff.models.coordinator import Coordinator
from handoff.models.desk import Presence
from handoff.models.request import Request
from handoff.views import Actor

LOOKS = timedelta(seconds=40)
"""More than two beats of an open page's stream."""
WRITES = timedelta(seconds=8)
FORGETS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Present:
    name: str
    writing: bool


def look(session: Session, actor: Actor, number: int) -> None:
    """The request is on this coordinator's screen; others hear of it when that is news."""
    row = _find(session, actor, number)
    if row is None:
        return
    is_news = row.looking_until is None or row.looking_until <= now(session)
    row.looking_until = now(session) + LOOKS
    if is_news:
        _tell(session, number)


def write(session: Session, actor: Actor, number: int) -> None:
    row = _find(session, actor, number)
    if row is None:
        return
    row.looking_until = now(session) + LOOKS
    row.writing_until = now(session) + WRITES
    _tell(session, number)


def leave(session: Session, actor: Actor, number: int) -> None:
    session.execute(delete(Presence).where(Presence.request_number == number, Presence.coordinator_id == actor.id))
    session.execute(delete(Presence).where(Presence.looking_until < now(session) - FORGETS))
    _tell(session, number)


def _find(session: Session, actor: Actor, number: int) -> Presence | None:
    if session.get(Request, number) is None:
        return None
    row = session.get(Presence, (number, actor.id), with_for_update=True)
    if row is None:
        row = Presence(request_number=number, coordinator_id=actor.id)
        session.add(row)
    return row


def _tell(session: Session, number: int) -> None:
    events.note(session, events.presence_topic(number))


def list_present(
    session: Session, numbers: Collection[int], *, but: str | None = None
) -> dict[int, tuple[Present, ...]]:
    """By request, those who have it open now, by name. `but`: not this coordinator."""
    rows = session.execute(
        select(Presence.request_number, Presence.writing_until, Coordinator.name)
        .join(Coordinator, Coordinator.id == Presence.coordinator_id)
        .where(
            Presence.request_number.in_(numbers),
            Presence.looking_until > now(session),
            Presence.coordinator_id != (but or ""),
        )
        .order_by(Coordinator.name)
    )
    found: dict[int, tuple[Present, ...]] = {}
    for number, writing_until, name in rows:
        writing = writing_until is not None and writing_until > now(session)
        found[number] = (*found.get(number, ()), Present(name, writing))
    return found
