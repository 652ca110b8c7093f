"""What the rest of the helpdesk sees of conversations and requests: frozen, without a session behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from handoff.messages import Message, SourceLink


class Owner(StrEnum):
    BOT = "bot"
    QUEUE = "queue"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class ConversationView:
    """`session_no` grows when a matter is closed: the bot starts clean under a new one."""

    id: str
    channel: str
    locale: str
    owner: Owner
    epoch: int
    session_no: int
    last_seq: int
    created_at: datetime
    request_number: int | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """`duplicate` says the same client id was recorded before: nothing new was written."""

    message: Message
    conversation: ConversationView
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A visitor message that waits for the bot, with what is needed to answer it.

    `recent` are the messages before it since the matter began, oldest first. `facts["request"]`, while one is
    open, is what a handoff message carries as `data.request`.
    """

    conversation: ConversationView
    message: Message
    value: str | None
    recent: tuple[Message, ...] = ()
    attempts: int = 0
    request_id: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """An answer of the bot's that waits for approval. `question_seq` is the last message before it."""

    id: int
    question_seq: int
    theme: str
    locale: str
    text: str
    sources: tuple[SourceLink, ...]
    state: str
    made_at: datetime


class RequestState(StrEnum):
    NEW = "new"
    CLAIMED = "claimed"
    WAITING = "waiting"
    CLOSED = "closed"


REASONS: Sequence[str] = (
    "asked",
    "complaint",
    "distress",
    "legal",
    "review",
    "many_questions",
    "low_confidence",
    "theme",
    "failure",
    "offer_accepted",
)
OUTCOMES: Sequence[str] = ("answered", "referred", "no_answer", "no_contact", "withdrawn", "spam", "other")


@dataclass(frozen=True, slots=True)
class RequestView:
    """One line of the inbox. `position` counts from 1 among the new ones; None once claimed.

    `unread` counts the visitor's messages that the coordinator who asks has not read. `due_at` is the nearest
    promise and `due_kind` which: first, next or resolution. `held` counts the bot's answers that wait to be
    approved, `looking` names the others who have it open.
    """

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
    due_kind: str | None = None
    remind_at: datetime | None = None
    suggested: str | None = None
    suggested_name: str | None = None
    hold: bool = False
    held: int = 0
    looking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdicts:
    """`reasons` why answers did not help: a code that was pressed, or the visitor's own words."""

    helpful: int = 0
    unhelpful: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """Of the bot's answers, of people's, and of how the request went: `score` from 1 to 5, None until given."""

    bot: Verdicts = Verdicts()
    people: Verdicts = Verdicts()
    score: int | None = None
    reason: str | None = None
    rated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything a coordinator needs to go on without asking again."""

    request: RequestView
    form: dict[str, Any]
    messages: tuple[Message, ...]
    evidence: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By message id: intent, confidence, decision, passages shown with scores; delivery state and edits of
    replies."""
    notes: tuple[dict[str, Any], ...] = ()
    history: tuple[dict[str, Any], ...] = ()
    earlier: tuple[RequestView, ...] = ()
    page: str | None = None
    suggested: str | None = None
    language: str = "lv"
    """The one the visitor writes in: lv, en or ru."""
    suggested_languages: tuple[str, ...] = ()
    opinion: Opinion = Opinion()
    held: tuple[Held, ...] = ()
    read_seq: int = 0
    """How far the one who asks had read before."""
    owned_ids: frozenset[str] = frozenset()
    """Messages of the one who asks, which they may change."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in coordinator. `id` is their row's id, `role` one of the contract's roles."""

    id: str
    email: str
    name: str
    role: str
