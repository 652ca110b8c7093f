"""Coordinators: accounts, sign-in, sessions, personal tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from handoff import audit, moves
from handoff.api_tokens import actor_of_token, issue_token, list_tokens, revoke_token
from handoff.assignment import list_languages
from handoff.availability import ANSWERS
from handoff.database import now, take_turn
from handoff.errors import IllegalMove, Invalid, NotFound
from handoff.models.base import clean_text
from handoff.models.coordinator import ApiToken, Coordinator
from handoff.models.request import Request
from handoff.passwords import hash_password, make_password
from handoff.profiles import set_profile
from handoff.sessions import (
    SignedIn,
    actor_of_session,
    end_sessions,
    list_sessions,
    sign_in,
    sign_in_at,
    sign_out,
)
from handoff.views import Actor

__all__ = [
    "ROLES",
    "NewAccount",
    "SignedIn",
    "actor_of_session",
    "actor_of_token",
    "add_coordinator",
    "change_role",
    "describe_coordinator",
    "disable_coordinator",
    "enable_coordinator",
    "find_coordinator",
    "issue_token",
    "list_coordinators",
    "list_sessions",
    "list_tokens",
    "note_presence",
    "reset_password",
    "revoke_token",
    "set_absence",
    "set_available",
    "set_profile",
    "sign_in",
    "sign_in_at",
    "sign_out",
]

ROLES = ("coordinator", "editor", "administrator", "viewer")
EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f.]{2,}")


@dataclass(frozen=True, slots=True)
class NewAccount:
    email: str
    role: str
    password: str
    token: str | None


def view_actor(row: Coordinator) -> Actor:
    return Actor(row.id, row.email, row.name, row.role)


def take_email(email: str) -> str:
    plain = clean_text(email).strip().lower()
    if len(plain) > 254 or not EMAIL.fullmatch(plain):
        raise Invalid("this is no e-mail address", field="email", reason="malformed")
    return plain


def add_coordinator(
    session: Session,
    *,
    email: str,
    name: str | None,
    role: str,
    with_token: bool,
    locale: str = "lv",
    by: str = "cli",
) -> NewAccount:
    """The password is one-time and shown only here. Raises Invalid for a known address or a wrong role."""
    check_role(role)
    plain = take_email(email)
    if session.scalar(select(Coordinator.id).where(Coordinator.email == plain)) is not None:
        raise Invalid("there is an account with this address already", field="email", reason="known")
    password = make_password()
    row = Coordinator(
        id=str(uuid4()),
        email=plain,
        name=clean_text(name or plain.split("@")[0]).strip()[:100],
        role=role,
        locale=locale,
        password_hash=hash_password(password),
        must_change_password=True,
        skills=[],
        most_open=10,
        available=True,
        preferences={},
        created_at=now(session),
    )
    session.add(row)
    session.flush()
    token = issue_token(session, row.id, "made with the account", by=by) if with_token else None
    audit.record(session, by, "coordinator.added", f"coordinator:{row.id}", role=role)
    return NewAccount(plain, role, password, token)


def find_coordinator(session: Session, email: str) -> Coordinator:
    row = session.scalar(select(Coordinator).where(Coordinator.email == clean_text(email).strip().lower()))
    if row is None:
        raise NotFound("there is no account with this address")
    return row


def reset_password(session: Session, email: str, *, by: str = "cli") -> str:
    """A new one-time password; all sessions end."""
    row = find_coordinator(session, email)
    password = make_password()
    row.password_hash, row.must_change_password = hash_password(password), True
    end_sessions(session, row.id)
    audit.record(session, by, "password.reset", f"coordinator:{row.id}")
    return password


def disable_coordinator(session: Session, email: str, *, by: str = "cli", to: str | None = None) -> None:
    """Ends all sessions and tokens; requests in hand go to the colleague `to`, or back to the queue. Raises
    IllegalMove for the last administrator, Invalid for a colleague who does not answer."""
    row = find_coordinator(session, email)
    if row.disabled_at is not None:
        return
    _keep_an_administrator(session, row)
    row.disabled_at = now(session)
    end_sessions(session, row.id)
    session.execute(delete(ApiToken).where(ApiToken.coordinator_id == row.id))
    held = hand_on(session, row, by=by, to=to)
    audit.record(session, by, "coordinator.disabled", f"coordinator:{row.id}", put_back=held)


def hand_on(session: Session, row: Coordinator, *, by: str, to: str | None = None) -> int:
    """Everything this coordinator has goes to the colleague, else back to the queue. How many requests it was."""
    receiver = moves.find_receiver(session, to) if to else None
    if receiver is not None and receiver.id == row.id:
        raise Invalid("the colleague is somebody else", field="to", reason="self")
    held = session.scalars(
        select(Request.number).where(Request.assignee_id == row.id, Request.state.in_(moves.HELD))
    ).all()
    for number in held:
        conversation, request = moves.lock_request(session, number)
        if request.assignee_id != row.id:
            continue
        if receiver is None:
            moves.put_back(session, conversation, request, "released", audit.SYSTEM)
        else:
            moves.hand_to(session, conversation, request, receiver, by)
    return len(held)


def _keep_an_administrator(session: Session, row: Coordinator) -> None:
    """One at a time: two who take each other's role at once would leave none."""
    if row.role != "administrator":
        return
    take_turn(session, "administrators")
    others = session.scalar(
        select(func.count())
        .select_from(Coordinator)
        .where(Coordinator.role == "administrator", Coordinator.disabled_at.is_(None), Coordinator.id != row.id)
    )
    if not others:
        raise IllegalMove("this is the last administrator; add another one first", state="last_administrator")


