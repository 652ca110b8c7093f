"""What a row of the outbox shows in a chat, and what of it is there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.channels.telegram import personal_data, staff
from bot.channels.telegram.keyboards import Row, own_button
from bot.channels.telegram.outgoing import unpack_screen
from bot.channels.telegram.pages import draw
from bot.channels.telegram.people import CHANNEL
from bot.channels.telegram.rendering import Part, render
from bot.wording import say
from handoff import chats
from handoff.messages import Message, MessageKind
from handoff.outbox import Delivery


@dataclass(frozen=True, slots=True)
class Content:
    """`left` are the parts still to be sent, with their places. `edits`: the message whose place it takes."""

    parts: Sequence[Part]
    left: Sequence[tuple[int, Part]]
    edits: int | None = None


def load_content(session: Session, row: Delivery, base_url: str) -> Content:
    if row.message is None:
        parts = load_screen(session, row, base_url)
        return Content(parts, list(enumerate(parts)))
    message = row.message
    edits = find_place(session, row, message)
    if edits is not None:
        pages = chats.list_pages(session, CHANNEL, row.address, edits)
        part = draw(message, len(pages), len(pages) + 1, base_url)
        return Content([part], [(0, part)], edits)
    parts = render(message, base_url, above=rows_above(message))
    shown = {part.part for part in chats.list_shown(session, message.id)}
    return Content(parts, [(place, part) for place, part in enumerate(parts) if place not in shown])


def load_screen(session: Session, row: Delivery, base_url: str) -> list[Part]:
    if row.kind == "notification":
        return staff.show_notification(session, row, base_url)
    if row.kind == personal_data.KIND:
        return personal_data.make_parts(session, row)
    return unpack_screen(row.payload, base_url)


def find_place(session: Session, row: Delivery, message: Message) -> int | None:
    """A list that was asked for with "more" is shown in place of the one before."""
    if row.attempts > 1:
        return None
    asked = chats.take_edits_next(session, CHANNEL, row.address)
    return asked if message.kind is MessageKind.CALLS else None


def rows_above(message: Message) -> list[Row]:
    """Under news of calls: the subscriptions, and the way out in one tap."""
    if not message.data.get("notice"):
        return []
    return [
        [
            own_button(say(message.locale, "notices.settings"), "mysubs"),
            own_button(say(message.locale, "notices.end_all"), "stop"),
        ]
    ]
