"""What a person sets anew in their own conversation: a word, the language, the place where it goes on."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit, events, tokens
from handoff.database import now
from handoff.intake import take_locale, take_text
from handoff.messages import Author
from handoff.models.conversation import Conversation
from handoff.models.message import MessageRow
from handoff.records import find_open_request, lock_conversation, view_conversation
from handoff.views import ConversationView


def edit_visitor_message(session: Session, message_id: str, *, text: str) -> bool:
    """Change what a visitor said, in the record and in the coordinator's view; nobody is asked anew.

    False if there is no such message of a visitor's, or it says that already. Raises Invalid.
    """
    row = session.get(MessageRow, message_id)
    if row is None or row.author != Author.VISITOR:
        return False
    lock_conversation(session, row.conversation_id)
    said = take_text(session, text)
    if said == row.text:
        return False
    row.text, row.edited_at = said, now(session)
    row.data = {**row.data, "edited": True}
    events.note(session, events.conversation_topic(row.conversation_id), events.REQUESTS)
    return True


def set_locale(session: Session, conversation_id: str, locale: str) -> ConversationView:
    """Raises Invalid for a language that is not spoken here."""
    conversation = lock_conversation(session, conversation_id)
    conversation.locale = take_locale(locale)
    request = find_open_request(session, conversation.id)
    if request is not None:
        request.locale = conversation.locale
    return view_conversation(session, conversation)


def continue_at(session: Session, code: str, *, channel: str, external_id: str) -> tuple[ConversationView, bool]:
    """The conversation of a one-time code goes on at this address; what was there before is left without one.

    Where a person is waited for at the address already, nothing moves (False): the two conversations are only
    known to be one person's. Raises NotFound for a code that is wrong, used or too old.
    """
    conversation = tokens.use(session, code)
    there = session.scalar(
        select(Conversation).where(Conversation.channel == channel, Conversation.external_id == external_id)
    )
    if there is not None and there.id != conversation.id:
        tokens.join(session, lock_conversation(session, there.id), conversation)
        if find_open_request(session, there.id) is not None:
            return view_conversation(session, there), False
        there.external_id = None
        session.flush()
    conversation.channel, conversation.external_id = channel, external_id
    audit.record(session, audit.VISITOR, "conversation.moved", f"conversation:{conversation.id}", channel=channel)
    events.note(session, events.conversation_topic(conversation.id), events.REQUESTS)
    return view_conversation(session, conversation), True