def enable_coordinator(session: Session, email: str, *, by: str) -> None:
    row = find_coordinator(session, email)
    row.disabled_at = None
    audit.record(session, by, "coordinator.enabled", f"coordinator:{row.id}")


def change_role(session: Session, email: str, role: str, *, by: str) -> None:
    """Sessions end, so that nothing goes on under the old role, and who no longer answers keeps no request. Raises
    Invalid; IllegalMove for the last administrator."""
    check_role(role)
    row = find_coordinator(session, email)
    if row.role == role:
        return
    if role != "administrator":
        _keep_an_administrator(session, row)
    before, row.role = row.role, role
    end_sessions(session, row.id)
    if role not in ANSWERS:
        hand_on(session, row, by=by)
    audit.record(session, by, "coordinator.role", f"coordinator:{row.id}", before=before, after=role)


def check_role(role: str) -> None:
    if role not in ROLES:
        raise Invalid(f"a role is one of {', '.join(ROLES)}", field="role", reason="unknown")


def list_coordinators(session: Session, *, disabled: bool = False) -> list[Actor]:
    """By name. Those disabled only if asked for."""
    query = select(Coordinator).order_by(Coordinator.name, Coordinator.email)
    if not disabled:
        query = query.where(Coordinator.disabled_at.is_(None))
    return [view_actor(row) for row in session.scalars(query)]


def describe_coordinator(session: Session, coordinator_id: str) -> dict[str, Any]:
    """Everything of an account that its settings page shows."""
    row = session.get(Coordinator, coordinator_id)
    if row is None:
        raise NotFound("no such account")
    return {
        "id": row.id,
        "email": row.email,
        "name": row.name,
        "role": row.role,
        "locale": row.locale,
        "skills": list(row.skills),
        "languages": list(list_languages(row)),
        "most_open": row.most_open,
        "available": row.available,
        "seen_at": row.seen_at,
        "absent_from": row.absent_from,
        "absent_until": row.absent_until,
        "cover_id": row.cover_id,
        "preferences": dict(row.preferences),
        "second_factor": row.totp_confirmed_at is not None,
        "linked": row.subject is not None,
        "must_change_password": row.must_change_password,
        "disabled": row.disabled_at is not None,
    }


def note_presence(session: Session, actor: Actor) -> None:
    """A sign of life of an open inbox; at most every half minute is worth a write."""
    row = session.get_one(Coordinator, actor.id)
    if row.seen_at is None or now(session) - row.seen_at >= timedelta(seconds=30):
        row.seen_at = now(session)


def set_available(session: Session, actor: Actor, *, available: bool) -> None:
    row = session.get_one(Coordinator, actor.id)
    row.available, row.seen_at = available, now(session)
    audit.record(
        session, actor.id, "coordinator.available" if available else "coordinator.away", f"coordinator:{row.id}"
    )


def set_absence(
    session: Session, actor: Actor, *, begin: datetime | None, end: datetime | None, cover: str | None = None
) -> None:
    """From and until when somebody is away, and who stands in. `end` None: back again. Raises Invalid."""
    row = session.get_one(Coordinator, actor.id)
    if end is not None and (end.tzinfo is None or end <= (begin or now(session))):
        raise Invalid("an absence ends after it begins", field="until", reason="out_of_bounds")
    stand_in = moves.find_receiver(session, cover) if cover else None
    if stand_in is not None and stand_in.id == row.id:
        raise Invalid("nobody stands in for themselves", field="cover", reason="self")
    row.absent_from, row.absent_until = begin, end
    row.cover_id = stand_in.id if stand_in else None
    audit.record(session, actor.id, "coordinator.absence", f"coordinator:{row.id}")
