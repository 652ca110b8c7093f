"""What administrators do with accounts and closures. Each function that takes an actor asks for the role first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff import audit, availability, clocks, coordinators, moves, second_factor, sessions
from handoff.api_tokens import list_tokens
from handoff.assignment import list_languages
from handoff.coordinators import NewAccount
from handoff.database import now
from handoff.errors import Invalid, NotAllowed, NotFound
from handoff.lockouts import locked_until, unlock
from handoff.models.base import clean_text
from handoff.models.closure import Closure
from handoff.models.coordinator import ApiToken, Coordinator, CoordinatorSession
from handoff.models.request import Request
from handoff.permissions import require_administrator
from handoff.views import Actor

MOST_CLOSURES = 200


@dataclass(frozen=True, slots=True)
class Account:
    """`open_requests`: those in hand, the ones that wait for the visitor included."""

    id: str
    email: str
    name: str
    role: str
    locale: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    most_open: int
    created_at: datetime
    seen_at: datetime | None
    absent_until: datetime | None
    disabled_at: datetime | None
    must_change_password: bool
    second_factor: bool
    locked_until: datetime | None
    open_requests: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What an account's form says of it."""

    name: str
    role: str
    locale: str
    skills: Sequence[str]
    most_open: int
    languages: Sequence[str] = ()


def list_accounts(session: Session, actor: Actor) -> list[Account]:
    """Those in use first, each by name."""
    require_administrator(actor)
    rows = session.scalars(select(Coordinator).order_by(Coordinator.name, Coordinator.email)).all()
    load = count_held(session)
    told = [view_account(session, row, load.get(row.id, 0)) for row in rows]
    return sorted(told, key=lambda one: one.disabled_at is not None)


def get_account(session: Session, actor: Actor, account_id: str) -> Account:
    """Raises NotFound."""
    require_administrator(actor)
    row = find_row(session, account_id)
    return view_account(session, row, count_held(session).get(row.id, 0))


def count_held(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(Request.assignee_id, func.count())
        .where(Request.state.in_(moves.HELD))
        .group_by(Request.assignee_id)
    )
    return {str(assignee): int(number) for assignee, number in rows}


def view_account(session: Session, row: Coordinator, open_requests: int) -> Account:
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        role=row.role,
        locale=row.locale,
        skills=tuple(row.skills),
        languages=list_languages(row),
        most_open=row.most_open,
        created_at=row.created_at,
        seen_at=row.seen_at,
        absent_until=row.absent_until if availability.is_absent(row, now(session)) else None,
        disabled_at=row.disabled_at,
        must_change_password=row.must_change_password,
        second_factor=row.totp_confirmed_at is not None,
        locked_until=locked_until(session, row.email),
        open_requests=open_requests,
    )


def find_row(session: Session, account_id: str) -> Coordinator:
    row = session.get(Coordinator, account_id)
    if row is None:
        raise NotFound("there is no such account")
    return row


def find_other(session: Session, actor: Actor, account_id: str) -> Coordinator:
    """An account that is not one's own: nobody takes their own way in away by a slip. Raises NotAllowed."""
    if account_id == actor.id:
        raise NotAllowed("another administrator does this with your account", reason="own_account")
    return find_row(session, account_id)


def account_sessions(session: Session, actor: Actor, account_id: str) -> Sequence[CoordinatorSession]:
    require_administrator(actor)
    return sessions.list_sessions(session, account_id)


def account_tokens(session: Session, actor: Actor, account_id: str) -> Sequence[ApiToken]:
    require_administrator(actor)
    return list_tokens(session, account_id)


def add_account(session: Session, actor: Actor, email: str, given: Changes) -> tuple[str, NewAccount]:
    """The account's id, and its one-time password, which is shown only here. Raises Invalid."""
    require_administrator(actor)
    made = coordinators.add_coordinator(
        session, email=email, name=given.name or None, role=given.role, with_token=False, by=actor.id
    )
    row = coordinators.find_coordinator(session, made.email)
    set_profile(session, row, given)
    return row.id, made


def change_account(session: Session, actor: Actor, account_id: str, given: Changes) -> None:
    """Raises Invalid; NotAllowed for one's own role; IllegalMove for the last administrator's."""
    require_administrator(actor)
    row = find_row(session, account_id)
    if given.role != row.role:
        find_other(session, actor, account_id)
        coordinators.change_role(session, row.email, given.role, by=actor.id)
    if changed := set_profile(session, row, given):
        audit.record(session, actor.id, "coordinator.changed", f"coordinator:{row.id}", fields=changed)


