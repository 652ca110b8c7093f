"""How far each coordinator has read."""

from __future__ import annotations

from sqlalchemy.orm import Session

from handoff import notifying
from handoff.database import now
from handoff.models.request import RequestRead


def mark_request_read(session: Session, coordinator_id: str, number: int, seq: int) -> None:
    row = session.get(RequestRead, (number, coordinator_id))
    if row is None:
        row = RequestRead(request_number=number, coordinator_id=coordinator_id, seq=0)
        session.add(row)
    row.seq = max(row.seq, seq)
    row.at = now(session)
    session.flush()
    notifying.mark_read(session, coordinator_id, request_number=number)
