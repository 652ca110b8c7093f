"""A coordinator changes what they wrote: the visitor sees the new words, colleagues the old ones too."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import events, history
from handoff.database import now
from handoff.errors import IllegalMove, NotAllowed, NotFound
from handoff.folding import add_folded
from handoff.intake import take_text
from handoff.messages import Author, Message
from handoff.models.conversation import Conversation
from handoff.models.desk import MessageEdit
from handoff.models.message import MessageRow
from handoff.moves import lock_request
from handoff.permissions import require_answering
from handoff.records import view_message
from handoff.views import Actor


def may_edit(conversation: Conversation) -> bool:
    """Only where the visitor reads the record itself: what was sent to a chat or by mail is there to stay."""
    return conversation.external_id is None


def edit_reply(session: Session, actor: Actor, number: int, message_id: str, text: str) -> Message:
    """Put other words in place of one's own. Raises NotFound, NotAllowed for a colleague's, and IllegalMove for a
    closed request and for a channel that does not allow it."""
    require_answering(actor)
    said = take_text(session, text)
    conversation, request = lock_request(session, number)
    row = session.get(MessageRow, message_id)
    if row is None or row.conversation_id != conversation.id or row.author != Author.COORDINATOR:
        raise NotFound("no such reply")
    if row.author_id != actor.id:
        raise NotAllowed("only whoever wrote a reply changes it", reason="not_yours")
    if request.state == "closed" or row.seq <= request.opened_seq:
        raise IllegalMove("this request is closed; its replies stay as they are", state="closed")
    if not may_edit(conversation):
        raise IllegalMove("what was sent to this channel cannot be changed", reason="channel")
    if said == row.text:
        return view_message(row)
    session.add(MessageEdit(message_id=row.id, text=row.text, at=now(session)))
    row.text, row.edited_at, row.data = said, now(session), {**row.data, "edited": True}
    request.searched = add_folded(request.searched, said)
    history.write(session, request, "reply_edited", actor.id)
    events.note(session, events.conversation_topic(conversation.id))
    return view_message(row)


def list_edited(session: Session, conversation_id: str, since: datetime) -> list[Message]:
    """Replies that were changed from then on, as they are now."""
    rows = session.scalars(
        select(MessageRow)
        .where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.author == str(Author.COORDINATOR),
            MessageRow.edited_at >= since,
        )
        .order_by(MessageRow.seq)
    )
    return [view_message(row) for row in rows]


def list_edits(session: Session, message_ids: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """By message id, what it said before: {text, at}, oldest first."""
    rows = session.scalars(
        select(MessageEdit).where(MessageEdit.message_id.in_(message_ids)).order_by(MessageEdit.id)
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.message_id, []).append({"text": row.text, "at": row.at})
    return found
