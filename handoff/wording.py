"""What the system says by itself: a port, since sentences live with the bot.

Events and their facts (each fact may be None; instants are aware, in UTC):
opened / still_open      number, state, position, expected, availability, opens_at, assignee, holiday
stranded                 nothing: said before `opened` when the bot never came to answer
held                     nothing: said before `opened` when a coordinator is to approve the answer
claimed, taken_over      number, name
released, taken_back     number, position, expected, availability, opens_at, holiday
transferred              number, name
closed, withdrawn        number, outcome
reopened                 number
rating.asked, rating.score.<1–5>, rating.why, rating.reason.<code>, rating.noted, rating.withdraw, rating.withdrawn
                         nothing: the question after a request was closed, its buttons and what is said to them
rating.rated             score
rating.late              number: it was opened again
subscriptions_full       most: how many one may have
notify.<kind>.subject    number, and what the notification is about
notify.<kind>.body       the same, with url
"""

from __future__ import annotations

from typing import Any, Protocol


class Wording(Protocol):
    def __call__(self, locale: str, event: str, /, **facts: Any) -> str: ...


def name_event(_locale: str, event: str, /, **_facts: Any) -> str:
    """For tools and tests that need no sentences: the event's name."""
    return event
