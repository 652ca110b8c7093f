"""What is kept of a person, as a file in their chat: made when it leaves, so that no copy waits in the outbox."""

from __future__ import annotations

import json

from sqlalchemy.orm import Session

from bot.channels.telegram.people import CHANNEL
from bot.channels.telegram.rendering import File, Part
from bot.wording import say
from handoff import outbox
from handoff.conversations import ConversationView
from handoff.errors import NotFound
from handoff.exporting import export_conversation
from handoff.outbox import Delivery

KIND, COMMAND = "personal_data", "data"
NAME = {"lv": "mani-dati.json", "en": "my-data.json"}
LARGEST = 45 * 1024 * 1024
"""Bytes; Telegram takes 50 MB from a bot."""


def ask(session: Session, chat_id: int, conversation: ConversationView, *, key: str) -> None:
    """Erasing the conversation takes the row back with it."""
    payload = {"conversation": conversation.id, "locale": conversation.locale}
    dedupe = f"{KIND}:{chat_id}:{key}"
    outbox.put(session, CHANNEL, str(chat_id), KIND, dedupe, payload, conversation_id=conversation.id)


def make_parts(session: Session, row: Delivery) -> list[Part]:
    """That it was given out is put on record, so this needs a write transaction."""
    locale = str(row.payload.get("locale") or "lv")
    try:
        told = export_conversation(session, str(row.payload.get("conversation")))
    except NotFound:
        return [tell(locale, "data.nothing")]
    body = json.dumps(told, ensure_ascii=False, indent=1).encode()
    if len(body) > LARGEST:
        return [tell(locale, "data.too_large")]
    return [tell(locale, "data.file", File(NAME[locale], body))]


def tell(locale: str, key: str, file: File | None = None) -> Part:
    text = say(locale, f"telegram.{key}")
    return Part(text, text, file=file)
