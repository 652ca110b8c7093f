"""Manners: hello and goodbye, what this is and can do, what is kept. Short; never as if it were a person."""

from __future__ import annotations

from bot.helpdesk import Helpdesk
from bot.replies import buttons, escalation, offers, person
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Button, Draft, MessageKind

WITH_BEGINNINGS = {"greet", "help", "bot_challenge", "smalltalk", "insult", "out_of_scope", "privacy"}
"""What is answered with buttons to begin with."""

OFFER_PERSON = {"insult", "bot_challenge"}
"""What is answered with the offer of a person, so that a "yes" gets one."""


def reply(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """By the intent's name: every manner has a sentence under `bot.manners`."""
    locale = situation.locale
    offered = beginnings(locale) if situation.intent in WITH_BEGINNINGS else ()
    if situation.intent in OFFER_PERSON:
        memory.offer = offers.PERSON
    if situation.intent == "insult":
        memory.misses += 1
        if memory.misses >= escalation.MOST_MISSES:
            return [person.draft_offer(situation, memory, "low_confidence")]
    return [
        Draft(
            MessageKind.SMALLTALK,
            say(locale, f"bot.manners.{situation.intent}"),
            locale,
            buttons=offered,
            data={"offer": memory.offer} if memory.offer else {},
        )
    ]


def repeat(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """What was said last, again, and that a person can explain it in other words."""
    locale = situation.locale
    text = say(locale, "bot.manners.repeat")
    if memory.said:
        text += "\n\n" + memory.said
    return [Draft(MessageKind.TEXT, text, locale, buttons=(buttons.person(locale), buttons.consultation(locale)))]


def puzzle(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """To signs without words."""
    locale = situation.locale
    return [Draft(MessageKind.SMALLTALK, say(locale, "bot.manners.wordless"), locale, buttons=beginnings(locale))]


def greeting(locale: str) -> list[Draft]:
    """The first message of every conversation: that it is a program, what it can do, that a person can be had."""
    return [Draft(MessageKind.SMALLTALK, say(locale, "bot.greeting"), locale, buttons=beginnings(locale))]


def beginnings(locale: str) -> tuple[Button, ...]:
    what = buttons.button(say(locale, "bot.buttons.what_is"), "question", ask="social_innovation")
    return (buttons.open_calls(locale), what, buttons.consultation(locale), buttons.person(locale))
