"""A place in the queue of messages for the bot: told when it means waiting, refused when it means too much."""

from __future__ import annotations

import math

from sqlalchemy.orm import Session

from bot import metrics
from bot.gateway.admission import overloaded
from bot.gateway.errors import Problem
from bot.gateway.visitor_schemas import PlaceOut
from bot.helpdesk import Helpdesk
from handoff.conversations import ConversationView, Owner, Recorded
from handoff.messages import Author
from handoff.replying import find_said
from handoff.turns import count_waiting

TOLD_FROM = 5.0
"""Seconds of waiting above which it is told."""
LONGEST_WAIT = 60.0
"""Seconds of waiting above which a message is not taken in: its sender is to try again."""
COMES_BACK_WITHIN = (5, 30)


def refuse_early(helpdesk: Helpdesk, conversation: ConversationView, client_id: str) -> None:
    """Raises what `take_place` would, by what was counted a moment ago, without taking writers' time: those that
    are refused must not slow down those that are answered."""
    seconds = helpdesk.backlog.expect_lately()
    if seconds <= LONGEST_WAIT or conversation.owner is Owner.COORDINATOR:
        return
    with helpdesk.database.reading() as session:
        if find_said(session, conversation.id, Author.VISITOR, client_id) is not None:
            return
    raise refuse(seconds)


def refuse(seconds: float) -> Problem:
    metrics.refused.labels("turns").inc()
    least, most = COMES_BACK_WITHIN
    return overloaded(int(min(max(seconds - LONGEST_WAIT, least), most)))


def take_place(helpdesk: Helpdesk, session: Session, recorded: Recorded) -> PlaceOut | None:
    """Call it in the transaction that records the message. None where there is nothing to wait for, or not long.

    Raises a 429 Problem, which undoes the recording, where the answer would take too long. What was taken in
    before and is only sent again is never refused, nor is what goes to a person.
    """
    if recorded.duplicate or recorded.conversation.owner is Owner.COORDINATOR:
        return None
    waiting = count_waiting(session)
    helpdesk.backlog.note_waiting(waiting)
    ahead = max(waiting - 1, 0)
    seconds = helpdesk.backlog.expect(ahead)
    if seconds > LONGEST_WAIT:
        raise refuse(seconds)
    return PlaceOut(ahead=ahead, seconds=math.ceil(seconds)) if seconds >= TOLD_FROM else None
