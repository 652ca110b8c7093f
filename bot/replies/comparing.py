"""Calls beside each other: the most, the least, the first, the last of those found; or those that were picked."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from bot.helpdesk import Helpdesk
from bot.nlu.text import fold
from bot.replies import call_details, calls
from bot.replies.call_search import Match, search_calls
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Draft
from knowledge.call import FundingCall

Measure = Callable[[Helpdesk, FundingCall], Decimal | float | None]

_MOST = (
    r"\b(?:vis)?(?:lielak\w*|vairak)\b(?! (?:par|ka|neka))|\b(?:most|largest|biggest|highest)\b|\bбольше всего\b"
    r"|\b(?:наибольш|сам\w+ больш)\w*"
)
_LEAST = (
    r"\b(?:vis)?maz(?:ak\w*)\b(?! (?:par|ka|neka))|\b(?:least|smallest|lowest)\b|\bменьше всего\b"
    r"|\b(?:наименьш|сам\w+ мал)\w*"
)
_FIRST = (
    r"\b(?:vis)?(?:pirm(?:ais|o|ajam)|atrak|agrak|driz\w*|tuvak\w*)\b|\b(?:first|soonest|earliest|nearest)\b"
    r"|\b(?:перв|ближайш|раньше)\w*"
)
_LAST = (
    r"\b(?:vis)?(?:pedej(?:ais|o|ajam)|velak\w*|ilgak\w*)\b|\b(?:last|latest|longest)\b"
    r"|\b(?:последн|позже|дольше)\w*"
)


def _deadline(helpdesk: Helpdesk, call: FundingCall) -> float | None:
    deadline = call.next_deadline(helpdesk.clock())
    return deadline.timestamp() if deadline else None


MEASURES: dict[str, tuple[Measure, str, str]] = {
    "call_amount": (lambda _, call: call.grant_max, _LEAST, _MOST),
    "call_own_share": (lambda _, call: call.own_share, _LEAST, _MOST),
    "call_deadline": (_deadline, _FIRST, _LAST),
}
"""By what is asked: how it is measured, and the words for the low and the high end."""


def find_extreme(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> tuple[FundingCall, str] | None:
    """The call at the end that was asked for ("kuram lielākais finansējums?"), and which end; None if none was."""
    if (
        situation.intent not in MEASURES
        or situation.value is not None
        or call_details.find_named(helpdesk, situation)
    ):
        return None
    measure, low, high = MEASURES[situation.intent]
    folded = fold(situation.text)
    if memory.call and call_details.POINTS.search(folded):
        return None
    end = "high" if re.search(high, folded) else "low" if re.search(low, folded) else None
    if end is None:
        return None
    measured = [
        (value, call)
        for call in find_candidates(helpdesk, situation, memory)
        if (value := measure(helpdesk, call)) is not None
    ]
    if len(measured) < 2:
        return None
    pick = max if end == "high" else min
    return pick(measured, key=lambda pair: pair[0])[1], end


def find_candidates(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[FundingCall]:
    """All that the last list was a page of, in its order; the open ones if there was no list."""
    fitting = [match.call for match in search_calls(helpdesk, situation.locale, memory.filters).fitting]
    if not memory.shown or set(memory.shown) & {call.id for call in fitting}:
        return fitting
    return [call for one in memory.shown if (call := call_details.get_call(helpdesk, one, situation.locale))]


def pick_several(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[FundingCall]:
    """Two or more of the list, by their places: "salīdzini pirmo un otro"."""
    places = dict.fromkeys(situation.entities.get("ordinal", ()))
    picked = [memory.pick(place) for place in places]
    found = [
        call for one in dict.fromkeys(picked) if (call := call_details.get_call(helpdesk, one, situation.locale))
    ]
    return found if len(found) > 1 else []


def draft_beside(helpdesk: Helpdesk, situation: Situation, memory: Memory, compared: list[FundingCall]) -> Draft:
    locale = situation.locale
    memory.show_calls(call.id for call in compared)
    lines = [say(locale, "bot.calls.beside")]
    lines += [calls.tell_numbered(helpdesk, locale, place, call) for place, call in enumerate(compared, 1)]
    return calls.draft_list(helpdesk, locale, lines, [Match(call, ()) for call in compared])
