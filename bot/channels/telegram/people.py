"""Who writes from which chat: their conversation, their language, and what becomes of both."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session
from telegram import User

from bot.replies.smalltalk import greeting
from bot.settings import Settings
from handoff.conversations import (
    ConversationView,
    Recorded,
    find_conversation_at,
    open_conversation,
    record_visitor_message,
)

CHANNEL = "telegram"
CONSENT = "telegram-2026-11"
"""Version of what the greeting says of privacy. Writing on after it is the consent."""
LONGEST_TEXT = 4000
OURS = uuid.UUID("6a3f8c1e-52a5-4b0e-9d57-0c6f1b9d2e11")


def client_id(*parts: object) -> str:
    """The same id for the same message, however often Telegram sends it."""
    return str(uuid.uuid5(OURS, ":".join(str(part) for part in parts)))


def choose_locale(user: User | None, settings: Settings) -> str:
    """Of what the person's Telegram speaks; only lv and en are spoken here."""
    spoken = (user.language_code or "") if user else ""
    if spoken.startswith("lv"):
        return "lv"
    return "en" if spoken.startswith("en") else settings.locale


def find_conversation(session: Session, chat_id: int) -> ConversationView | None:
    return find_conversation_at(session, CHANNEL, str(chat_id))


def ensure_conversation(session: Session, chat_id: int, locale: str, page: str | None = None) -> ConversationView:
    """The chat's conversation, begun with the greeting if there is none."""
    found = find_conversation(session, chat_id)
    if found is not None:
        return found
    begun, _ = open_conversation(
        session,
        channel=CHANNEL,
        locale=locale,
        consent=CONSENT,
        page=page,
        greeting=greeting(locale),
        external_id=str(chat_id),
    )
    return begun


def record(
    session: Session,
    conversation: ConversationView,
    key: str,
    text: str,
    *,
    value: str | None = None,
    trusted: bool = False,
) -> Recorded:
    """`trusted`: the value is a command's or a link's, which no button in the conversation has offered."""
    return record_visitor_message(session, conversation.id, client_id=key, text=text, value=value, trusted=trusted)
