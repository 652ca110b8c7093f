"""Asking the visitor, once, how their request was treated. The answer is a pressed button, so it works on every
channel; the bot is not asked about it, and what was said can be taken back.

A button's value is `rate:request=12;what=5`, in the form of the bot's own: a score from 1 to 5, a reason, or
`none` to take the rating back.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.database import word
from handoff.errors import NotFound
from handoff.feedback import explain_rating, find_rating, rate_request, withdraw_rating
from handoff.messages import Author, Button, Draft, MessageKind
from handoff.models.conversation import Conversation
from handoff.models.message import MessageRow
from handoff.models.request import Request, RequestEvent
from handoff.records import append_message
from handoff.views import Owner

PREFIX = "rate"
SCORES = ("1", "2", "3", "4", "5")
REASONS = ("slow", "unclear", "unsolved", "impolite")
BACK = "none"
ASKS_WHY_UP_TO = 3
RATED = ("answered", "referred", "no_answer", "other")
"""Outcomes of requests that somebody worked on for the visitor."""


def make_value(number: int, what: str) -> str:
    return f"{PREFIX}:request={number};what={what}"


def read_value(value: str) -> tuple[int, str]:
    """Of one that was offered: the request's number, and what is to be done."""
    number, what = value.removeprefix(f"{PREFIX}:request=").split(";what=")
    return int(number), what


def is_rating(value: str | None) -> bool:
    return value is not None and value.startswith(f"{PREFIX}:")


def offer(session: Session, request: Request, locale: str) -> tuple[str, tuple[Button, ...]]:
    """The question and its buttons, after the request was closed; empty where it is not asked, or was before."""
    if request.outcome not in RATED or _was_reopened(session, request) or find_rating(session, request.number):
        return "", ()
    return word(session, locale, "rating.asked"), _buttons(session, request.number, locale, "score", SCORES)


def _was_reopened(session: Session, request: Request) -> bool:
    query = select(RequestEvent.id).where(
        RequestEvent.request_number == request.number, RequestEvent.action == "reopened"
    )
    return session.scalar(query.limit(1)) is not None


def _buttons(session: Session, number: int, locale: str, kind: str, choices: Sequence[str]) -> tuple[Button, ...]:
    return tuple(
        Button(word(session, locale, f"rating.{kind}.{choice}"), make_value(number, choice)) for choice in choices
    )


def take(session: Session, conversation: Conversation, pressed: MessageRow) -> None:
    """Do what the pressed button says, and say that it is done. The value was offered in this conversation."""
    number, choice = read_value(str(pressed.value))
    try:
        text, buttons = _apply(session, conversation, number, choice)
    except NotFound:
        text, buttons = word(session, conversation.locale, "rating.late", number=number), ()
    append_message(
        session,
        conversation,
        Author.SYSTEM,
        Draft(MessageKind.STATUS, text, conversation.locale, buttons=buttons, data={"event": "rating"}),
    )
    if conversation.owner == Owner.BOT and conversation.started_seq == pressed.seq - 1:
        conversation.started_seq = conversation.last_seq


def _apply(
    session: Session, conversation: Conversation, number: int, choice: str
) -> tuple[str, tuple[Button, ...]]:
    locale = conversation.locale
    if choice == BACK:
        withdraw_rating(session, conversation.id, number)
        return word(session, locale, "rating.withdrawn"), ()
    back = (Button(word(session, locale, "rating.withdraw"), make_value(number, BACK)),)
    if choice in REASONS:
        explain_rating(session, conversation.id, number, choice)
        return word(session, locale, "rating.noted"), back
    score = int(choice)
    rate_request(session, conversation.id, number, score=score)
    text = word(session, locale, "rating.rated", score=score)
    if score > ASKS_WHY_UP_TO:
        return text, back
    return (
        f"{text} {word(session, locale, 'rating.why')}",
        (*_buttons(session, number, locale, "reason", REASONS), *back),
    )
