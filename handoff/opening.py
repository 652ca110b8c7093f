"""A request begins: the conversation goes to the queue, and whoever can answer is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from handoff import assignment, clocks, history, notifying
from handoff.database import now
from handoff.masking import mask_personal_codes
from handoff.models.base import clean_text
from handoff.models.conversation import Conversation
from handoff.models.request import Request
from handoff.owners import change_owner
from handoff.records import find_open_request
from handoff.views import REASONS, Owner

LONGEST_SUMMARY = 1000
LONGEST_ANSWER = 2000


def open_request(
    session: Session,
    conversation: Conversation,
    *,
    reason: str,
    topic: str | None = None,
    summary: str = "",
    form: Mapping[str, Any] | None = None,
    language: str | None = None,
    actor: str = "bot",
) -> tuple[Request, bool]:
    """The conversation's request, and whether it is a new one: while one is open, no other begins.

    The conversation must be locked. `language` is the one it was asked in, if that is known.
    """
    existing = find_open_request(session, conversation.id)
    if existing is not None:
        _add_what_is_new(existing, topic, form)
        return existing, False
    change_owner(session, conversation, Owner.QUEUE, actor=actor, reason=reason)
    request = Request(
        conversation_id=conversation.id,
        session_no=conversation.session_no,
        opened_seq=conversation.last_seq,
        state="new",
        reason=reason if reason in REASONS else "asked",
        topic=topic[:40] if topic else None,
        summary=mask_personal_codes(clean_text(summary))[:LONGEST_SUMMARY],
        form=mask_form(form or {}),
        locale=conversation.locale,
        channel=conversation.channel,
        created_at=now(session),
        updated_at=now(session),
        queued_at=now(session),
        active_minutes=0.0,
        remind_note="",
        taken_back=0,
        hold=False,
    )
    session.add(request)
    session.flush()
    clocks.start(session, request)
    history.write(session, request, "opened", actor, after="new", reason=request.reason)
    assignment.suggest(session, request, language=language)
    notifying.request_opened(session, request)
    return request, True


def _add_what_is_new(request: Request, topic: str | None, form: Mapping[str, Any] | None) -> None:
    """A form filled in while waiting completes the request."""
    request.topic = request.topic or (topic[:40] if topic else None)
    if form:
        request.form = {**request.form, **mask_form(form)}


def mask_form(form: Mapping[str, Any]) -> dict[str, Any]:
    return {
        str(key)[:60]: mask_personal_codes(clean_text(told))[:LONGEST_ANSWER] if isinstance(told, str) else told
        for key, told in list(form.items())[:40]
    }
