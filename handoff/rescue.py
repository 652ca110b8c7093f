"""Messages the bot never came to answer: each becomes a request for a person, with its reason and a word."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from handoff.database import Database, now, settings_of, word
from handoff.effects import hand_over
from handoff.errors import HandoffError
from handoff.messages import Author, Draft, Effect, MessageKind
from handoff.models.message import TurnRow
from handoff.records import append_message, lock_conversation

AT_ONCE = 100

log = logging.getLogger(__name__)


def rescue_stranded(database: Database) -> int:
    with database.reading() as session:
        found = _find(session)
    rescued = 0
    for conversation_id, message_id in found:
        try:
            with database.transaction() as session:
                rescued += rescue(session, conversation_id, message_id)
        except HandoffError as refused:
            log.info("rescue: turn %s: %s", message_id, refused.code)
    return rescued


def _is_stranded(session: Session, row: TurnRow) -> bool:
    return row.state == "waiting" and row.message_id in {found for _, found in _find(session, row.message_id)}


def _find(session: Session, message_id: str | None = None) -> list[tuple[str, str]]:
    """Nobody has a lease on them, they are too old or have been tried too often, and nothing before them waits:
    what a worker has in hand is left to it, and order holds."""
    settings, moment = settings_of(session), now(session)
    earlier = aliased(TurnRow)
    is_first = ~exists().where(
        earlier.conversation_id == TurnRow.conversation_id, earlier.state == "waiting", earlier.seq < TurnRow.seq
    )
    free = or_(TurnRow.leased_until.is_(None), TurnRow.leased_until <= moment)
    old = TurnRow.created_at <= moment - timedelta(minutes=settings.stranded_minutes)
    tried = TurnRow.attempts >= settings.stranded_attempts
    query = select(TurnRow.conversation_id, TurnRow.message_id).where(
        and_(TurnRow.state == "waiting", free, or_(old, tried), is_first)
    )
    if message_id is not None:
        query = query.where(TurnRow.message_id == message_id)
    rows = session.execute(query.order_by(TurnRow.created_at, TurnRow.seq).limit(AT_ONCE))
    return [(conversation, message) for conversation, message in rows]


def _next_waiting(session: Session, conversation_id: str) -> TurnRow | None:
    session.flush()
    return session.scalar(
        select(TurnRow)
        .where(TurnRow.conversation_id == conversation_id, TurnRow.state == "waiting")
        .order_by(TurnRow.seq)
        .limit(1)
    )


def rescue(session: Session, conversation_id: str, message_id: str) -> bool:
    """False if it was answered meanwhile. Several of one conversation are told of once."""
    conversation = lock_conversation(session, conversation_id)
    row = session.get(TurnRow, message_id, populate_existing=True)
    if row is None or not _is_stranded(session, row):
        return False
    while row is not None and _is_stranded(session, row):
        row.state, row.leased_until, row.finished_at = "done", None, now(session)
        row = _next_waiting(session, conversation_id)
    apology = word(session, conversation.locale, "stranded")
    effect = Effect("handoff", {"reason": "failure"})
    draft = Draft(MessageKind.HANDOFF, apology, conversation.locale, effect=effect)
    told, _ = hand_over(session, conversation, draft, effect.data)
    append_message(session, conversation, Author.SYSTEM, told)
    log.warning("turn %s had no answer: handed to the coordinators", message_id)
    return True
