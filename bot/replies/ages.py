"""How old the materials behind an answer are, where it matters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot.helpdesk import Helpdesk
from bot.replies.figures import tell_days
from bot.wording import say
from knowledge.passage import Passage
from retrieval.expectations import KINDS, find_asked
from retrieval.text import fold

OLD = timedelta(days=365)
"""A document that was last checked longer ago tells its date whatever is asked."""
_AGES = ("amount", "number", "date", "contact")
_TIMELY = re.compile(
    r"\b(tagad|paslaik|sobrid|sogad|sodien|aktual|spek|noteikum|prasib|drikst|now\b|current|today|this year|"
    r"rules?\b|requirement|allowed|сейчас|сегодня|правил|требован)"
)


def tell_dates(helpdesk: Helpdesk, question: str, passages: Sequence[Passage]) -> dict[str, str]:
    """By document (its key): the day it was last checked, where the question or its age makes that matter."""
    checked = {passage.document: find_day(helpdesk, passage) for passage in passages}
    timely, today = is_timely(question), helpdesk.clock().date()
    return {key: day.isoformat() for key, day in checked.items() if day and (timely or today - day > OLD)}


def is_timely(question: str) -> bool:
    """Whether it asks for what changes: amounts, dates, contacts, rules, how it is now."""
    asked = find_asked(question)
    return any(asked[KINDS.index(kind)] for kind in _AGES) or _TIMELY.search(fold(question)) is not None


def find_day(helpdesk: Helpdesk, passage: Passage) -> date | None:
    document = helpdesk.knowledge.catalogue.document(passage.document)
    return document.reviewed_on if document else None


def tell_disagreement(helpdesk: Helpdesk, locale: str, one: Passage, other: Passage) -> str:
    """That two sources do not agree, how old each is, and who can tell."""
    first, second = (_name_with_day(helpdesk, locale, passage) for passage in (one, other))
    return say(locale, "bot.questions.disagree", first=first, second=second)


def _name_with_day(helpdesk: Helpdesk, locale: str, passage: Passage) -> str:
    day = find_day(helpdesk, passage)
    if day is None:
        return say(locale, "bot.questions.source_undated", title=passage.title)
    return say(locale, "bot.questions.source_checked", title=passage.title, date=tell_days(locale, day, day))


def tell_checked(locale: str, dates: object, document: str) -> str:
    """`checked 1 March 2024` from a message's `data["dates"]`; empty where that says nothing of `document`."""
    told = dates.get(document) if isinstance(dates, dict) else None
    try:
        day = date.fromisoformat(str(told))
    except ValueError:
        return ""
    return say(locale, "bot.questions.checked", date=tell_days(locale, day, day))
