"""Requests for a person: the queue, and what a coordinator may do with one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handoff import events
from handoff.dossiers import get_dossier
from handoff.errors import NotFound
from handoff.listing import count_requests, list_requests
from handoff.models.request import Request
from handoff.moves import (
    claim,
    close,
    lock_request,
    release,
    remind,
    reopen,
    transfer,
    wait_for_visitor,
    withdraw,
)
from handoff.notes import write_note
from handoff.permissions import require_answering
from handoff.reading import mark_request_read
from handoff.records import find_open_request
from handoff.replying import reply
from handoff.views import OUTCOMES, REASONS, Actor, Dossier, RequestState, RequestView
from handoff.waiting import describe_request

__all__ = [
    "OUTCOMES",
    "REASONS",
    "Actor",
    "Dossier",
    "RequestState",
    "RequestView",
    "add_note",
    "claim",
    "close",
    "count_requests",
    "describe_request",
    "get_dossier",
    "list_requests",
    "lock_request",
    "mark_read",
    "release",
    "remind",
    "reopen",
    "reply",
    "tell_place",
    "tell_writing",
    "transfer",
    "wait_for_visitor",
    "withdraw",
]


def add_note(session: Session, actor: Actor, number: int, text: str) -> dict[str, Any]:
    """Internal: visitors never see it. Whoever is mentioned with @ is told."""
    require_answering(actor)
    _, request = lock_request(session, number)
    note = write_note(session, request, actor.id, text)
    created_at: datetime = note.created_at
    return {
        "id": note.id,
        "author": actor.name,
        "text": note.text,
        "mentions": note.mentions,
        "created_at": created_at,
    }


def mark_read(session: Session, actor: Actor, number: int, seq: int) -> None:
    """The coordinator has the request on the screen down to this message."""
    require_answering(actor)
    if session.get(Request, number) is None:
        raise NotFound("no such request")
    mark_request_read(session, actor.id, number, seq)


def tell_writing(session: Session, actor: Actor, number: int) -> None:
    """The visitor sees that somebody is writing, if it is whoever has their request."""
    require_answering(actor)
    request = session.get(Request, number)
    if request is None:
        raise NotFound("no such request")
    if request.assignee_id == actor.id and request.state != "closed":
        events.note(session, events.typing_topic(request.conversation_id))


def tell_place(session: Session, conversation_id: str) -> dict[str, Any] | None:
    """ "Where is my request?": as `data.request`; None if there is no open one."""
    request = find_open_request(session, conversation_id)
    return describe_request(session, request) if request else None
