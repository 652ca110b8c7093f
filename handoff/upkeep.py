"""How the record is doing: what waits to leave, what came in last, when old things were last deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.database import now
from handoff.models.audit import AuditEntry
from handoff.models.channel import ChannelUpdate
from handoff.models.outbox import Outgoing

LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OutboxState:
    """`late`: should have left already. `failed`: given up on within a day."""

    waiting: int
    late: int
    failed: int


def measure_outbox(session: Session, *, late_after: timedelta = timedelta(minutes=10)) -> OutboxState:
    moment = now(session)
    waiting, late = session.execute(
        select(func.count(), func.count().filter(Outgoing.try_at < moment - late_after)).where(
            Outgoing.state == "waiting"
        )
    ).one()
    failed = session.scalar(
        select(func.count()).where(Outgoing.state == "failed", Outgoing.finished_at > moment - LATELY)
    )
    return OutboxState(int(waiting), int(late), int(failed or 0))


def last_received(session: Session, channel: str) -> datetime | None:
    """When something last came in; handled updates are forgotten after a while."""
    return session.scalar(select(func.max(ChannelUpdate.received_at)).where(ChannelUpdate.channel == channel))


def last_retention(session: Session) -> datetime | None:
    """When what is too old was last looked for and deleted."""
    newest = select(AuditEntry.at).where(AuditEntry.subject == "retention", AuditEntry.action == "retention.run")
    return session.scalar(newest.order_by(AuditEntry.id.desc()).limit(1))
