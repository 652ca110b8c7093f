"""What the bot wants done with a conversation, done in the transaction that records its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from handoff import moves
from handoff.database import word
from handoff.errors import Invalid
from handoff.feedback import record_verdict
from handoff.figures import LANGUAGES
from handoff.folding import add_folded
from handoff.held import keep_answers
from handoff.intake import take_locale
from handoff.messages import Draft, MessageKind
from handoff.models.conversation import Conversation
from handoff.models.message import MessageRow
from handoff.notices import Wish
from handoff.opening import open_request
from handoff.records import find_open_request
from handoff.subscriptions import MOST, end_all, subscribe
from handoff.waiting import describe_request, request_facts

After = Callable[[], None]
Applied = tuple[Draft, After | None]
"""The draft as it is recorded, and what remains to be done once it is."""


def apply_effect(session: Session, conversation: Conversation, draft: Draft) -> Applied:
    """The conversation must be locked. Raises Invalid for an effect nobody knows."""
    if draft.effect is None:
        return draft, None
    apply = EFFECTS.get(draft.effect.type)
    if apply is None:
        raise Invalid(f"no such effect: {draft.effect.type}", field="effect", reason="unknown")
    return apply(session, conversation, draft, draft.effect.data)


def hand_over(session: Session, conversation: Conversation, draft: Draft, data: dict[str, Any]) -> Applied:
    """Opens the request, or tells of the one there is; the message says what to expect."""
    request, is_new = open_request(
        session,
        conversation,
        reason=str(data.get("reason") or "asked"),
        topic=data.get("topic"),
        summary=str(data.get("summary") or ""),
        form=data.get("form") if isinstance(data.get("form"), dict) else None,
        language=_language_of(draft),
    )
    if is_new:
        said = session.scalars(_last_words(conversation)).all()
        request.summary = request.summary or (said[0][:400] if said else "")
        request.searched = add_folded("", request.summary, *_form_texts(request.form), *reversed(said))
    described = describe_request(session, request, conversation.locale)
    expectation = word(session, draft.locale, "opened" if is_new else "still_open", **request_facts(described))
    text = f"{draft.text}\n\n{expectation}" if draft.text else expectation
    told = {**draft.data, "request": described}
    return replace(draft, kind=MessageKind.HANDOFF, text=text, data=told), None


def _language_of(draft: Draft) -> str | None:
    """The one the message was written in, where it could be told."""
    about = draft.evidence.get("about")
    told = about.get("language") if isinstance(about, Mapping) else None
    return str(told) if told in LANGUAGES else None


def hold(session: Session, conversation: Conversation, draft: Draft, data: dict[str, Any]) -> Applied:
    """A handoff that brings along what the bot would have answered; what its words would have done is done."""
    for also in data["also"]:
        EFFECTS[also.type](session, conversation, draft, also.data)
    applied = hand_over(session, conversation, draft, data)
    request = find_open_request(session, conversation.id)
    if request is not None:
        keep_answers(session, conversation, request, data["answers"])
    return applied


def _last_words(conversation: Conversation) -> Select[str]:
    return (
        select(MessageRow.text)
        .where(
            MessageRow.conversation_id == conversation.id,
            MessageRow.author == "visitor",
            MessageRow.seq > conversation.started_seq,
        )
        .order_by(MessageRow.seq.desc())
        .limit(50)
    )


def _form_texts(form: dict[str, Any]) -> list[str]:
    return [str(told) for told in form.values() if isinstance(told, str)]


def withdraw(session: Session, conversation: Conversation, draft: Draft, _: dict[str, Any]) -> Applied:
    """Without an open request there is nothing to end; the words stay."""
    request = find_open_request(session, conversation.id)
    if request is None:
        return draft, None
    moves.end(session, conversation, request, outcome="withdrawn", actor="visitor")
    told = {**draft.data, "request": describe_request(session, request, conversation.locale)}
    return replace(draft, data=told), lambda: moves.start_clean(conversation)


def switch_locale(session: Session, conversation: Conversation, draft: Draft, data: dict[str, Any]) -> Applied:
    conversation.locale = take_locale(str(data.get("locale")))
    request = find_open_request(session, conversation.id)
    if request is not None:
        request.locale = conversation.locale
    return draft, None


def note_verdict(session: Session, conversation: Conversation, draft: Draft, data: dict[str, Any]) -> Applied:
    record_verdict(
        session,
        conversation.id,
        str(data.get("message_id")),
        helpful=bool(data.get("helpful")),
        reason=data.get("reason"),
    )
    return draft, None


def add_subscription(session: Session, conversation: Conversation, draft: Draft, data: dict[str, Any]) -> Applied:
    """Where the conversation is, there the notices come: a chat has an address, a browser only its record. Where
    there is no room for another wish, that is what is said: the turn is not lost for it."""
    wish = Wish(data.get("theme"), data.get("applicant"), data.get("region"), data.get("call_id"))
    try:
        subscribe(
            session,
            wish,
            channel=conversation.channel,
            address=conversation.external_id or conversation.id,
            locale=conversation.locale,
            conversation_id=conversation.id,
        )
    except Invalid:
        return replace(draft, text=word(session, draft.locale, "subscriptions_full", most=MOST)), None
    return draft, None


def end_subscriptions(session: Session, conversation: Conversation, draft: Draft, _: dict[str, Any]) -> Applied:
    end_all(session, conversation.channel, conversation.external_id or conversation.id)
    return draft, None


def keep_evidence(_: Session, __: Conversation, draft: Draft, data: dict[str, Any]) -> Applied:
    return replace(draft, evidence={**draft.evidence, **data}), None


EFFECTS: dict[str, Callable[[Session, Conversation, Draft, dict[str, Any]], Applied]] = {
    "handoff": hand_over,
    "approve": hold,
    "withdraw": withdraw,
    "locale": switch_locale,
    "feedback": note_verdict,
    "subscribe": add_subscription,
    "unsubscribe": end_subscriptions,
    "evidence": keep_evidence,
}