def set_profile(session: Session, row: Coordinator, given: Changes) -> list[str]:
    """The names of what is not as it was. Raises Invalid for what is out of bounds."""
    if not clean_text(given.name).strip() and row.name:
        raise Invalid("a coordinator has a name", field="name", reason="empty")
    before = profile_of(row)
    coordinators.set_profile(
        session,
        coordinators.view_actor(row),
        name=given.name,
        locale=given.locale,
        skills=given.skills,
        most_open=given.most_open,
        languages=given.languages,
    )
    after = profile_of(row)
    return [name for name in before if before[name] != after[name]]


def profile_of(row: Coordinator) -> dict[str, object]:
    return {
        "name": row.name,
        "locale": row.locale,
        "skills": list(row.skills),
        "languages": list_languages(row),
        "most_open": row.most_open,
    }


def deactivate_account(session: Session, actor: Actor, account_id: str, *, to: str | None = None) -> None:
    """What they had goes to the colleague `to`, or back to the queue; sessions and tokens end."""
    require_administrator(actor)
    row = find_other(session, actor, account_id)
    coordinators.disable_coordinator(session, row.email, by=actor.id, to=to)


def activate_account(session: Session, actor: Actor, account_id: str) -> str:
    """A new one-time password: the old one may be known to who should not know it."""
    require_administrator(actor)
    row = find_other(session, actor, account_id)
    coordinators.enable_coordinator(session, row.email, by=actor.id)
    return coordinators.reset_password(session, row.email, by=actor.id)


def reset_password(session: Session, actor: Actor, account_id: str) -> str:
    """A new one-time password; the account's sessions end, and it is no longer locked."""
    require_administrator(actor)
    row = find_other(session, actor, account_id)
    unlock(session, row.email)
    return coordinators.reset_password(session, row.email, by=actor.id)


def reset_second_factor(session: Session, actor: Actor, account_id: str) -> None:
    """For a lost telephone. Their sessions end: whoever has it may be signed in."""
    require_administrator(actor)
    row = find_other(session, actor, account_id)
    second_factor.remove(session, row.id, actor.id)
    sessions.end_sessions(session, row.id)


def unlock_account(session: Session, actor: Actor, account_id: str) -> None:
    require_administrator(actor)
    row = find_row(session, account_id)
    unlock(session, row.email)
    audit.record(session, actor.id, "coordinator.unlocked", f"coordinator:{row.id}")


def end_account_sessions(session: Session, actor: Actor, account_id: str) -> int:
    """How many there were."""
    require_administrator(actor)
    row = find_other(session, actor, account_id)
    ended = sessions.end_sessions(session, row.id)
    audit.record(session, actor.id, "coordinator.sessions_ended", f"coordinator:{row.id}", sessions=ended)
    return ended


def list_closures(session: Session, actor: Actor) -> Sequence[Closure]:
    require_administrator(actor)
    return availability.list_closures(session)


def add_closure(
    session: Session, actor: Actor, first: date, last: date, *, reason_lv: str = "", reason_en: str = ""
) -> int:
    """Raises Invalid for days that are past, are too many, or end before they begin."""
    require_administrator(actor)
    if last < availability.load_calendar(session).local_day(now(session)):
        raise Invalid("these days are past", field="last", reason="past")
    if len(availability.list_closures(session)) >= MOST_CLOSURES:
        raise Invalid("there are too many closures", field="first", reason="too_many", most=MOST_CLOSURES)
    made = availability.add_closure(
        session, first, last, reason_lv=clean_text(reason_lv).strip(), reason_en=clean_text(reason_en).strip()
    )
    audit.record(session, actor.id, "closure.added", f"closure:{made}", first=str(first), last=str(last))
    promise_anew(session)
    return made


def remove_closure(session: Session, actor: Actor, closure_id: int) -> None:
    """Raises NotFound."""
    require_administrator(actor)
    availability.remove_closure(session, closure_id)
    audit.record(session, actor.id, "closure.removed", f"closure:{closure_id}")
    promise_anew(session)


def promise_anew(session: Session) -> None:
    """Open requests are due when the days now off allow it."""
    numbers = session.scalars(select(Request.number).where(Request.due_at.is_not(None)).order_by(Request.number))
    for number in numbers.all():
        _, request = moves.lock_request(session, number)
        clocks.set_due(session, request)
