"""Personal tokens of the API: shown once, kept as hashes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.database import now
from handoff.errors import NotAllowed, NotFound
from handoff.models.base import clean_text
from handoff.models.coordinator import ApiToken, Coordinator
from handoff.tokens import digest
from handoff.views import Actor

PREFIX = "hd_"
"""So that a leaked one is recognised by scanners."""
NOTED_EVERY = timedelta(minutes=1)


def issue_token(
    session: Session, coordinator_id: str, name: str, *, by: str, expires_at: datetime | None = None
) -> str:
    token = PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            digest=digest(token),
            coordinator_id=coordinator_id,
            name=clean_text(name)[:80],
            created_at=now(session),
            expires_at=expires_at,
        )
    )
    session.flush()
    audit.record(session, by, "token.issued", f"coordinator:{coordinator_id}")
    return token


@dataclass(frozen=True, slots=True)
class Shown:
    """Whose token a program has shown. `noted` is False when it is time to write down that it is in use."""

    actor: Actor
    noted: bool


def actor_of_token(session: Session, token: str) -> Actor:
    return look_up(session, token).actor


def look_up(session: Session, token: str) -> Shown:
    """Raises NotAllowed for a wrong, an expired one, and one of a disabled account. Reads only."""
    row = session.get(ApiToken, digest(token[:200]))
    holder = session.get(Coordinator, row.coordinator_id) if row else None
    if row is None or holder is None or holder.disabled_at is not None:
        raise NotAllowed("this token is not valid", reason="token")
    if row.expires_at is not None and row.expires_at <= now(session):
        raise NotAllowed("this token is not valid", reason="token")
    noted = row.used_at is not None and now(session) - row.used_at < NOTED_EVERY
    return Shown(Actor(holder.id, holder.email, holder.name, holder.role), noted)


def note_token_use(session: Session, token: str) -> None:
    """Needs a write transaction; once a minute is enough."""
    row = session.get(ApiToken, digest(token[:200]))
    if row is not None and (row.used_at is None or now(session) - row.used_at >= NOTED_EVERY):
        row.used_at = now(session)


def list_tokens(session: Session, coordinator_id: str) -> Sequence[ApiToken]:
    """Their digests name them; what they are cannot be had back."""
    return session.scalars(
        select(ApiToken).where(ApiToken.coordinator_id == coordinator_id).order_by(ApiToken.created_at)
    ).all()


def revoke_token(session: Session, actor: Actor, token_digest: str) -> None:
    """Raises NotFound for one that is not theirs."""
    row = session.get(ApiToken, token_digest)
    if row is None or (row.coordinator_id != actor.id and actor.role != "administrator"):
        raise NotFound("no such token")
    session.delete(row)
    audit.record(session, actor.id, "token.revoked", f"coordinator:{row.coordinator_id}")
