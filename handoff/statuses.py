"""What the system itself tells the visitor when the conversation changes hands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from handoff.database import word
from handoff.messages import Author, Button
from handoff.models.conversation import Conversation
from handoff.models.message import MessageRow
from handoff.models.request import Request
from handoff.records import append_message, system_draft
from handoff.waiting import describe_request, request_facts


def tell(
    session: Session,
    conversation: Conversation,
    request: Request,
    event: str,
    *,
    question: tuple[str, tuple[Button, ...]] = ("", ()),
    **more: Any,
) -> MessageRow:
    """A status message: `data.event`, `data.owner`, `data.request`. Call it after the move. `question` is asked at
    its end, with buttons to answer it."""
    described = describe_request(session, request, conversation.locale)
    facts = {**request_facts(described), "outcome": request.outcome, **more}
    text = word(session, conversation.locale, event, **facts)
    draft = system_draft(
        text, conversation.locale, event=event, owner=conversation.owner, request=described, **more
    )
    asked, buttons = question
    if asked:
        draft = replace(draft, text=f"{text}\n\n{asked}", buttons=buttons)
    return append_message(session, conversation, Author.SYSTEM, draft)
