"""Chats on channels that have them: can they be reached, and which of their messages shows what of the record."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handoff.database import now
from handoff.errors import NotFound
from handoff.messages import Message
from handoff.models.channel import Chat, ShownMessage
from handoff.models.conversation import Conversation
from handoff.models.message import MessageRow
from handoff.records import view_message


@dataclass(frozen=True, slots=True)
class ShownPart:
    """`reference` is the chat's own id of the message that shows part number `part`."""

    part: int
    reference: int


def find_chat(session: Session, channel: str, address: str) -> Chat | None:
    return session.scalar(select(Chat).where(Chat.channel == channel, Chat.address == address))


def get_or_make_chat(session: Session, channel: str, address: str) -> Chat:
    row = find_chat(session, channel, address)
    if row is None:
        row = Chat(channel=channel, address=address)
        session.add(row)
        session.flush()
    return row


def open_chat(session: Session, channel: str, address: str) -> None:
    """The person writes, so they can be reached (again)."""
    row = get_or_make_chat(session, channel, address)
    row.closed_at = row.closed_reason = None


def close_chat(session: Session, channel: str, address: str, reason: str) -> None:
    """They cannot be reached, because of `reason` (`blocked`, `deactivated`, …)."""
    row = get_or_make_chat(session, channel, address)
    row.closed_at, row.closed_reason = now(session), reason


def closed_reason(session: Session, channel: str, address: str) -> str | None:
    row = find_chat(session, channel, address)
    return row.closed_reason if row else None


def move_chat(session: Session, channel: str, old: str, new: str) -> None:
    """The chat goes on under another address (a group that was upgraded)."""
    if find_chat(session, channel, new) is None:
        session.execute(update(Chat).where(Chat.channel == channel, Chat.address == old).values(address=new))
    taken = session.scalar(
        select(Conversation.id).where(Conversation.channel == channel, Conversation.external_id == new)
    )
    if taken is None:
        session.execute(
            update(Conversation)
            .where(Conversation.channel == channel, Conversation.external_id == old)
            .values(external_id=new)
        )


def set_edits_next(session: Session, channel: str, address: str, reference: int) -> None:
    """What the bot says next in this chat takes the place of that message."""
    get_or_make_chat(session, channel, address).edits_next = reference


def take_edits_next(session: Session, channel: str, address: str) -> int | None:
    row = find_chat(session, channel, address)
    if row is None or row.edits_next is None:
        return None
    reference, row.edits_next = row.edits_next, None
    return reference


def note_incoming(session: Session, channel: str, address: str, reference: int, message_id: str) -> None:
    if find_incoming(session, channel, address, reference) is None:
        session.add(
            ShownMessage(channel=channel, chat=address, reference=reference, message_id=message_id, outgoing=False)
        )


def find_incoming(session: Session, channel: str, address: str, reference: int) -> str | None:
    """The recorded message that a chat's message became."""
    return session.scalar(
        select(ShownMessage.message_id).where(
            ShownMessage.channel == channel,
            ShownMessage.chat == address,
            ShownMessage.reference == reference,
            ShownMessage.outgoing.is_(False),
        )
    )


def note_shown(
    session: Session, channel: str, address: str, message_id: str, *, part: int, reference: int
) -> None:
    """Once for each part: where it was shown first counts."""
    if part in {shown.part for shown in list_shown(session, message_id)}:
        return
    session.add(
        ShownMessage(
            channel=channel, chat=address, reference=reference, message_id=message_id, part=part, outgoing=True
        )
    )


def list_shown(session: Session, message_id: str) -> list[ShownPart]:
    """The parts of a recorded message that are in the chat already."""
    rows = session.scalars(
        select(ShownMessage)
        .where(ShownMessage.message_id == message_id, ShownMessage.outgoing.is_(True))
        .order_by(ShownMessage.part)
    )
    return [ShownPart(row.part, row.reference) for row in rows]


def list_pages(session: Session, channel: str, address: str, reference: int) -> list[str]:
    """Ids of the recorded messages that one message of the chat has shown, in order of `seq`."""
    rows = session.scalars(
        select(MessageRow.id)
        .join(ShownMessage, ShownMessage.message_id == MessageRow.id)
        .where(
            ShownMessage.channel == channel,
            ShownMessage.chat == address,
            ShownMessage.reference == reference,
            ShownMessage.outgoing.is_(True),
            ShownMessage.part == 0,
        )
        .order_by(MessageRow.seq)
    )
    return list(rows)


def find_conversation_shown(session: Session, channel: str, address: str, reference: int) -> str | None:
    """The conversation that a message of the chat belongs to."""
    return session.scalar(
        select(MessageRow.conversation_id)
        .join(ShownMessage, ShownMessage.message_id == MessageRow.id)
        .where(ShownMessage.channel == channel, ShownMessage.chat == address, ShownMessage.reference == reference)
        .limit(1)
    )


def get_message(session: Session, message_id: str) -> Message:
    """Raises NotFound."""
    row = session.get(MessageRow, message_id)
    if row is None:
        raise NotFound("no such message")
    return view_message(row)
