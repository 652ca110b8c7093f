"""Coordinators' words to each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import history, notifying
from handoff.database import now
from handoff.intake import take_text
from handoff.models.coordinator import Coordinator
from handoff.models.request import Request, RequestNote

MENTION = re.compile(r"@([\w.+-]+(?:@[\w-]+(?:\.[\w-]+)+)?)")


def write_note(session: Session, request: Request, author: str, text: str) -> RequestNote:
    """Whoever is mentioned (`@name@example.org`, or the part before the @) is told."""
    told = take_text(session, text)
    writer = session.get(Coordinator, author)
    mentioned = find_mentioned(session, told)
    note = RequestNote(
        request_number=request.number,
        author_id=writer.id if writer else None,
        text=told,
        mentions=[one.email for one in mentioned],
        created_at=now(session),
    )
    session.add(note)
    session.flush()
    history.write(session, request, "note", author)
    others = [one for one in mentioned if one.id != author]
    notifying.notify(session, others, "mention", request, dedupe=f"mention:{note.id}")
    return note


def find_mentioned(session: Session, text: str) -> Sequence[Coordinator]:
    wanted = {found.lower().rstrip(".") for found in MENTION.findall(text)}
    if not wanted:
        return []
    everybody = session.scalars(select(Coordinator).where(Coordinator.disabled_at.is_(None))).all()
    return [one for one in everybody if one.email in wanted or one.email.split("@")[0] in wanted]


def describe_note(note: RequestNote, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": note.id,
        "author": names.get(note.author_id or ""),
        "text": note.text,
        "mentions": note.mentions,
        "created_at": note.created_at,
    }


def list_notes(session: Session, number: int) -> Sequence[RequestNote]:
    return session.scalars(
        select(RequestNote).where(RequestNote.request_number == number).order_by(RequestNote.id)
    ).all()
