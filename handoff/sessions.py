"""Signing in: server-side sessions, locks against guessing, the same answer to every wrong try."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from handoff import audit, second_factor
from handoff.database import Database, count_changed, even_if_refused, forget_refusals, now, settings_of, take_turn
from handoff.errors import Locked, NotAllowed
from handoff.models.base import clean_text
from handoff.models.coordinator import Coordinator, CoordinatorSession, FailedSignIn
from handoff.passwords import verify_password
from handoff.tokens import digest
from handoff.views import Actor

NOTED_EVERY = timedelta(minutes=1)
PASSWORD, PROVIDER = "password", "provider"
"""The ways in."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`session_token` goes into the cookie and `csrf` into forms and the X-CSRF-Token header.

    `noted` is False when it is time to write down that the session is in use (`note_use`). `locale` is the
    language the coordinator works in. `way`: by `password` or by the identity `provider`.
    """

    actor: Actor
    session_token: str
    csrf: str
    must_change_password: bool
    noted: bool = True
    locale: str = "lv"
    way: str = "password"


@dataclass(frozen=True, slots=True)
class Credentials:
    email: str
    password: str = field(repr=False)
    code: str | None = field(repr=False)
    address: str
    agent: str = ""


def sign_in(
    session: Session, *, email: str, password: str, code: str | None, address: str, agent: str = ""
) -> SignedIn:
    """Raises NotAllowed (the same for an unknown address and a wrong password) or Locked.

    With the password right and a second factor set, a missing or wrong `code` (of the app, or a recovery code)
    raises NotAllowed with reason `code_needed` or `code`. A failure is counted although the transaction that it
    ends is rolled back.
    """
    shown = Credentials(email, password, code, address, agent)
    refuse_if_locked(session, failure_keys(email, address))

    def count(later: Session) -> None:
        note_attempt(later, email, address)

    even_if_refused(session, count)
    row = _find(session, email)
    return _admit(session, shown, row, verify_password(password, row.password_hash if row else None))


def sign_in_at(
    database: Database, *, email: str, password: str, code: str | None, address: str, agent: str = ""
) -> SignedIn:
    """The same in transactions of its own: the password is checked, which is slow on purpose, between them, so
    that signing in keeps nobody from writing. The attempt counts before it is looked at, so that many at once get
    no more tries than one after the other."""
    shown = Credentials(email, password, code, address, agent)
    with database.transaction() as session:
        attempt = begin_attempt(session, email, address)
        row = _find(session, email)
        kept = row.password_hash if row else None
    verdict = verify_password(password, kept)
    try:
        with database.transaction() as session:
            row = _find(session, email)
            unchanged = row is not None and row.password_hash == kept
            signed = _admit(session, shown, row, verdict if unchanged else (False, None))
            forget_attempt(session, attempt)
            return signed
    except NotAllowed as refused:
        if refused.facts.get("reason") == "code_needed":
            with database.transaction() as session:
                forget_attempt(session, attempt)
        raise


def _find(session: Session, email: str) -> Coordinator | None:
    return session.scalar(select(Coordinator).where(Coordinator.email == clean_text(email).strip().lower()))


def _admit(
    session: Session, shown: Credentials, row: Coordinator | None, verdict: tuple[bool, str | None]
) -> SignedIn:
    even_if_refused(session, lambda later: _record_failure(later, shown.email, shown.address))
    right, newer = verdict
    if row is None or not right or row.disabled_at is not None:
        raise NotAllowed("the address or the password is not right", reason="credentials")
    _ask_second_factor(session, row, shown.code)
    if newer is not None:
        row.password_hash = newer
    account = failure_keys(shown.email, shown.address)["account"]
    session.execute(delete(FailedSignIn).where(FailedSignIn.key == account))
    return open_session(session, row, address=shown.address, agent=shown.agent)


def _ask_second_factor(session: Session, row: Coordinator, code: str | None) -> None:
    if row.totp_confirmed_at is None:
        return
    told = (code or "").strip()
    if not told:
        forget_refusals(session)
        raise NotAllowed("a code is asked for as well", reason="code_needed")
    second_factor.take_either(session, row, told)


def open_session(session: Session, row: Coordinator, *, address: str, agent: str, way: str = PASSWORD) -> SignedIn:
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    moment = now(session)
    session.add(
        CoordinatorSession(
            digest=digest(token),
            coordinator_id=row.id,
            csrf=csrf,
            way=way,
            address=address[:64],
            agent=clean_text(agent)[:200],
            created_at=moment,
            used_at=moment,
            expires_at=moment + settings_of(session).session_longest,
        )
    )
    session.flush()
    audit.record(session, row.id, "signed_in", f"coordinator:{row.id}", way=way)
    actor = Actor(row.id, row.email, row.name, row.role)
    return SignedIn(actor, token, csrf, must_change(row, way), locale=row.locale, way=way)


def must_change(row: Coordinator, way: str) -> bool:
    """A one-time password is no matter to whoever came without it."""
    return row.must_change_password and way == PASSWORD


def actor_of_session(session: Session, session_token: str) -> SignedIn:
    """Raises NotAllowed for an unknown, an idle or an old one. Reads only."""
    row = session.get(CoordinatorSession, digest(session_token[:200]))
    holder = session.get(Coordinator, row.coordinator_id) if row else None
    moment = now(session)
    if row is None or holder is None or holder.disabled_at is not None:
        raise NotAllowed("sign in first", reason="session")
    if moment >= row.expires_at or moment - row.used_at >= settings_of(session).session_idle:
        raise NotAllowed("sign in again", reason="session")
    return SignedIn(
        Actor(holder.id, holder.email, holder.name, holder.role),
        session_token,
        row.csrf,
        must_change(holder, row.way),
        noted=moment - row.used_at < NOTED_EVERY,
        locale=holder.locale,
        way=row.way,
    )


def note_use(session: Session, session_token: str) -> None:
    """The session is in use: it does not become idle. Needs a write transaction; once a minute is enough."""
    row = session.get(CoordinatorSession, digest(session_token[:200]))
    if row is not None and now(session) - row.used_at >= NOTED_EVERY:
        row.used_at = now(session)


def sign_out(session: Session, session_token: str) -> None:
    row = session.get(CoordinatorSession, digest(session_token[:200]))
    if row is not None:
        audit.record(session, row.coordinator_id, "signed_out", f"coordinator:{row.coordinator_id}")
        session.delete(row)


def end_sessions(session: Session, coordinator_id: str, *, but: str | None = None) -> int:
    query = delete(CoordinatorSession).where(CoordinatorSession.coordinator_id == coordinator_id)
    if but is not None:
        query = query.where(CoordinatorSession.digest != digest(but))
    return count_changed(session, query)


def list_sessions(session: Session, coordinator_id: str) -> Sequence[CoordinatorSession]:
    return session.scalars(
        select(CoordinatorSession)
        .where(CoordinatorSession.coordinator_id == coordinator_id)
        .order_by(CoordinatorSession.used_at.desc())
    ).all()


def failure_keys(email: str, address: str) -> dict[str, str]:
    return {
        "account": hashlib.sha256(f"account:{email.strip().lower()}".encode("utf-8", "replace")).hexdigest(),
        "address": hashlib.sha256(f"address:{address}".encode("utf-8", "replace")).hexdigest(),
    }


def begin_attempt(session: Session, email: str, address: str) -> list[int]:
    """`note_attempt`, one at a time for each account, so that many at once get no more tries. Raises Locked."""
    keys = failure_keys(email, address)
    take_turn(session, keys["account"])
    refuse_if_locked(session, keys)
    return note_attempt(session, email, address)


def own_password(actor: Actor) -> str:
    """Under which a signed-in coordinator's guesses at their own password count: nobody outside can use it up."""
    return f"password-change:{actor.id}"


