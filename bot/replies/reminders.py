"""Being told of new calls and of deadlines, where the channel can reach the person later."""

from __future__ import annotations

from bot.helpdesk import Helpdesk
from bot.replies import buttons, call_details
from bot.replies.calls import tell_filters
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Draft, Effect, MessageKind

NARROWED_BY = ("theme", "applicant", "region")
CAN_REACH = {"telegram"}
"""Channels on which the helpdesk may write first."""


def subscribe(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    locale = situation.locale
    if situation.channel not in CAN_REACH:
        text = say(locale, "bot.reminders.not_here", calls="/calls", ics="/calls.ics", atom="/calls.atom")
        return [Draft(MessageKind.TEXT, text, locale, buttons=(buttons.open_calls(locale),))]
    call = call_details.get_call(helpdesk, situation.first("call"), locale)
    if call is not None:
        text = say(locale, "bot.reminders.subscribed_call", title=call.title)
        return [Draft(MessageKind.TEXT, text, locale, effect=Effect("subscribe", {"call_id": call.id}))]
    chosen = {name: value for name in NARROWED_BY if (value := situation.first(name) or memory.filters.get(name))}
    told = tell_filters(locale, chosen)
    key = "subscribed_to" if told else "subscribed"
    return [
        Draft(
            MessageKind.TEXT,
            say(locale, f"bot.reminders.{key}", what=told),
            locale,
            effect=Effect("subscribe", dict(chosen)),
        )
    ]


def unsubscribe(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    locale = situation.locale
    if situation.channel not in CAN_REACH:
        return [Draft(MessageKind.TEXT, say(locale, "bot.reminders.nothing_here"), locale)]
    return [
        Draft(MessageKind.TEXT, say(locale, "bot.reminders.unsubscribed"), locale, effect=Effect("unsubscribe"))
    ]
