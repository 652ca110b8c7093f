"""Pages of a list in one message of the chat: each page is a message of the record, shown in the other's place."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.channels.telegram.keyboards import Row, own_button
from bot.channels.telegram.people import CHANNEL
from bot.channels.telegram.rendering import Part, render
from bot.wording import say
from handoff import chats
from handoff.chats import get_message
from handoff.messages import Message

MORE = "more"


def turn(session: Session, chat: str, reference: int, place: int, base_url: str) -> Part:
    """The page at `place` (from 0) of the message `reference`. Raises IndexError for a page it never had."""
    ids = chats.list_pages(session, CHANNEL, chat, reference)
    if place < 0:
        raise IndexError(place)
    return draw(get_message(session, ids[place]), place, len(ids), base_url)


def draw(message: Message, place: int, pages: int, base_url: str) -> Part:
    """With the way to its neighbours; the bot is asked for more only from the last page."""
    row: Row = []
    if place > 0:
        row.append(own_button(say(message.locale, "telegram.earlier"), "page", place - 1))
    if place < pages - 1:
        row.append(own_button(say(message.locale, "telegram.later"), "page", place + 1))
        message = without_more(message)
    parts = render(message, base_url, above=[row])
    return replace(parts[0], keyboard=parts[-1].keyboard)


def without_more(message: Message) -> Message:
    kept = tuple(button for button in message.buttons if button.value.partition(":")[0] != MORE)
    return replace(message, buttons=kept)
