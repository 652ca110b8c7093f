"""What was held back in quiet hours, or for those who want a digest: gathered into one message each."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.database import now, settings_of
from handoff.models.coordinator import Coordinator
from handoff.models.outbox import Notification
from handoff.notifying import is_quiet, read_preferences, send_out


def send_digests(session: Session) -> int:
    """One a coordinator whose quiet hours are over; those who want digests get one every few hours. What they have
    read in the inbox meanwhile is not in it."""
    rows = session.scalars(
        select(Notification)
        .where(Notification.digest.is_(True), Notification.read_at.is_(None))
        .order_by(Notification.coordinator_id, Notification.id)
        .with_for_update(skip_locked=True)
    ).all()
    sent = 0
    for coordinator_id, held in groupby(rows, key=lambda row: row.coordinator_id):
        coordinator = session.get_one(Coordinator, coordinator_id)
        sent += _send_one(session, coordinator, list(held))
    return sent


def _send_one(session: Session, coordinator: Coordinator, held: list[Notification]) -> bool:
    settings, moment = settings_of(session), now(session)
    preferences = read_preferences(coordinator)
    if is_quiet(preferences, moment, ZoneInfo(settings.timezone)):
        return False
    gathering = moment - held[0].created_at < timedelta(minutes=settings.digest_minutes)
    if preferences.digest and gathering:
        return False
    for row in held:
        row.digest = False
    if coordinator.disabled_at is not None:
        return False
    requests = sorted({row.request_number for row in held if row.request_number is not None})
    numbers = ", ".join(str(number) for number in requests)
    facts = {"count": len(held), "numbers": numbers}
    send_out(session, coordinator, preferences, "digest", f"digest:{held[-1].id}", None, facts)
    return True
