"""Noting what reports count, in the transaction that records the bot's answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.database import now, settings_of
from handoff.messages import Draft, MessageKind
from handoff.models.conversation import Conversation
from handoff.models.figures import CallInterest, TurnFact
from handoff.models.message import MessageRow
from handoff.records import find_open_request
from knowledge.vocabulary import load_vocabularies

OUTCOMES: Sequence[str] = ("answered", "calls", "suggested", "offered", "unanswered", "handed_over", "other")
"""How a message to the bot ended: `offered` is a person offered where the bot should not judge, `other` asked for
nothing (a greeting, a step of a form, a verdict)."""
CODED = ("theme", "region", "applicant")
LANGUAGES = ("lv", "en", "ru")
SILENCE = timedelta(hours=12)
"""After so long, what a person writes in the same conversation is a new talk."""


def note_turn(session: Session, conversation: Conversation, message: MessageRow, drafts: Sequence[Draft]) -> None:
    """The conversation must be locked, the drafts recorded. `evidence["about"]` of a draft tells the codes."""
    if any(draft.evidence.get("decision") == "picked" for draft in drafts) and _found_after_all(session, message):
        return
    outcome = find_outcome(drafts)
    fact = _begin_fact(session, conversation, message, outcome)
    for name, value in _find_codes(drafts).items():
        setattr(fact, name, value)
    if outcome == "answered":
        fact.document = _find_document(drafts)
    if outcome == "handed_over":
        request = find_open_request(session, conversation.id)
        fact.request_number = request.number if request else None
    session.add(fact)
    _note_calls(session, conversation, fact.day, drafts)


def find_outcome(drafts: Sequence[Draft]) -> str:
    """The best thing that happened in the turn."""
    happened = {_outcome_of(draft) for draft in drafts}
    order = ("handed_over", "answered", "calls", "suggested", "unanswered", "offered")
    return next((outcome for outcome in order if outcome in happened), "other")


def _outcome_of(draft: Draft) -> str:
    decision = draft.evidence.get("decision")
    if draft.effect is not None and draft.effect.type == "handoff":
        return "other" if decision == "waiting" else "handed_over"
    if draft.kind is MessageKind.CHOICE:
        return {"suggest": "suggested", "offer": "offered"}.get(str(decision), "other")
    kinds = {
        MessageKind.ANSWER: "answered",
        MessageKind.CALLS: "calls",
        MessageKind.CALL: "calls",
        MessageKind.UNANSWERED: "unanswered",
    }
    return kinds.get(draft.kind, "other")


def _begin_fact(session: Session, conversation: Conversation, message: MessageRow, outcome: str) -> TurnFact:
    last = session.execute(
        select(TurnFact.at, TurnFact.talk)
        .where(TurnFact.conversation_id == conversation.id)
        .order_by(TurnFact.at.desc(), TurnFact.talk.desc())
        .limit(1)
    ).first()
    begins = last is None or message.created_at - last[0] > SILENCE
    return TurnFact(
        message_id=message.id,
        conversation_id=conversation.id,
        at=message.created_at,
        day=local_day(session, message.created_at),
        talk=(last[1] if last else 0) + begins,
        begins=begins,
        channel=conversation.channel,
        language=message.locale if message.locale in LANGUAGES else "lv",
        outcome=outcome,
    )


def local_day(session: Session, at: datetime) -> date:
    return at.astimezone(ZoneInfo(settings_of(session).timezone)).date()


def _find_codes(drafts: Sequence[Draft]) -> dict[str, str]:
    """Codes only, whatever the drafts say: a form may hold a person's own words."""
    told: dict[str, Any] = {}
    for source in _tell_about(drafts):
        for name in CODED:
            if str(source.get(name)) in load_vocabularies()[name].terms:
                told.setdefault(name, str(source[name]))
        if source.get("language") in LANGUAGES:
            told.setdefault("language", str(source["language"]))
    return told


def _tell_about(drafts: Sequence[Draft]) -> Iterator[Mapping[str, Any]]:
    """What was said in the message first, then what is known of the person from before."""
    for draft in drafts:
        if isinstance(draft.evidence.get("about"), Mapping):
            yield draft.evidence["about"]
    for draft in drafts:
        if draft.effect is not None and draft.effect.type == "handoff":
            yield {"theme": draft.effect.data.get("topic")}
            if isinstance(draft.effect.data.get("form"), Mapping):
                yield draft.effect.data["form"]


def _find_document(drafts: Sequence[Draft]) -> str | None:
    sources = (source for draft in drafts if draft.kind is MessageKind.ANSWER for source in draft.sources)
    first = next(sources, None)
    return first.document[:120] if first else None


def _found_after_all(session: Session, message: MessageRow) -> bool:
    """What was picked from the suggestions answers the question they were made for."""
    fact = session.scalar(
        select(TurnFact)
        .where(TurnFact.conversation_id == message.conversation_id, TurnFact.at < message.created_at)
        .order_by(TurnFact.at.desc())
        .limit(1)
    )
    if fact is None or fact.outcome != "suggested":
        return False
    fact.outcome = "answered"
    return True


def _note_calls(session: Session, conversation: Conversation, day: date, drafts: Sequence[Draft]) -> None:
    told = list(_find_interests(drafts))
    if not told:
        return
    known = session.execute(
        select(CallInterest.call_id, CallInterest.kind).where(
            CallInterest.conversation_id == conversation.id, CallInterest.day == day
        )
    )
    seen = {(row.call_id, row.kind) for row in known}
    for call_id, kind, title in told:
        if (call_id, kind) not in seen:
            seen.add((call_id, kind))
            session.add(
                CallInterest(conversation_id=conversation.id, day=day, call_id=call_id, kind=kind, title=title)
            )


def _find_interests(drafts: Sequence[Draft]) -> Iterator[tuple[str, str, str]]:
    for draft in drafts:
        if draft.kind in (MessageKind.CALLS, MessageKind.CALL):
            kind = "asked" if draft.kind is MessageKind.CALL else "shown"
            for card in draft.data.get("calls") or ():
                yield str(card.get("id"))[:120], kind, str(card.get("title"))[:300]
        if draft.effect is not None and draft.effect.type == "subscribe" and draft.effect.data.get("call_id"):
            yield str(draft.effect.data["call_id"])[:120], "subscribed", ""


def today(session: Session) -> date:
    return local_day(session, now(session))
