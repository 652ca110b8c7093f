"""One message, the same on every channel and in every API (see the contract in docs/messages.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Author(StrEnum):
    VISITOR = "visitor"
    BOT = "bot"
    COORDINATOR = "coordinator"
    SYSTEM = "system"


class MessageKind(StrEnum):
    TEXT = "text"
    ANSWER = "answer"
    CALLS = "calls"
    CALL = "call"
    FORM = "form"
    CHOICE = "choice"
    HANDOFF = "handoff"
    STATUS = "status"
    SMALLTALK = "smalltalk"
    UNANSWERED = "unanswered"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True)
class Button:
    """`value` is opaque to channels, at most 64 bytes in UTF-8 (Telegram's limit for callback data)."""

    title: str
    value: str


@dataclass(frozen=True, slots=True)
class SourceLink:
    document: str
    title: str
    section: str
    url: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What the bot wants done with the conversation, applied with its message in one transaction.

    `handoff` {reason, topic?, summary?, form?} opens a request and gives the conversation to the queue;
    `withdraw` {} closes the waiting request; `locale` {locale} switches the person's language;
    `feedback` {message_id, helpful, reason?} records a verdict on an answer; `subscribe` {theme?, applicant?,
    region?} and `unsubscribe` {}; `evidence` {} only carries numbers for the dossier.
    `approve` (made by handoff.held) is a handoff with the answers that wait.
    """

    type: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it is recorded. `text` is light Markdown, never HTML.

    `evidence` is for coordinators only and never leaves in a visitor's API: decision, confidence, scores of
    the passages shown.
    """

    kind: MessageKind
    text: str
    locale: str
    buttons: tuple[Button, ...] = ()
    sources: tuple[SourceLink, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    effect: Effect | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A recorded message, as `GET /messages` gives it."""

    id: str
    conversation_id: str
    seq: int
    author: Author
    kind: MessageKind
    text: str
    locale: str
    created_at: datetime
    buttons: tuple[Button, ...] = ()
    sources: tuple[SourceLink, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
