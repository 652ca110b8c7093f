"""Being told of new calls and of deadlines, where the channel can reach the person later."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from bot.channels.telegram import call_payload, deep_link
from bot.helpdesk import Helpdesk
from bot.nlu.text import fold
from bot.replies import buttons, call_details
from bot.replies.call_search import THEME_OF_GROUP
from bot.replies.calls import tell_filters
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Draft, Effect, MessageKind
from knowledge.call import FundingCall

NARROWED_BY = ("theme", "applicant", "region")
_ONE = re.compile(
    r"\b(?:so|sa|si|sis|to|ta|tas|termin\w*|this|that|it|one|deadline|этом|этот|это|срок\w*)\b"
    r"|^\W*\w+ (?:man|mums|me)\W*$"
)
_NEW = re.compile(r"\b(?:jaun\w+|new|нов\w+)\b")
CAN_REACH = {"telegram"}
"""Channels on which the helpdesk may write first."""


def subscribe(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    locale = situation.locale
    call = find_call(helpdesk, situation, memory)
    if situation.channel not in CAN_REACH:
        return [offer_elsewhere(helpdesk, locale, call, choose_filters(situation, memory))]
    if call is not None:
        text = say(locale, "bot.reminders.subscribed_call", title=call.title)
        return [Draft(MessageKind.TEXT, text, locale, effect=Effect("subscribe", {"call_id": call.id}))]
    chosen = choose_filters(situation, memory)
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


def offer_elsewhere(helpdesk: Helpdesk, locale: str, call: FundingCall | None, chosen: dict[str, str]) -> Draft:
    """Where the channel cannot write first: the form for e-mail with what was said chosen already, else what there
    is without it. The address itself is never asked for in the conversation."""
    narrowed = {"call": call.id} if call else chosen
    told = call.title if call else tell_filters(locale, chosen)
    facts = {"calls": "/calls", "ics": "/calls.ics", "atom": "/calls.atom"}
    if helpdesk.settings.mail is None:
        lines = [say(locale, "bot.reminders.not_here", **facts)]
    else:
        form = f"/calls/subscribe?{urlencode({**narrowed, 'lang': locale})}"
        key = "by_email_call" if call else "by_email_of" if told else "by_email"
        lines = [
            say(locale, f"bot.reminders.{key}", form=form, what=told),
            say(locale, "bot.reminders.or", **facts),
        ]
    if helpdesk.telegram_name:
        url = deep_link(helpdesk.telegram_name, call_payload(call.id) if call else "subscribe")
        lines.append(say(locale, "bot.reminders.in_telegram", url=url))
    return Draft(MessageKind.TEXT, "\n\n".join(lines), locale, buttons=(buttons.open_calls(locale),))


def find_call(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> FundingCall | None:
    """The call to be reminded of: named, picked by its place, or the one spoken of ("atgādini man par šo")."""
    named = call_details.find_named(helpdesk, situation)
    if named or situation.value is not None:
        return named
    picked = memory.pick(situation.first("ordinal"))
    pointed = memory.call if _ONE.search(fold(situation.text)) and not _NEW.search(fold(situation.text)) else None
    return call_details.get_call(helpdesk, picked or pointed, situation.locale)


def choose_filters(situation: Situation, memory: Memory) -> dict[str, str]:
    """What was said now, and only if that is nothing, what the list was narrowed by. A wish holds one of each."""
    said = {name: value for name in NARROWED_BY if (value := situation.first(name))}
    theme = THEME_OF_GROUP.get(situation.first("target_group") or "")
    if theme:
        said.setdefault("theme", theme)
    kept = {name: memory.filters[name].split(",")[0] for name in NARROWED_BY if name in memory.filters}
    return said or kept


def unsubscribe(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    locale = situation.locale
    if situation.channel not in CAN_REACH:
        return [Draft(MessageKind.TEXT, say(locale, "bot.reminders.nothing_here"), locale)]
    return [
        Draft(MessageKind.TEXT, say(locale, "bot.reminders.unsubscribed"), locale, effect=Effect("unsubscribe"))
    ]
