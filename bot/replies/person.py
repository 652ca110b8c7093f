"""Getting a person: at once, or offered with the reason why; where the request is; taking it back."""

from __future__ import annotations

from bot.helpdesk import Helpdesk
from bot.replies import buttons, escalation, offers, question_search, questions
from bot.replies.calls import tell_filters
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Author, Draft, Effect, MessageKind
from retrieval.retriever import Decision

LONGEST_SUMMARY = 400
SURE = 0.8
"""Confidence from which a general answer goes before the offer of a person who judges the case."""


def hand_over(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    return [request_person(situation, memory, escalation.AT_ONCE.get(situation.intent, "asked"))]


def request_person(situation: Situation, memory: Memory, reason: str) -> Draft:
    """Gives the conversation to the queue; if it is there already, says so and loses nothing that was told."""
    locale = situation.locale
    if situation.owner == "queue":
        return _draft_waiting(situation, "distress" if reason == "distress" else "already")
    form = memory.form["answers"] if memory.form else dict(memory.told)
    memory.form = None
    memory.misses = 0
    key = reason if reason in ("complaint", "distress") else "asked"
    return Draft(
        MessageKind.HANDOFF,
        say(locale, f"bot.person.{key}"),
        locale,
        effect=Effect(
            "handoff",
            {
                "reason": reason,
                "topic": memory.told.get("theme"),
                "summary": summarise(situation, memory),
                "form": form,
            },
        ),
        evidence={"decision": "handoff", "confidence": situation.confidence},
    )


def summarise(situation: Situation, memory: Memory) -> str:
    """Who asks and what was said last, for the line in the inbox; in Latvian, the coordinators' language."""
    who = tell_filters("lv", memory.told)
    said = [
        message.text for message in situation.recent if message.author is Author.VISITOR and message.text.strip()
    ]
    if situation.value is None and situation.text.strip() and situation.text not in said[-1:]:
        said.append(situation.text)
    told = " / ".join(said[-3:])
    return f"{who}: {told}"[:LONGEST_SUMMARY] if who else told[:LONGEST_SUMMARY]


def offer_person(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """What the library says of it in general, if anything; the case itself is for a person to judge."""
    drafts = []
    finding = question_search.find(helpdesk, situation, memory)
    if (
        situation.intent == "legal_judgement"
        and finding.decision is Decision.ANSWER
        and finding.confidence >= SURE
    ):
        drafts.append(questions.draft_answer(helpdesk, situation, finding))
    reason = escalation.OFFERED.get(situation.intent, "offer_accepted")
    return [*drafts, draft_offer(situation, memory, reason)]


def draft_offer(situation: Situation, memory: Memory, reason: str) -> Draft:
    locale = situation.locale
    if situation.owner == "queue":
        return _draft_waiting(situation, "already")
    memory.offer = escalation.offer(reason)
    return Draft(
        MessageKind.CHOICE,
        say(locale, f"bot.person.offer_{reason}"),
        locale,
        buttons=(
            buttons.button(say(locale, "bot.buttons.yes_person"), "affirm"),
            buttons.consultation(locale),
            buttons.no(locale),
        ),
        data={"offer": memory.offer},
        evidence={"decision": "offer", "reason": reason, "confidence": situation.confidence},
    )


def tell_request_status(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    if situation.owner == "queue":
        return [_draft_waiting(situation, "waiting")]
    locale = situation.locale
    memory.offer = offers.PERSON
    return [
        Draft(
            MessageKind.SMALLTALK,
            say(locale, "bot.person.no_request"),
            locale,
            buttons=(buttons.person(locale), buttons.consultation(locale)),
            data={"offer": memory.offer},
        )
    ]


def _draft_waiting(situation: Situation, key: str) -> Draft:
    """The request that is open takes this in, and tells of its place in the queue; no other is opened."""
    locale = situation.locale
    return Draft(
        MessageKind.HANDOFF,
        say(locale, f"bot.person.{key}"),
        locale,
        buttons=(buttons.button(say(locale, "bot.buttons.withdraw"), "cancel"),),
        effect=Effect("handoff", {"reason": "asked"}),
        evidence={"decision": "waiting", "confidence": 1.0},
    )


def cancel(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """Outside a form: the request that waits, after asking; else there is nothing to stop."""
    locale = situation.locale
    if situation.owner != "queue":
        return [Draft(MessageKind.SMALLTALK, say(locale, "bot.person.nothing_to_cancel"), locale)]
    memory.offer = offers.WITHDRAW
    return [
        Draft(
            MessageKind.CHOICE,
            say(locale, "bot.person.confirm_withdraw"),
            locale,
            buttons=(
                buttons.button(say(locale, "bot.buttons.yes_withdraw"), "affirm"),
                buttons.button(say(locale, "bot.buttons.no_withdraw"), "deny"),
            ),
            data={"offer": memory.offer},
        )
    ]


def withdraw(situation: Situation) -> Draft:
    text = say(situation.locale, "bot.person.withdrawn")
    return Draft(MessageKind.STATUS, text, situation.locale, effect=Effect("withdraw"))
