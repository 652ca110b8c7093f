"""What came in from a chat channel, from before it is acknowledged until it is handled.

An update is handled once in effect: who handles it calls `finish_update` in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from handoff import events
from handoff.database import now
from handoff.leases import is_free
from handoff.models.channel import ChannelUpdate

LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=2)
REMEMBERED = timedelta(days=3)
"""How long the id of a handled update is kept: Telegram sends an update again for at most a day."""


@dataclass(frozen=True, slots=True)
class NewUpdate:
    update_id: int
    chat: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    update_id: int
    chat: str
    payload: dict[str, Any]
    attempts: int


def store_updates(session: Session, channel: str, arrived: Sequence[NewUpdate]) -> int:
    """Those not seen before. Gives their number and wakes who handles them."""
    ids = [item.update_id for item in arrived]
    known = set(
        session.scalars(
            select(ChannelUpdate.update_id).where(
                ChannelUpdate.channel == channel, ChannelUpdate.update_id.in_(ids)
            )
        )
    )
    moment = now(session)
    fresh = {item.update_id: item for item in arrived if item.update_id not in known}
    session.add_all(
        ChannelUpdate(
            channel=channel,
            update_id=item.update_id,
            chat=item.chat,
            payload=item.payload,
            state="waiting",
            try_at=moment,
            received_at=moment,
        )
        for item in fresh.values()
    )
    session.flush()
    if fresh:
        events.note(session, events.UPDATES)
    return len(fresh)


def newest_update_id(session: Session, channel: str) -> int | None:
    return session.scalar(select(func.max(ChannelUpdate.update_id)).where(ChannelUpdate.channel == channel))


def lease_updates(session: Session, channel: str, *, limit: int) -> list[StoredUpdate]:
    """The oldest waiting update of each chat, unless it is being handled or its time has not come."""
    moment = now(session)
    earlier = aliased(ChannelUpdate)
    is_first = ~exists().where(
        earlier.channel == ChannelUpdate.channel,
        earlier.chat == ChannelUpdate.chat,
        earlier.state == "waiting",
        earlier.update_id < ChannelUpdate.update_id,
    )
    rows = session.scalars(
        select(ChannelUpdate)
        .where(
            ChannelUpdate.channel == channel,
            ChannelUpdate.state == "waiting",
            or_(ChannelUpdate.try_at <= moment, ChannelUpdate.attempts == 0),
            is_free(ChannelUpdate.leased_until, moment, LEASE),
            is_first,
        )
        .order_by(ChannelUpdate.update_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.leased_until = moment + LEASE
        row.attempts += 1
    return [StoredUpdate(row.update_id, row.chat, row.payload or {}, row.attempts) for row in rows]


def give_back(session: Session, channel: str, update_id: int) -> None:
    """Leased and not begun, by a worker that is asked to stop: due again at once, as if never leased."""
    row = session.scalar(
        select(ChannelUpdate).where(
            ChannelUpdate.channel == channel,
            ChannelUpdate.update_id == update_id,
            ChannelUpdate.state == "waiting",
        )
    )
    if row is not None:
        row.leased_until = None
        row.attempts -= 1


def finish_update(session: Session, channel: str, update_id: int) -> bool:
    """False if it was finished before. What it said is not kept here any longer."""
    finished = session.scalar(
        update(ChannelUpdate)
        .where(
            ChannelUpdate.channel == channel,
            ChannelUpdate.update_id == update_id,
            ChannelUpdate.state == "waiting",
        )
        .values(state="done", payload=None, leased_until=None)
        .returning(ChannelUpdate.id)
    )
    return finished is not None


def postpone_update(session: Session, channel: str, update_id: int, *, most_attempts: int) -> bool:
    """Try again later, twice as late each time. True if it is given up instead."""
    row = session.scalar(
        select(ChannelUpdate)
        .where(
            ChannelUpdate.channel == channel,
            ChannelUpdate.update_id == update_id,
            ChannelUpdate.state == "waiting",
        )
        .with_for_update()
    )
    if row is None:
        return False
    row.leased_until = None
    if row.attempts >= most_attempts:
        row.state, row.payload = "failed", None
        return True
    row.try_at = now(session) + FIRST_PAUSE * 2 ** (row.attempts - 1)
    return False


def forget_updates(session: Session, before: datetime) -> int:
    """Delete what was handled before that moment; the newest stays, so that polling goes on after it."""
    newest = select(func.max(ChannelUpdate.id)).scalar_subquery()
    gone = session.scalars(
        delete(ChannelUpdate)
        .where(ChannelUpdate.state != "waiting", ChannelUpdate.received_at < before, ChannelUpdate.id != newest)
        .returning(ChannelUpdate.id)
    )
    return len(gone.all())
