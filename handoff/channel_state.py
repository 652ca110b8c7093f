"""How a channel fares: what came in last, what waits to be handled or sent, and what could not be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.database import now
from handoff.models.channel import ChannelUpdate
from handoff.models.outbox import Outgoing
from handoff.upkeep import LATELY, last_received

LATE = timedelta(minutes=10)
"""So long after its time a delivery counts as late: the channel is away, or nobody sends."""


@dataclass(frozen=True, slots=True)
class ChannelState:
    """`failures` of the last day, by reason. Updates given up are remembered for three days."""

    last_update: datetime | None
    updates_waiting: int
    updates_failed: int
    waiting: int
    late: int
    failures: dict[str, int]


def measure_channel(session: Session, channel: str) -> ChannelState:
    moment = now(session)
    rows = session.execute(
        select(ChannelUpdate.state, func.count())
        .where(ChannelUpdate.channel == channel, ChannelUpdate.state != "done")
        .group_by(ChannelUpdate.state)
    ).all()
    states = {state: int(count) for state, count in rows}
    waiting, late = session.execute(
        select(func.count(), func.count().filter(Outgoing.try_at < moment - LATE)).where(
            Outgoing.state == "waiting", Outgoing.channel == channel
        )
    ).one()
    return ChannelState(
        last_update=last_received(session, channel),
        updates_waiting=states.get("waiting", 0),
        updates_failed=states.get("failed", 0),
        waiting=int(waiting),
        late=int(late),
        failures=_count_failures(session, channel, moment),
    )


def _count_failures(session: Session, channel: str, moment: datetime) -> dict[str, int]:
    reason = func.coalesce(Outgoing.reason, "unknown")
    rows = session.execute(
        select(reason, func.count())
        .where(Outgoing.channel == channel, Outgoing.state == "failed", Outgoing.finished_at > moment - LATELY)
        .group_by(reason)
        .order_by(reason)
    )
    return {str(why): int(count) for why, count in rows}
