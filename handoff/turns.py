"""Turns: visitor messages that wait for the bot. A worker that dies leaves a lease that runs out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, aliased

from handoff import events, figures
from handoff.database import count_changed, even_if_refused, now
from handoff.effects import apply_effect
from handoff.errors import StaleEpoch
from handoff.held import hold_answers
from handoff.leases import is_free
from handoff.messages import Author, Draft, Message
from handoff.models.conversation import Conversation
from handoff.models.message import MessageRow, TurnRow
from handoff.records import (
    append_message,
    find_open_request,
    lock_conversation,
    read_messages,
    view_conversation,
    view_message,
)
from handoff.views import Owner, Turn
from handoff.waiting import describe_request

RECENT = 20
LEASE = timedelta(seconds=60)


def next_turns(session: Session, *, limit: int = 20, lease: timedelta = LEASE) -> list[Turn]:
    """Lease the oldest waiting turn of each conversation that has none leased: order holds per conversation."""
    moment = now(session)
    earlier = aliased(TurnRow)
    is_first = ~exists().where(
        earlier.conversation_id == TurnRow.conversation_id, earlier.state == "waiting", earlier.seq < TurnRow.seq
    )
    rows = session.scalars(
        select(TurnRow)
        .where(
            TurnRow.state == "waiting",
            is_free(TurnRow.leased_until, moment, lease),
            is_first,
        )
        .order_by(TurnRow.created_at, TurnRow.conversation_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.leased_until = moment + lease
        row.attempts += 1
    return [_lease(session, row) for row in rows]


def count_waiting(session: Session) -> int:
    """Turns that are not answered yet, those in hand included."""
    waiting = select(func.count()).select_from(TurnRow).where(TurnRow.state == "waiting")
    return int(session.scalar(waiting) or 0)


def find_oldest_waiting(session: Session) -> datetime | None:
    """Since when the oldest of them waits."""
    return session.scalar(select(func.min(TurnRow.created_at)).where(TurnRow.state == "waiting"))


def give_back(session: Session, turn: Turn) -> None:
    """Leased, and not answered by a worker that is asked to stop: due again at once, as if never leased."""
    row = session.get(TurnRow, turn.message.id)
    if row is not None and row.state == "waiting" and row.attempts == turn.attempts:
        row.leased_until = None
        row.attempts -= 1
        events.note(session, events.TURNS)


def free_turns(session: Session) -> int:
    """End every lease, and say how many there were: who had them died. Only where one process alone answers."""
    freed = update(TurnRow).where(TurnRow.state == "waiting", TurnRow.leased_until.is_not(None))
    return count_changed(session, freed.values(leased_until=None))


def turns_wait(session: Session) -> bool:
    """Whether a turn may be leased now, or soon: those whose conversation is being answered count too."""
    free = is_free(TurnRow.leased_until, now(session), LEASE)
    return session.scalar(select(TurnRow.message_id).where(TurnRow.state == "waiting", free).limit(1)) is not None


def _lease(session: Session, row: TurnRow) -> Turn:
    conversation = session.get_one(Conversation, row.conversation_id)
    message = session.get_one(MessageRow, row.message_id)
    row.epoch = conversation.epoch
    first = max(conversation.started_seq, row.seq - RECENT - 1)
    before = read_messages(session, row.conversation_id, after=first, before=row.seq)
    request = find_open_request(session, row.conversation_id) if conversation.owner != Owner.BOT else None
    return Turn(
        conversation=view_conversation(session, conversation),
        message=view_message(message),
        value=message.value,
        recent=tuple(view_message(said) for said in before),
        attempts=row.attempts,
        request_id=row.request_id,
        facts={"request": describe_request(session, request, conversation.locale)} if request else {},
    )


def finish_turn(
    session: Session,
    turn: Turn,
    drafts: Sequence[Draft],
    *,
    intent: str | None = None,
    intent_confidence: float | None = None,
) -> list[Message]:
    """Record the bot's messages and apply their effects, all or nothing, and mark the turn answered. Answers on
    a theme that a person approves first are held instead (handoff.held).

    Raises StaleEpoch if the conversation changed hands since the turn was leased: nothing is recorded. Where a
    coordinator has it now the turn has ended; where the bot still answers, it waits to be answered anew. Does
    nothing if the turn was finished already.
    """
    conversation = lock_conversation(session, turn.conversation.id)
    row = session.get(TurnRow, turn.message.id, populate_existing=True)
    if row is None or row.state == "done":
        return []
    _refuse_stale(session, conversation, row, turn)
    message = session.get_one(MessageRow, row.message_id)
    message.intent, message.intent_confidence = intent, intent_confidence
    row.state, row.leased_until, row.finished_at = "done", None, now(session)
    told = hold_answers(session, drafts)
    recorded = [view_message(_record(session, conversation, draft)) for draft in told]
    figures.note_turn(session, conversation, message, told)
    return recorded


def _refuse_stale(session: Session, conversation: Conversation, row: TurnRow, turn: Turn) -> None:
    if row.state == "dropped":
        raise StaleEpoch("a coordinator has taken the conversation", epoch=conversation.epoch)
    if conversation.epoch == turn.conversation.epoch:
        return
    if row.epoch == turn.conversation.epoch:
        even_if_refused(session, lambda later: _give_back(later, turn))
    raise StaleEpoch("the conversation changed hands meanwhile", epoch=conversation.epoch)


def _give_back(session: Session, turn: Turn) -> None:
    """The lease ends at once: the bot answers anew, knowing who owns the conversation now."""
    session.execute(
        update(TurnRow)
        .where(
            TurnRow.message_id == turn.message.id,
            TurnRow.state == "waiting",
            TurnRow.epoch == turn.conversation.epoch,
        )
        .values(leased_until=None)
    )
    events.note(session, events.TURNS)


def _record(session: Session, conversation: Conversation, draft: Draft) -> MessageRow:
    told, after = apply_effect(session, conversation, draft)
    row = append_message(session, conversation, Author.BOT, told)
    if after is not None:
        after()
    return row
