"""Deadlines of the open calls in order, month by month, with the days left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from bot.helpdesk import Helpdesk
from bot.nlu.text import fold
from bot.replies.call_cards import tell_timing
from bot.replies.call_search import Match
from bot.replies.figures import tell_month, tell_until
from bot.replies.situation import Situation
from bot.wording import say
from knowledge.call import FundingCall

MOST = 10
"""Calls in one message."""
_BY_MONTH = re.compile(r"\bpa menesiem\b|\bby month\b|\bпо месяцам\b")


def is_asked(situation: Situation) -> bool:
    return situation.first("by") == "month" or _BY_MONTH.search(fold(situation.text)) is not None


def tell_by_month(helpdesk: Helpdesk, locale: str, page: Sequence[Match]) -> list[str]:
    """Lines numbered through all months; calls without a deadline come last, as the search gives them."""
    numbered = enumerate((match.call for match in page), 1)
    lines = []
    for month, calls in groupby(numbered, key=lambda one: find_month(helpdesk, one[1])):
        heading = tell_month(locale, month) if month else say(locale, "bot.calls.without_deadline")
        lines += ["", f"**{heading}**", *(f"{place}. {tell(helpdesk, call, locale)}" for place, call in calls)]
    return lines


def find_month(helpdesk: Helpdesk, call: FundingCall) -> date | None:
    """Its first day, by the helpdesk's own clock; a deadline at midnight belongs to the day that ends then."""
    deadline = call.next_deadline(helpdesk.clock())
    if deadline is None:
        return None
    return (deadline - timedelta(seconds=1)).astimezone(helpdesk.settings.zone).date().replace(day=1)


def tell(helpdesk: Helpdesk, call: FundingCall, locale: str) -> str:
    told = f"**{call.title}** – {tell_timing(helpdesk, call, locale)}"
    later = ", ".join(tell_later(helpdesk, call, locale))
    return f"{told}; {say(locale, 'bot.calls.later_deadlines', dates=later)}" if later else told


def tell_later(helpdesk: Helpdesk, call: FundingCall, locale: str) -> Iterator[str]:
    """The deadlines after the next one."""
    nearest = call.next_deadline(helpdesk.clock())
    for deadline in call.entries:
        if nearest is not None and deadline > nearest:
            yield tell_until(locale, deadline, helpdesk.settings.zone)
