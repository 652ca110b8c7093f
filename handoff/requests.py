"""Requests for a person: the queue, and what a coordinator may do with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from handoff.messages import Message


class RequestState(StrEnum):
    NEW = "new"
    CLAIMED = "claimed"
    WAITING = "waiting"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class RequestView:
    """One line of the inbox. `position` counts from 1 among the new ones; None once claimed."""

    number: int
    conversation_id: str
    state: RequestState
    reason: str
    topic: str | None
    summary: str
    locale: str
    channel: str
    assignee: str | None
    assignee_name: str | None
    created_at: datetime
    updated_at: datetime
    last_message: str
    unread: int
    position: int | None
    due_at: datetime | None
    breached: bool
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything a coordinator needs to go on without asking again."""

    request: RequestView
    form: dict[str, Any]
    messages: tuple[Message, ...]
    evidence: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By message id: intent, confidence, decision, passages shown with scores; delivery state of replies."""
    notes: tuple[dict[str, Any], ...] = ()
    history: tuple[dict[str, Any], ...] = ()
    earlier: tuple[RequestView, ...] = ()
    page: str | None = None
    suggested: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in coordinator. `id` is their row's id, `role` one of the contract's roles."""

    id: str
    email: str
    name: str
    role: str


def list_requests(
    session: Session,
    actor: Actor,
    *,
    state: str | None = None,
    assignee: str | None = None,
    query: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[RequestView], int]:
    """A page of requests and how many there are in all. `assignee`: an e-mail, `me` or `none`;
    `state`: a RequestState, `open` or `breached`."""
    raise NotImplementedError


def get_dossier(session: Session, actor: Actor, number: int) -> Dossier:
    """Reading is written into the audit trail."""
    raise NotImplementedError


def claim(session: Session, actor: Actor, number: int) -> RequestView:
    """new -> claimed, atomically. Raises AlreadyClaimed naming who has it. Claiming one's own again is fine."""
    raise NotImplementedError


def release(session: Session, actor: Actor, number: int, note: str = "") -> RequestView:
    raise NotImplementedError


def transfer(session: Session, actor: Actor, number: int, to: str, note: str = "") -> RequestView:
    raise NotImplementedError


def reply(session: Session, actor: Actor, number: int, *, client_id: str, text: str) -> Message:
    """Say something to the visitor, once per client id. The first reply takes the conversation."""
    raise NotImplementedError


def add_note(session: Session, actor: Actor, number: int, text: str) -> dict[str, Any]:
    raise NotImplementedError


def remind(session: Session, actor: Actor, number: int, at: datetime, note: str = "") -> RequestView:
    raise NotImplementedError


def wait_for_visitor(session: Session, actor: Actor, number: int) -> RequestView:
    raise NotImplementedError


def close(session: Session, actor: Actor, number: int, *, outcome: str) -> RequestView:
    """claimed or waiting -> closed; the conversation goes back to the bot, which says so and starts clean."""
    raise NotImplementedError


def reopen(session: Session, actor: Actor, number: int) -> RequestView:
    raise NotImplementedError


OUTCOMES: Sequence[str] = ("answered", "referred", "no_answer", "no_contact", "withdrawn", "spam", "other")
