"""The record of a conversation and its single owner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import clocks, events, history, notifying, ratings, tokens, tracing
from handoff.database import now
from handoff.errors import Invalid
from handoff.folding import add_folded
from handoff.intake import take_client_id, take_locale, take_page, take_text
from handoff.messages import Author, Draft, Message, MessageKind
from handoff.models.base import clean_text
from handoff.models.conversation import Conversation
from handoff.models.message import MessageRow, TurnRow
from handoff.records import (
    append_message,
    find_conversation,
    find_open_request,
    lock_conversation,
    read_messages,
    view_conversation,
    view_message,
)
from handoff.replying import find_said, free_message_id
from handoff.turns import finish_turn, next_turns, turns_wait
from handoff.views import ConversationView, Owner, Recorded, Turn

__all__ = [
    "ConversationView",
    "Owner",
    "Recorded",
    "Turn",
    "authenticate",
    "find_conversation_at",
    "finish_turn",
    "get_conversation",
    "list_messages",
    "next_turns",
    "open_conversation",
    "post_bot_message",
    "post_system_message",
    "record_visitor_message",
    "turns_wait",
]


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
    """Start a conversation; its token is returned once and kept only as a hash. Consent is its text's version.

    `external_id` is the person's address on a channel that has addresses. Raises Invalid without consent.
    """
    if not consent.strip():
        raise Invalid("the person has to agree first", field="consent", reason="missing")
    moment = now(session)
    row = Conversation(
        id=str(uuid4()),
        channel=channel,
        external_id=external_id,
        locale=take_locale(locale),
        page=take_page(page),
        consent=clean_text(consent)[:40],
        consented_at=moment,
        owner=str(Owner.BOT),
        epoch=1,
        session_no=1,
        last_seq=0,
        started_seq=0,
        created_at=moment,
        active_at=moment,
        hold=False,
    )
    session.add(row)
    session.flush()
    for draft in greeting:
        append_message(session, row, Author.BOT, draft)
    return view_conversation(session, row), tokens.issue(session, row.id)


def authenticate(session: Session, conversation_id: str, token: str) -> ConversationView:
    """Raises NotFound for a wrong token, an expired one and an unknown conversation alike."""
    tokens.check(session, conversation_id, token)
    return get_conversation(session, conversation_id)


def get_conversation(session: Session, conversation_id: str) -> ConversationView:
    return view_conversation(session, find_conversation(session, conversation_id))


def find_conversation_at(session: Session, channel: str, external_id: str) -> ConversationView | None:
    """The conversation with this address on a channel, if there is one."""
    row = session.scalar(
        select(Conversation).where(Conversation.channel == channel, Conversation.external_id == external_id)
    )
    return view_conversation(session, row) if row is not None and row.erased_at is None else None


def list_messages(session: Session, conversation_id: str, *, after: int = 0, limit: int = 500) -> list[Message]:
    """In order of `seq`. Coordinators' internal notes are not messages and never here."""
    return [view_message(row) for row in read_messages(session, conversation_id, after=after, limit=limit)]


def record_visitor_message(
    session: Session,
    conversation_id: str,
    *,
    client_id: str,
    text: str,
    value: str | None = None,
    trusted: bool = False,
    for_person: bool = False,
    data: dict[str, Any] | None = None,
) -> Recorded:
    """Write what the visitor said, once per client id, and mark it as a turn if the bot is to answer it.

    Owner bot or queue: the turn waits for the bot. Owner coordinator: nobody but the coordinator answers; a
    request that waited for the visitor is claimed again. Personal codes are masked before they are stored.
    A pressed button (`value`) may come without text: its title is what was said.

    Raises Invalid for a value that was not offered here, for text that is empty or too long.

    `trusted`: the value is a command's or a link's, which no button had to offer. `for_person`: something that
    only a person can make use of, such as a picture; the bot is not asked, as it is not of a rating. `data`
    describes it (`attachments`).
    """
    conversation = lock_conversation(session, conversation_id)
    known = find_said(session, conversation_id, Author.VISITOR, take_client_id(client_id))
    if known is not None:
        return Recorded(view_message(known), view_conversation(session, conversation), duplicate=True)
    said = take_text(session, text, empty_is_fine=value is not None)
    if value is not None and not trusted:
        title = find_offered_title(session, conversation_id, value)
        said = said or title
    row = append_message(
        session,
        conversation,
        Author.VISITOR,
        Draft(MessageKind.TEXT, said, conversation.locale, data=data or {}),
        message_id=free_message_id(session, conversation_id, client_id),
        client_id=client_id,
        value=value,
    )
    if ratings.is_rating(value):
        ratings.take(session, conversation, row)
        return Recorded(view_message(row), view_conversation(session, conversation), duplicate=False)
    if conversation.owner != Owner.COORDINATOR and not for_person:
        _add_turn(session, row)
    if conversation.owner != Owner.BOT:
        _tell_request(session, conversation, row)
    return Recorded(view_message(row), view_conversation(session, conversation), duplicate=False)


def find_offered_title(session: Session, conversation_id: str, value: str) -> str:
    """The title of the button that had this value. Raises Invalid if none had."""
    offers = session.scalars(
        select(MessageRow.buttons)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.author != "visitor")
        .order_by(MessageRow.seq.desc())
        .limit(1000)
    )
    for buttons in offers:
        for button in buttons:
            if button["value"] == value:
                return str(button["title"])
    raise Invalid("this was not offered here", field="value", reason="not_offered")


def _add_turn(session: Session, row: MessageRow) -> None:
    session.add(
        TurnRow(
            message_id=row.id,
            conversation_id=row.conversation_id,
            seq=row.seq,
            state="waiting",
            attempts=0,
            request_id=tracing.request_id.get(),
            created_at=row.created_at,
        )
    )
    events.note(session, events.TURNS)


def _tell_request(session: Session, conversation: Conversation, row: MessageRow) -> None:
    """Whoever has the request, or is to take it, hears of the message; a request that waited goes on."""
    request = find_open_request(session, conversation.id)
    if request is None:
        return
    request.searched = add_folded(request.searched, row.text)
    if request.state == "waiting":
        history.move(session, request, "claimed", "visitor_wrote", "visitor")
    clocks.visitor_spoke(session, request)
    request.updated_at = now(session)
    notifying.visitor_wrote(session, request, row.seq)
    events.note(session, events.REQUESTS)


def post_system_message(session: Session, conversation_id: str, draft: Draft) -> Message:
    conversation = lock_conversation(session, conversation_id)
    return view_message(append_message(session, conversation, Author.SYSTEM, draft))


def post_bot_message(session: Session, conversation_id: str, draft: Draft) -> Message | None:
    """Something the bot says unasked, such as news of a call. None, and nothing said, while a coordinator has
    the conversation: the bot does not speak then."""
    conversation = lock_conversation(session, conversation_id)
    if conversation.owner == Owner.COORDINATOR:
        return None
    return view_message(append_message(session, conversation, Author.BOT, draft))
