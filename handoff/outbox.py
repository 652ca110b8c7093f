"""What is to leave the building: written with the state change, sent at least once, never lost in silence.

A worker leases rows, sends each through its channel and reports: `mark_sent`, or `mark_failed` with a reason. A
lease that runs out (the worker died) makes the row due again, so the far side must bear the same `dedupe` twice.
Rows of one address leave in order.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from handoff import audit, events
from handoff.database import count_changed, now, settings_of
from handoff.errors import IllegalMove, NotFound
from handoff.leases import is_free
from handoff.messages import Message
from handoff.models.message import MessageRow
from handoff.models.outbox import Outgoing
from handoff.models.request import Request
from handoff.permissions import require_answering
from handoff.records import view_message
from handoff.views import Actor

LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
SPENT = ("confirmation", "news")
"""Kinds whose payload is emptied once it has left: a one-time link or somebody's choice has no use then."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One leased row. `message` for a message of a conversation, else `payload` says what.

    `lease` tells this lease from a later one: what an overtaken worker reports is not taken over a newer one's.
    """

    id: int
    channel: str
    address: str
    kind: str
    dedupe: str
    payload: dict[str, Any]
    message: Message | None
    attempts: int
    lease: str


def put(
    session: Session,
    channel: str,
    address: str,
    kind: str,
    dedupe: str,
    payload: dict[str, Any],
    *,
    conversation_id: str | None = None,
    not_before: datetime | None = None,
) -> bool:
    """Once per `dedupe`: False if it is there already."""
    if session.scalar(select(Outgoing.id).where(Outgoing.dedupe == dedupe)) is not None:
        return False
    session.add(
        Outgoing(
            channel=channel,
            address=address,
            kind=kind,
            dedupe=dedupe,
            payload=payload,
            conversation_id=conversation_id,
            try_at=not_before or now(session),
            created_at=now(session),
        )
    )
    session.flush()
    events.note(session, events.OUTBOX)
    return True


def lease_deliveries(session: Session, channels: Collection[str], *, limit: int = 20) -> list[Delivery]:
    """Of each address the oldest waiting row, if its time has come and nobody has it."""
    moment = now(session)
    earlier = aliased(Outgoing)
    is_first = ~exists().where(
        earlier.channel == Outgoing.channel,
        earlier.address == Outgoing.address,
        earlier.state == "waiting",
        earlier.id < Outgoing.id,
    )
    # Not later than now, even if the clock has gone back since it was written.
    at_once = (Outgoing.attempts == 0) & (Outgoing.try_at == Outgoing.created_at)
    rows = session.scalars(
        select(Outgoing)
        .where(
            Outgoing.state == "waiting",
            Outgoing.channel.in_(channels),
            or_(Outgoing.try_at <= moment, at_once),
            is_free(Outgoing.leased_until, moment, LEASE),
            is_first,
        )
        .order_by(Outgoing.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.leased_until, row.lease = moment + LEASE, str(uuid4())
        row.attempts += 1
    return [_view(session, row) for row in rows]


def _view(session: Session, row: Outgoing) -> Delivery:
    message = session.get(MessageRow, row.message_id) if row.message_id else None
    return Delivery(
        id=row.id,
        channel=row.channel,
        address=row.address,
        kind=row.kind,
        dedupe=row.dedupe,
        payload=row.payload,
        message=view_message(message) if message else None,
        attempts=row.attempts,
        lease=row.lease or "",
    )


def give_back(session: Session, delivery: Delivery) -> None:
    """Leased and not begun, by a worker that is asked to stop: due again at once, as if never leased."""
    row = _find_waiting(session, delivery.id)
    if row is not None and row.lease == delivery.lease:
        row.lease, row.leased_until = None, None
        row.attempts -= 1


def mark_sent(session: Session, delivery: Delivery) -> bool:
    """False if it was finished before. Counts even from an overtaken lease: it has arrived."""
    row = _find_waiting(session, delivery.id)
    if row is None:
        return False
    row.state, row.reason, row.lease, row.leased_until = "sent", None, None, None
    _finish(session, row)
    _tell(session, row)
    return True


def mark_failed(
    session: Session, delivery: Delivery, reason: str, *, permanent: bool, retry_after: float | None = None
) -> str:
    """Gives the state it is in now: waiting for another try, or failed for good."""
    row = _find_waiting(session, delivery.id)
    if row is None or row.lease != delivery.lease:
        return row.state if row else "sent"
    row.reason, row.lease, row.leased_until = reason[:80], None, None
    if permanent or row.attempts >= settings_of(session).outbox_attempts:
        row.state = "failed"
        _finish(session, row)
    else:
        row.try_at = now(session) + pause_after(row.attempts, retry_after)
    _tell(session, row)
    return row.state


def _finish(session: Session, row: Outgoing) -> None:
    row.finished_at = now(session)
    if row.kind in SPENT:
        row.payload = {}


def pause_after(attempts: int, retry_after: float | None) -> timedelta:
    """What the channel asked for, else twice as long each time."""
    if retry_after is not None:
        return timedelta(seconds=min(max(retry_after, 1.0), 86400.0))
    return min(FIRST_PAUSE * int(2 ** min(attempts - 1, 20)), LONGEST_PAUSE)


def _find_waiting(session: Session, delivery_id: int) -> Outgoing | None:
    return session.scalar(
        select(Outgoing)
        .where(Outgoing.id == delivery_id, Outgoing.state == "waiting")
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _tell(session: Session, row: Outgoing) -> None:
    """Whoever looks at the request sees the new state of delivery."""
    if row.conversation_id is not None:
        events.note(session, events.REQUESTS, events.conversation_topic(row.conversation_id))


def resend(session: Session, delivery_id: int) -> None:
    """Try a failed one again, from the start. Raises NotFound, IllegalMove."""
    row = session.get(Outgoing, delivery_id)
    if row is None:
        raise NotFound("no such delivery")
    if row.state != "failed":
        raise IllegalMove(f"only a failed delivery can be sent again; this one is {row.state}", state=row.state)
    row.state, row.attempts, row.reason, row.finished_at = "waiting", 0, None, None
    row.try_at = now(session)
    events.note(session, events.OUTBOX)
    _tell(session, row)


def resend_for(session: Session, actor: Actor, number: int, delivery_id: int) -> None:
    """As `resend`, for a message of this request's conversation. Raises NotFound for any other."""
    require_answering(actor)
    row = session.get(Outgoing, delivery_id)
    request = session.get(Request, number)
    if row is None or request is None or row.conversation_id != request.conversation_id:
        raise NotFound("no such delivery")
    resend(session, delivery_id)
    audit.record(session, actor.id, "message.resent", f"request:{number}")


def cancel_address(session: Session, channel: str, address: str, reason: str) -> int:
    """The address is closed to us: what still waits for it will not be sent."""
    return count_changed(
        session,
        update(Outgoing)
        .where(Outgoing.channel == channel, Outgoing.address == address, Outgoing.state == "waiting")
        .values(state="failed", reason=reason[:80], finished_at=now(session), lease=None, leased_until=None),
    )


def move_address(session: Session, channel: str, old: str, new: str) -> int:
    return count_changed(
        session,
        update(Outgoing)
        .where(Outgoing.channel == channel, Outgoing.address == old, Outgoing.state == "waiting")
        .values(address=new),
    )


def delivery_states(session: Session, message_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """By message id: {id, state, reason, attempts} for those that had to leave the building."""
    rows = session.scalars(select(Outgoing).where(Outgoing.message_id.in_(message_ids)))
    return {
        str(row.message_id): {"id": row.id, "state": row.state, "reason": row.reason, "attempts": row.attempts}
        for row in rows
    }
