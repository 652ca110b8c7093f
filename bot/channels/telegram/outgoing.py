"""The channel's own menus on their way out: a row of the outbox like everything else, so never lost or doubled."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from telegram import InlineKeyboardMarkup

from bot.channels.telegram.people import CHANNEL
from bot.channels.telegram.rendering import Part
from bot.channels.telegram.subscription_menu import Screen
from bot.channels.telegram.text import read_markdown, split_blocks, write_html, write_plain
from handoff import outbox

SCREEN = "screen"


def post(session: Session, chat_id: int | str, screen: Screen, *, key: str) -> None:
    """Have the screen sent as a new message, once for each `key` in the chat."""
    outbox.put(session, CHANNEL, str(chat_id), SCREEN, f"{SCREEN}:{chat_id}:{key}", pack_screen(screen))


def pack_screen(screen: Screen) -> dict[str, Any]:
    keyboard = screen.keyboard
    return {"text": screen.text, "keyboard": keyboard.to_dict() if keyboard else None}


def unpack_screen(payload: dict[str, Any], base_url: str) -> list[Part]:
    keyboard = InlineKeyboardMarkup.de_json(payload["keyboard"], None) if payload.get("keyboard") else None
    return write_text(str(payload["text"]), keyboard, base_url)


def write_screen(screen: Screen, base_url: str) -> Part:
    """For editing: a message that is changed in place is one part, and our menus are short."""
    return write_text(screen.text, screen.keyboard, base_url)[-1]


def write_text(text: str, keyboard: InlineKeyboardMarkup | None, base_url: str) -> list[Part]:
    parts = split_blocks(read_markdown(text, base_url))
    made = [Part(write_html(part), write_plain(part)) for part in parts]
    return [*made[:-1], Part(made[-1].html, made[-1].fallback, keyboard)]
