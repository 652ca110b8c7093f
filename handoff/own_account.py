"""What a coordinator does with their own account: the password, where it is signed in, how they are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handoff import audit, links, sessions
from handoff.api_tokens import issue_token, list_tokens
from handoff.coordinators import set_profile
from handoff.database import Database, even_if_refused, now, settings_of
from handoff.errors import Invalid, NotFound
from handoff.models.base import clean_text
from handoff.models.coordinator import ApiToken, Coordinator, CoordinatorSession
from handoff.passwords import check_choice, hash_password, verify_password
from handoff.tokens import digest
from handoff.views import Actor

MOST_TOKENS = 20


@dataclass(frozen=True, slots=True)
class SessionView:
    """A browser that is signed in. `key` names it among the coordinator's own; it opens nothing."""

    key: str
    agent: str
    address: str
    created_at: datetime
    used_at: datetime
    way: str
    current: bool


def list_own_sessions(session: Session, actor: Actor, token: str) -> list[SessionView]:
    """Those alive, the one in hand (`token`) first, then by last use."""
    moment, idle, own = now(session), settings_of(session).session_idle, digest(token)
    alive = [
        SessionView(row.digest, row.agent, row.address, row.created_at, row.used_at, row.way, row.digest == own)
        for row in sessions.list_sessions(session, actor.id)
        if moment < row.expires_at and moment - row.used_at < idle
    ]
    return sorted(alive, key=lambda one: not one.current)


def end_own_session(session: Session, actor: Actor, key: str) -> None:
    """Raises NotFound for one that is not theirs, or has ended."""
    row = session.get(CoordinatorSession, key)
    if row is None or row.coordinator_id != actor.id:
        raise NotFound("no such session")
    session.delete(row)
    audit.record(session, actor.id, "session.ended", f"coordinator:{actor.id}")


def end_other_sessions(session: Session, actor: Actor, keep: str) -> int:
    ended = sessions.end_sessions(session, actor.id, but=keep)
    if ended:
        audit.record(session, actor.id, "sessions.ended", f"coordinator:{actor.id}", count=ended)
    return ended


def change_password(
    database: Database, actor: Actor, *, old: str, new: str, address: str, keep: str | None = None
) -> None:
    """All sessions but `keep` (the token in hand) end.

    Guessing the old one is held up as guessing at the sign-in is, under a key of its own: nobody outside can keep
    a coordinator from changing it. Each attempt counts before it is looked at, and the slow look keeps nobody from
    writing. Raises Invalid for a wrong old one and a weak new one, or Locked.
    """
    with database.transaction() as session:
        attempt = sessions.begin_attempt(session, sessions.own_password(actor), address)
        row = session.get_one(Coordinator, actor.id)
        kept, email = row.password_hash, row.email
    right, _ = verify_password(old, kept)
    if right:
        hashed = _hash_choice(database, attempt, old, new, email)
    with database.transaction() as session:
        row = session.get_one(Coordinator, actor.id)
        if not right or row.password_hash != kept:
            even_if_refused(session, lambda later: _note_refusal(later, actor))
            raise Invalid("the old password is not right", field="old", reason="wrong")
        row.password_hash, row.must_change_password = hashed, False
        sessions.forget_attempt(session, attempt)
        sessions.end_sessions(session, row.id, but=keep)
        audit.record(session, actor.id, "password.changed", f"coordinator:{row.id}")


def _hash_choice(database: Database, attempt: list[int], old: str, new: str, email: str) -> str:
    """Whoever knows the old password is not guessing: a weak new one does not count against them."""
    try:
        if old == new:
            raise Invalid("the new password is the old one", field="password", reason="same")
        check_choice(new, email)
    except Invalid:
        with database.transaction() as session:
            sessions.forget_attempt(session, attempt)
        raise
    return hash_password(new)


def _note_refusal(session: Session, actor: Actor) -> None:
    audit.record(session, actor.id, "password.refused", f"coordinator:{actor.id}")


def issue_own_token(session: Session, actor: Actor, name: str, expires_at: datetime | None) -> str:
    """Raises Invalid without a name, for a time that is past, and for one too many."""
    plain = clean_text(name).strip()
    if not plain:
        raise Invalid("a token has a name", field="name", reason="empty")
    if expires_at is not None and expires_at <= now(session):
        raise Invalid("it would have expired already", field="expires", reason="past")
    if len(list_tokens(session, actor.id)) >= MOST_TOKENS:
        raise Invalid("revoke one first", field="name", reason="too_many_tokens", most=MOST_TOKENS)
    return issue_token(session, actor.id, plain, by=actor.id, expires_at=expires_at)


def is_expired(session: Session, token: ApiToken) -> bool:
    return token.expires_at is not None and token.expires_at <= now(session)


def set_preferences(session: Session, actor: Actor, told: dict[str, Any]) -> None:
    """How they are notified; whose chat is linked is not told here, and stays. Raises Invalid."""
    set_profile(session, actor, preferences={**told, "telegram_chat": None})
    audit.record(session, actor.id, "preferences.changed", f"coordinator:{actor.id}")


def unlink_own_chat(session: Session, actor: Actor) -> bool:
    """False if none was linked."""
    address = (session.get_one(Coordinator, actor.id).preferences or {}).get("telegram_chat")
    return bool(address) and links.unlink(session, str(address))
