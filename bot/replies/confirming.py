""" "Yes" and "no": to whatever was offered last."""

from __future__ import annotations

from bot.helpdesk import Helpdesk
from bot.replies import buttons, consultation, escalation, person, reminders
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Draft, MessageKind


def confirm(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    offered, memory.offer = memory.offer, None
    if situation.intent == "deny":
        return [decline(situation, memory, offered)]
    return accept(helpdesk, situation, memory, offered)


def accept(helpdesk: Helpdesk, situation: Situation, memory: Memory, offered: str | None) -> list[Draft]:
    reason = escalation.reason_of(offered)
    if reason:
        return [person.request_person(situation, memory, reason)]
    if offered == "withdraw":
        return [person.withdraw(situation)]
    if offered == "consultation":
        return consultation.begin(helpdesk, situation, memory)
    if offered == "subscribe":
        return reminders.subscribe(helpdesk, situation, memory)
    return [_draft(situation, "bot.confirming.nothing")]


def decline(situation: Situation, memory: Memory, offered: str | None) -> Draft:
    if offered == "withdraw":
        return _draft(situation, "bot.confirming.kept")
    if offered and escalation.reason_of(offered):
        memory.misses = 0
    return _draft(situation, "bot.confirming.declined")


def _draft(situation: Situation, key: str) -> Draft:
    locale = situation.locale
    return Draft(
        MessageKind.SMALLTALK,
        say(locale, key),
        locale,
        buttons=(buttons.open_calls(locale), buttons.consultation(locale), buttons.person(locale)),
    )
