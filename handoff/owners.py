"""Who owns a conversation: the legal moves, each with its epoch and kept as history.

bot -> queue          a person is asked for
queue -> coordinator  claimed, or a coordinator's first reply
bot -> coordinator    a coordinator reopens a closed matter, or takes over
coordinator -> queue  released, taken back, transferred is coordinator -> coordinator
queue, coordinator -> bot   closed or withdrawn
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handoff import events
from handoff.database import now
from handoff.errors import IllegalMove
from handoff.models.conversation import Conversation, OwnerChange
from handoff.models.message import TurnRow
from handoff.views import Owner

LEGAL = {
    Owner.BOT: {Owner.QUEUE, Owner.COORDINATOR},
    Owner.QUEUE: {Owner.COORDINATOR, Owner.BOT},
    Owner.COORDINATOR: {Owner.QUEUE, Owner.BOT, Owner.COORDINATOR},
}


def change_owner(session: Session, conversation: Conversation, to: Owner, *, actor: str, reason: str) -> None:
    """The conversation must be locked. Every change begins a new epoch; what the bot was about to say under the
    old one is thrown away. Raises IllegalMove."""
    before = Owner(conversation.owner)
    if to not in LEGAL[before]:
        raise IllegalMove(f"a conversation cannot go from {before} to {to}", before=before, after=to)
    conversation.owner = str(to)
    conversation.epoch += 1
    session.add(
        OwnerChange(
            conversation_id=conversation.id,
            epoch=conversation.epoch,
            before=str(before),
            after=str(to),
            actor=actor,
            reason=reason,
            at=now(session),
        )
    )
    if to is Owner.COORDINATOR:
        _drop_turns(session, conversation.id)
    events.note(session, events.conversation_topic(conversation.id), events.REQUESTS)


def _drop_turns(session: Session, conversation_id: str) -> None:
    """What the bot has not answered yet is the coordinator's to answer now."""
    session.execute(
        update(TurnRow)
        .where(TurnRow.conversation_id == conversation_id, TurnRow.state == "waiting")
        .values(state="dropped", leased_until=None, finished_at=now(session))
    )


def owned_since(session: Session, conversation: Conversation) -> datetime:
    """When its owner of now became that."""
    changed = session.scalar(
        select(OwnerChange.at).where(
            OwnerChange.conversation_id == conversation.id, OwnerChange.epoch == conversation.epoch
        )
    )
    return changed or conversation.created_at


def list_owner_changes(session: Session, conversation_id: str) -> Sequence[OwnerChange]:
    return session.scalars(
        select(OwnerChange).where(OwnerChange.conversation_id == conversation_id).order_by(OwnerChange.epoch)
    ).all()
