"""One turn of the dialogue, whoever understood it: urgent things first, then an open form, then the reply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.helpdesk import Helpdesk
from bot.replies import consultation, escalation, events, person
from bot.replies.languages import answer_locale, explain_language
from bot.replies.memory import Memory
from bot.replies.routing import redirect
from bot.replies.situation import Situation
from bot.wording import say
from handoff.masking import MASK
from handoff.messages import Draft, Effect, MessageKind

Reply = Callable[[Helpdesk, Situation, Memory], list[Draft]]

TELLS_OF_PERSON = {"inform", "describe_situation", "list_calls", "consultation"}
"""Moves whose particulars are about the person; "vai pašvaldība drīkst?" does not make them a municipality."""
GOOD = {MessageKind.ANSWER, MessageKind.CALLS, MessageKind.CALL, MessageKind.HANDOFF}
"""Kinds that end a row of messages without a good answer."""
KEEPS_OFFER = {"affirm", "deny", "repeat"}


def conduct(helpdesk: Helpdesk, situation: Situation, reply: Reply) -> tuple[list[Draft], Memory]:
    """The bot's messages and what it remembers from now on."""
    memory = Memory.of(situation)
    spoken, situation = situation.locale, speak(situation)
    if situation.intent in TELLS_OF_PERSON:
        memory.learn(situation.entities)
    if situation.intent not in KEEPS_OFFER:
        memory.offer = None
    drafts = _reply(helpdesk, situation, memory, reply)
    drafts = warn_of_personal_code(situation, escalate(situation, memory, drafts))
    drafts = explain_language(situation, memory, drafts)
    if any(draft.kind in GOOD for draft in drafts):
        memory.misses = 0
    memory.said = drafts[0].text if situation.intent != "repeat" else memory.said
    return keep_language(drafts, spoken, situation), memory


def _reply(helpdesk: Helpdesk, situation: Situation, memory: Memory, reply: Reply) -> list[Draft]:
    if events.is_asked(helpdesk, situation, memory):
        reply = events.tell_events
    if memory.form and situation.intent != "distress":
        return consultation.carry_on(helpdesk, situation, memory, reply)
    return redirect(helpdesk, situation, memory, reply)(helpdesk, situation, memory)


def speak(situation: Situation) -> Situation:
    """The situation in the language of the message; a pressed button says nothing about language."""
    if situation.value is not None:
        return situation
    return replace(situation, locale=answer_locale(situation.text, situation.locale))


def keep_language(drafts: list[Draft], spoken: str, situation: Situation) -> list[Draft]:
    """A message in the other language changes the person's language: said with the first free message."""
    if situation.locale == spoken or any(draft.effect and draft.effect.type == "locale" for draft in drafts):
        return drafts
    free = next((place for place, draft in enumerate(drafts) if draft.effect is None), None)
    if free is not None:
        drafts[free] = replace(drafts[free], effect=Effect("locale", {"locale": situation.locale}))
    return drafts


def warn_of_personal_code(situation: Situation, drafts: list[Draft]) -> list[Draft]:
    """It was masked before it was stored (handoff.masking); the person should know, and not write it again."""
    if MASK not in situation.text:
        return drafts
    caution = say(situation.locale, "bot.personal_code")
    return [replace(drafts[0], text=f"{caution}\n\n{drafts[0].text}"), *drafts[1:]]


def escalate(situation: Situation, memory: Memory, drafts: list[Draft]) -> list[Draft]:
    """Offer a person where the rules say so and nothing of the kind was said in this turn already."""
    if memory.form or situation.owner == "queue" or any(_mentions_person(draft) for draft in drafts):
        return drafts
    reason = reason_to_offer(situation, drafts)
    return [*drafts, person.draft_offer(situation, memory, reason)] if reason else drafts


def _mentions_person(draft: Draft) -> bool:
    return draft.kind is MessageKind.HANDOFF or "offer" in draft.data


def reason_to_offer(situation: Situation, drafts: list[Draft]) -> str | None:
    answered = any(draft.kind is MessageKind.ANSWER for draft in drafts)
    if any(draft.evidence.get("review_first") for draft in drafts):
        return "theme"
    if situation.value is None and escalation.asks_many(situation.text) and not answered:
        return "many_questions"
    return None
