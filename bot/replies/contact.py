"""How the helpdesk itself is reached, and when people answer: what is set for this installation, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from itertools import groupby

from bot.handoff_words import tell_other_ways
from bot.helpdesk import Helpdesk
from bot.replies import buttons
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Draft, MessageKind
from handoff.settings import Span


def tell_contact(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    locale, settings = situation.locale, helpdesk.settings
    told = (
        say(locale, "bot.contact.here"),
        say(locale, "bot.contact.hours", hours=tell_hours(locale, settings.handoff.hours)),
        tell_other_ways(locale, settings.contact_phone, settings.contact_email),
    )
    return [
        Draft(
            MessageKind.SMALLTALK,
            " ".join(part for part in told if part),
            locale,
            buttons=(buttons.person(locale), buttons.consultation(locale)),
        )
    ]


def tell_hours(locale: str, hours: Mapping[int, Sequence[Span]]) -> str:
    """Days with the same hours side by side are told together: "pirmdien–piektdien plkst. 9.00–17.00"."""
    told = []
    for spans, days in groupby(range(7), key=lambda day: tuple(hours.get(day, ()))):
        together = list(days)
        if spans:
            told.append(f"{_tell_days(locale, together)} {', '.join(_tell_span(locale, *span) for span in spans)}")
    return "; ".join(told)


def _tell_days(locale: str, days: Sequence[int]) -> str:
    named = [say(locale, f"handoff.weekdays.d{day}") for day in (days[0], days[-1])]
    return named[0] if len(days) == 1 else "–".join(named)


def _tell_span(locale: str, begin: time, end: time) -> str:
    return "–".join(say(locale, "bot.contact.moment", hour=at.hour, minute=f"{at:%M}") for at in (begin, end))
