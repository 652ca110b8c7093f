"""One question without a conversation: `POST /ask`, `helpdesk ask`. No Rasa, nothing remembered, nobody called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.helpdesk import Helpdesk
from bot.replies import call_details, calls, events, questions
from bot.replies.fallback import understand
from bot.replies.languages import answer_locale
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from handoff.messages import Draft, MessageKind
from retrieval.encoder import Vector

CATALOGUE = {
    "list_calls": calls.list_calls,
    "call_own_share": call_details.tell_own_share,
}
"""Moves that the catalogue answers; everything else is searched for."""


def answer_once(
    helpdesk: Helpdesk, question: str, locale: str | None = None, vector: Vector | None = None
) -> Draft:
    """The answer in `locale`, else in the question's own language. `evidence["confidence"]` is 0 to 1; the kind is
    `unanswered` (or `choice`: did you mean) where the library does not answer."""
    spoken = locale or answer_locale(question, helpdesk.settings.locale)
    situation = understand(Situation(text=question, locale=spoken, vector=vector))
    memory = Memory()
    asks_events = events.is_asked(helpdesk, situation, memory)
    reply = events.tell_events if asks_events else CATALOGUE.get(situation.intent, questions.answer)
    drafts = reply(helpdesk, situation, memory)
    return join_parts(drafts) if reply is questions.answer else drafts[0]


def join_parts(drafts: Sequence[Draft]) -> Draft:
    """Of two questions asked at once the answers as one, as sure as the less sure of them."""
    if len(drafts) == 1:
        return drafts[0]
    first, *others = [draft for draft in drafts if draft.kind is MessageKind.ANSWER] or drafts
    evidence = [draft.evidence for draft in (first, *others)]
    return replace(
        first,
        text="\n\n".join(draft.text for draft in drafts),
        sources=tuple(source for draft in drafts for source in draft.sources),
        evidence={
            **first.evidence,
            "confidence": min(float(one["confidence"]) for one in evidence),
            "passages": [passage for one in evidence for passage in one.get("passages", ())],
            "themes": list(dict.fromkeys(theme for one in evidence for theme in one.get("themes", ()))),
            "review_first": any(one.get("review_first") for one in evidence),
        },
    )
