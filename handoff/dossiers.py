"""The dossier: everything a coordinator needs to go on without asking again. Reading it is put on record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.assignment import find_language, list_languages
from handoff.editing import list_edits, may_edit
from handoff.errors import NotFound
from handoff.held import list_held
from handoff.history import list_events
from handoff.listing import mask_summary, view_request, view_requests
from handoff.models.conversation import Conversation
from handoff.models.coordinator import Coordinator
from handoff.models.message import Feedback, MessageRow
from handoff.models.request import Request, RequestRead
from handoff.notes import describe_note, list_notes
from handoff.opinions import find_opinion
from handoff.outbox import delivery_states
from handoff.owners import list_owner_changes
from handoff.permissions import require_answering
from handoff.reading import mark_request_read
from handoff.records import view_message
from handoff.views import Actor, Dossier, RequestView

MOST_MESSAGES = 1000
MOST_EARLIER = 20


def get_dossier(session: Session, actor: Actor, number: int) -> Dossier:
    """Reading is written into the audit trail (`audit.record_reading`) and marks what was read: this needs a write
    transaction."""
    require_answering(actor)
    request = session.get(Request, number)
    if request is None:
        raise NotFound("no such request")
    audit.record_reading(session, actor.id, "request.read", f"request:{number}")
    conversation = session.get_one(Conversation, request.conversation_id)
    rows = read_last(session, request.conversation_id)
    read = session.get(RequestRead, (number, actor.id))
    read_seq = read.seq if read else 0
    mark_request_read(session, actor.id, number, conversation.last_seq)
    view = view_request(session, request, actor)
    names = {one.id: one.name for one in session.scalars(select(Coordinator))}
    return Dossier(
        request=view,
        form=request.form,
        messages=tuple(view_message(row) for row in rows),
        evidence=gather_evidence(session, rows),
        notes=tuple(describe_note(note, names) for note in list_notes(session, number)),
        history=tell_history(session, request, names),
        earlier=find_earlier(session, actor, request, conversation),
        page=conversation.page,
        suggested=view.suggested,
        language=find_language(session, request),
        suggested_languages=find_suggested_languages(session, request),
        opinion=find_opinion(session, request),
        held=tuple(list_held(session, number)),
        read_seq=read_seq,
        owned_ids=find_editable(conversation, request, rows, actor),
    )


def find_suggested_languages(session: Session, request: Request) -> tuple[str, ...]:
    suggested = session.get(Coordinator, request.suggested_id) if request.suggested_id else None
    return list_languages(suggested) if suggested else ()


def find_editable(
    conversation: Conversation, request: Request, rows: Sequence[MessageRow], actor: Actor
) -> frozenset[str]:
    if request.state == "closed" or not may_edit(conversation):
        return frozenset()
    return frozenset(row.id for row in rows if row.author_id == actor.id and row.seq > request.opened_seq)


def read_last(session: Session, conversation_id: str) -> Sequence[MessageRow]:
    newest = session.scalars(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id)
        .order_by(MessageRow.seq.desc())
        .limit(MOST_MESSAGES)
    ).all()
    return newest[::-1]


def gather_evidence(session: Session, rows: Sequence[MessageRow]) -> dict[str, dict[str, Any]]:
    """What was understood, what was shown with which scores, what people thought of it, whether it arrived."""
    sent = delivery_states(session, [row.id for row in rows])
    verdicts = _find_verdicts(session, [row.id for row in rows])
    edits = list_edits(session, [row.id for row in rows])
    gathered: dict[str, dict[str, Any]] = {}
    for row in rows:
        told: dict[str, Any] = dict(row.evidence)
        if row.intent is not None:
            told |= {"intent": row.intent, "confidence": row.intent_confidence}
        if row.sources:
            told["passages"] = [
                {"title": source["title"], "url": source["url"], "score": source["score"]}
                for source in row.sources
            ]
        if row.id in sent:
            told["delivery"] = sent[row.id]
        if row.id in verdicts:
            told["feedback"] = verdicts[row.id]
        if row.id in edits:
            told["edits"] = edits[row.id]
        if told:
            gathered[row.id] = told
    return gathered


def _find_verdicts(session: Session, message_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = session.scalars(select(Feedback).where(Feedback.message_id.in_(message_ids)))
    return {str(row.message_id): {"helpful": row.helpful, "reason": row.reason} for row in rows}


def tell_history(session: Session, request: Request, names: dict[str, str]) -> tuple[dict[str, Any], ...]:
    """Moves of the request and changes of owner, in order; `actor` is a name, or visitor, bot, system."""
    told: list[dict[str, Any]] = [
        {
            "at": event.at,
            "actor": names.get(event.actor, event.actor),
            "action": event.action,
            "before": event.before,
            "after": event.after,
            "details": {key: names.get(str(value), value) for key, value in event.details.items()},
        }
        for event in list_events(session, request.number)
    ]
    told += [
        {
            "at": change.at,
            "actor": names.get(change.actor, change.actor),
            "action": "owner",
            "before": change.before,
            "after": change.after,
            "details": {"epoch": change.epoch, "reason": change.reason},
        }
        for change in list_owner_changes(session, request.conversation_id)
        if change.at >= request.created_at
    ]
    return tuple(sorted(told, key=lambda entry: entry["at"]))


def find_earlier(
    session: Session, actor: Actor, request: Request, conversation: Conversation
) -> tuple[RequestView, ...]:
    """Requests before this one, in this conversation and in others the person has proved to be theirs."""
    same = Request.conversation_id == conversation.id
    if conversation.person_id is not None:
        theirs = select(Conversation.id).where(Conversation.person_id == conversation.person_id)
        same = or_(same, Request.conversation_id.in_(theirs))
    numbers = session.scalars(
        select(Request.number)
        .where(same, Request.number < request.number)
        .order_by(Request.number.desc())
        .limit(MOST_EARLIER)
    ).all()
    return tuple(map(mask_summary, view_requests(session, numbers, actor))) if numbers else ()
