"""The record of a conversation and its single owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from handoff.messages import Draft, Message


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


@dataclass(frozen=True, slots=True)
class Recorded:
    """`duplicate` says the same client id was recorded before: nothing new was written."""

    message: Message
    conversation: ConversationView
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A visitor message that waits for the bot, with what is needed to answer it."""

    conversation: ConversationView
    message: Message
    value: str | None
    recent: tuple[Message, ...] = ()
    attempts: int = 0
    facts: dict[str, Any] = field(default_factory=dict)


def open_conversation(
    session: Session,
    *,
    channel: str,
    locale: str,
    consent: str,
    page: str | None,
    greeting: Sequence[Draft],
    external_id: str | None = None,
) -> tuple[ConversationView, str]:
    """Start a conversation; its token is returned once and kept only as a hash. Consent is its text's version."""
    raise NotImplementedError


def authenticate(session: Session, conversation_id: str, token: str) -> ConversationView:
    """Raises NotFound for a wrong token, an expired one and an unknown conversation alike."""
    raise NotImplementedError


def get_conversation(session: Session, conversation_id: str) -> ConversationView:
    raise NotImplementedError


def list_messages(session: Session, conversation_id: str, *, after: int = 0, limit: int = 500) -> list[Message]:
    """In order of `seq`. Coordinators' internal notes are not messages and never here."""
    raise NotImplementedError


def record_visitor_message(
    session: Session, conversation_id: str, *, client_id: str, text: str, value: str | None = None
) -> Recorded:
    """Write what the visitor said, once per client id, and mark it as a turn if the bot is to answer it.

    Owner bot or queue: the turn waits for the bot. Owner coordinator: nobody but the coordinator answers; a
    request that waited for the visitor is claimed again. Personal codes are masked before they are stored.
    """
    raise NotImplementedError


def next_turns(session: Session, *, limit: int = 20, lease_seconds: int = 60) -> list[Turn]:
    """Lease the oldest waiting turn of each conversation that has none leased: order holds per conversation."""
    raise NotImplementedError


def finish_turn(
    session: Session,
    turn: Turn,
    drafts: Sequence[Draft],
    *,
    intent: str | None = None,
    intent_confidence: float | None = None,
) -> list[Message]:
    """Record the bot's messages and apply their effects, all or nothing, and mark the turn answered.

    Raises StaleEpoch if the conversation changed hands to a coordinator since the turn was leased (nothing is
    recorded then but the turn's end), and does nothing if the turn was finished already.
    """
    raise NotImplementedError


def post_system_message(session: Session, conversation_id: str, draft: Draft) -> Message:
    raise NotImplementedError
