""" "Yes" and "no": to whatever was offered last."""

from __future__ import annotations

from bot.helpdesk import Helpdesk
from bot.replies import buttons, call_details, calls, consultation, escalation, offers, person
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
    if offered == offers.WITHDRAW:
        return [person.withdraw(situation)]
    if offered in AGREED:
        return AGREED[offered](helpdesk, situation, memory)
    return [_draft(situation, "bot.confirming.nothing")]


def show_open_calls(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    memory.filters = {}
    return calls.list_calls(helpdesk, situation, memory)


def show_only_call(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    memory.call = memory.shown[0] if memory.shown else memory.call
    return call_details.describe_call(helpdesk, situation, memory)


AGREED: dict[str | None, call_details.Reply] = {
    offers.CONSULTATION: consultation.begin,
    offers.OPEN_CALLS: show_open_calls,
    offers.ONLY_CALL: show_only_call,
}


def decline(situation: Situation, memory: Memory, offered: str | None) -> Draft:
    if offered == offers.WITHDRAW:
        return _draft(situation, "bot.confirming.kept")
    if offered and escalation.reason_of(offered):
        memory.misses = 0
    return _draft(situation, "bot.confirming.declined")


def _draft(situation: Situation, key: str) -> Draft:
    """While a person is on the way none is offered."""
    locale = situation.locale
    offered = [buttons.open_calls(locale)]
    if situation.owner != "queue":
        offered += [buttons.consultation(locale), buttons.person(locale)]
    return Draft(MessageKind.SMALLTALK, say(locale, key), locale, buttons=tuple(offered))