def note_attempt(session: Session, email: str, address: str) -> list[int]:
    """Counts as a failure until it turns out not to be one. Gives the rows that say so."""
    moment = now(session)
    rows = [FailedSignIn(key=key, at=moment) for key in failure_keys(email, address).values()]
    session.add_all(rows)
    session.execute(delete(FailedSignIn).where(FailedSignIn.at < moment - settings_of(session).locked_for * 2))
    session.flush()
    return [row.id for row in rows]


def forget_attempt(session: Session, attempt: list[int]) -> None:
    session.execute(delete(FailedSignIn).where(FailedSignIn.id.in_(attempt)))


def _record_failure(session: Session, email: str, address: str) -> None:
    account = failure_keys(email, address)["account"][:12]
    audit.record(session, audit.VISITOR, "sign_in.failed", f"account:{account}")


def refuse_if_locked(session: Session, keys: dict[str, str]) -> None:
    """Too many failures of this account, or from this address, within the time. Raises Locked."""
    settings = settings_of(session)
    most = {"account": settings.most_failures, "address": settings.most_failures_address}
    for kind, key in keys.items():
        until = find_lock(session, key, most[kind])
        if until is not None:
            left = int((until - now(session)).total_seconds()) + 1
            raise Locked(max(left, 1), f"too many wrong tries for this {kind}")


def find_lock(session: Session, key: str, most: int) -> datetime | None:
    """Until when a key with so many failures within the time is locked; None if it is not."""
    locked_for = settings_of(session).locked_for
    decisive = session.scalar(
        select(FailedSignIn.at)
        .where(FailedSignIn.key == key, FailedSignIn.at > now(session) - locked_for)
        .order_by(FailedSignIn.at.desc())
        .offset(most - 1)
        .limit(1)
    )
    return decisive + locked_for if decisive else None


def count_failures(session: Session) -> int:
    return int(session.scalar(select(func.count()).select_from(FailedSignIn)) or 0)
