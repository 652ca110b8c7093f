"""Rows of the record and what is seen of them; the one place where a message gets its number.

Every write to a conversation begins with `lock_conversation`: numbers have no gaps and decisions about the owner
are made one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import events
from handoff.database import now
from handoff.errors import NotFound
from handoff.messages import Author, Button, Draft, Message, MessageKind, SourceLink
from handoff.models.conversation import Conversation
from handoff.models.message import MessageRow
from handoff.models.outbox import Outgoing
from handoff.models.request import Request
from handoff.views import ConversationView, Owner


def lock_conversation(session: Session, conversation_id: str) -> Conversation:
    """The row, fresh, held until the transaction ends. Raises NotFound, also for an erased one."""
    row = session.scalar(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.erased_at is not None:
        raise NotFound("no such conversation")
    return row


def find_conversation(session: Session, conversation_id: str) -> Conversation:
    row = session.get(Conversation, conversation_id)
    if row is None or row.erased_at is not None:
        raise NotFound("no such conversation")
    return row


def find_open_request(session: Session, conversation_id: str) -> Request | None:
    return session.scalar(
        select(Request).where(Request.conversation_id == conversation_id, Request.state != "closed")
    )


def view_conversation(session: Session, row: Conversation) -> ConversationView:
    request = find_open_request(session, row.id) if row.owner != Owner.BOT else None
    return ConversationView(
        id=row.id,
        channel=row.channel,
        locale=row.locale,
        owner=Owner(row.owner),
        epoch=row.epoch,
        session_no=row.session_no,
        last_seq=row.last_seq,
        created_at=row.created_at,
        request_number=request.number if request else None,
        external_id=row.external_id,
    )


def view_message(row: MessageRow) -> Message:
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        seq=row.seq,
        author=Author(row.author),
        kind=MessageKind(row.kind),
        text=row.text,
        locale=row.locale,
        created_at=row.created_at,
        buttons=tuple(Button(**button) for button in row.buttons),
        sources=tuple(SourceLink(**source) for source in row.sources),
        data=row.data,
    )


def append_message(
    session: Session,
    conversation: Conversation,
    author: Author,
    draft: Draft,
    *,
    message_id: str | None = None,
    client_id: str | None = None,
    author_id: str | None = None,
    value: str | None = None,
) -> MessageRow:
    """Give the message the next number, and put it into the outbox if its channel has to be told."""
    conversation.last_seq += 1
    conversation.active_at = now(session)
    row = MessageRow(
        id=message_id or str(uuid4()),
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        session_no=conversation.session_no,
        author=str(author),
        author_id=author_id,
        client_id=client_id,
        kind=str(draft.kind),
        text=draft.text,
        value=value,
        locale=draft.locale,
        buttons=[asdict(button) for button in draft.buttons],
        sources=[asdict(source) for source in draft.sources],
        data=dict(draft.data),
        evidence=dict(draft.evidence),
        created_at=now(session),
    )
    session.add(row)
    session.flush()
    if author is not Author.VISITOR:
        _put_into_outbox(session, conversation, row)
    events.note(session, events.conversation_topic(conversation.id))
    return row


def _put_into_outbox(session: Session, conversation: Conversation, row: MessageRow) -> None:
    """A browser reads the record; a channel with addresses has to be sent to."""
    if conversation.external_id is None:
        return
    session.add(
        Outgoing(
            channel=conversation.channel,
            address=conversation.external_id,
            kind="message",
            dedupe=f"message:{row.id}",
            message_id=row.id,
            conversation_id=conversation.id,
            payload={},
            try_at=now(session),
            created_at=now(session),
        )
    )
    events.note(session, events.OUTBOX)


def read_messages(
    session: Session, conversation_id: str, *, after: int = 0, before: int | None = None, limit: int = 500
) -> Sequence[MessageRow]:
    query = select(MessageRow).where(MessageRow.conversation_id == conversation_id, MessageRow.seq > after)
    if before is not None:
        query = query.where(MessageRow.seq < before)
    return session.scalars(query.order_by(MessageRow.seq).limit(limit)).all()


def system_draft(text: str, locale: str, **data: object) -> Draft:
    return Draft(MessageKind.STATUS, text, locale, data=dict(data))
