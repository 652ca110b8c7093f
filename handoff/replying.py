"""A coordinator's word to the visitor. The first one takes the conversation, whatever path it comes by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import clocks, history
from handoff.attachments import StoredFile, attach, describe
from handoff.errors import IllegalMove
from handoff.folding import add_folded
from handoff.intake import message_id_for, take_client_id, take_text
from handoff.messages import Author, Draft, Message, MessageKind, SourceLink
from handoff.models.conversation import Conversation
from handoff.models.message import MessageRow
from handoff.models.request import Request
from handoff.moves import lock_request, take
from handoff.permissions import require_answering, taken
from handoff.reading import mark_request_read
from handoff.records import append_message, view_message
from handoff.views import Actor


def reply(
    session: Session,
    actor: Actor,
    number: int,
    *,
    client_id: str,
    text: str,
    then_wait: bool = False,
    sources: Sequence[SourceLink] = (),
    files: Sequence[StoredFile] = (),
) -> Message:
    """Say something to the visitor, once per client id. The first reply takes the conversation.

    `then_wait`: the visitor is to answer; the clocks stand still until they do. `files` are attached, and may go
    without words. Raises AlreadyClaimed, and IllegalMove for a closed request.
    """
    require_answering(actor)
    said = take_text(session, text, empty_is_fine=bool(files))
    conversation, request = lock_request(session, number)
    known = find_said(session, conversation.id, Author.COORDINATOR, take_client_id(client_id))
    if known is not None:
        return view_message(known)
    _make_mine(session, conversation, request, actor)
    message = append_message(
        session,
        conversation,
        Author.COORDINATOR,
        _draft(said, conversation.locale, actor, sources, files),
        message_id=free_message_id(session, conversation.id, client_id),
        client_id=client_id,
        author_id=actor.id,
    )
    attach(session, message.id, files)
    request.searched = add_folded(request.searched, said)
    clocks.coordinator_spoke(session, request)
    _settle(session, request, actor, then_wait)
    mark_request_read(session, actor.id, request.number, conversation.last_seq)
    return view_message(message)


def _draft(
    said: str, locale: str, actor: Actor, sources: Sequence[SourceLink], files: Sequence[StoredFile]
) -> Draft:
    data: dict[str, Any] = {"name": actor.name}
    if files:
        data["attachments"] = [describe(stored) for stored in files]
        said = "\n\n".join(filter(None, (said, link_files(files))))
    kind = MessageKind.ANSWER if sources else MessageKind.TEXT
    return Draft(kind, said, locale, sources=tuple(sources), data=data)


def link_files(files: Sequence[StoredFile]) -> str:
    """As every channel can show them: the way to each, on our own site (bot.gateway.sent_files)."""
    names = [re.sub(r"[][()*]", " ", stored.name) for stored in files]
    return "\n".join(f"📎 [{name}](/files/{stored.id})" for name, stored in zip(names, files, strict=True))


def _make_mine(session: Session, conversation: Conversation, request: Request, actor: Actor) -> None:
    if request.state == "closed":
        raise IllegalMove("this request is closed; reopen it to reply", state="closed", wanted="claimed")
    if request.state == "new":
        take(session, conversation, request, actor, "taken_over")
    elif request.assignee_id != actor.id:
        raise taken(session, request)


def _settle(session: Session, request: Request, actor: Actor, then_wait: bool) -> None:
    if then_wait:
        history.move(session, request, "waiting", "waiting", actor.id)
        clocks.pause(session, request)
    elif request.state == "waiting":
        history.write(session, request, "replied", actor.id)
    else:
        history.move(session, request, "claimed", "replied", actor.id)


def find_said(session: Session, conversation_id: str, author: Author, client_id: str) -> MessageRow | None:
    return session.scalar(
        select(MessageRow).where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.author == str(author),
            MessageRow.client_id == client_id,
        )
    )


def free_message_id(session: Session, conversation_id: str, client_id: str) -> str:
    """The client's own, unless some other message is called that."""
    wanted = message_id_for(conversation_id, client_id)
    if session.get(MessageRow, wanted) is None:
        return wanted
    return str(uuid5(UUID(conversation_id), f"{client_id}/again"))
