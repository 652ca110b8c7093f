"""One question without a conversation: `POST /ask`, `helpdesk ask`. No Rasa, nothing remembered, nobody called."""

from __future__ import annotations

from bot.helpdesk import Helpdesk
from bot.replies import call_details, calls, events, questions
from bot.replies.fallback import understand
from bot.replies.languages import answer_locale
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from handoff.messages import Draft
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
    return reply(helpdesk, situation, memory)[0]
