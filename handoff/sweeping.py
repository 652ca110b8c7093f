"""The sweeper: what time alone brings about, worked out from rows. No timer is held in memory, so none is lost.

Each finding is looked at again under the conversation's lock, in a transaction of its own: two sweepers at once,
or one that dies in the middle, harm nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handoff import assignment, digests, moves, rescue
from handoff.availability import list_answering, load_calendar
from handoff.database import Database, now, settings_of
from handoff.errors import HandoffError
from handoff.history import write
from handoff.models.conversation import Conversation
from handoff.models.coordinator import Coordinator
from handoff.models.outbox import Outgoing
from handoff.models.request import Request
from handoff.moves import lock_request
from handoff.notifying import notify
from handoff.owners import owned_since

AT_ONCE = 200
DAY_MINUTES = 480.0

log = logging.getLogger(__name__)
Handle = Callable[[Session, Conversation, Request], bool]


@dataclass
class Swept:
    """How much of each was found and done."""

    stranded: int = 0
    taken_back: int = 0
    assigned: int = 0
    breached: int = 0
    warned: int = 0
    escalated: int = 0
    reminded: int = 0
    closed: int = 0
    undelivered: int = 0
    digests: int = 0

    def total(self) -> int:
        return sum(getattr(self, field.name) for field in fields(self))


def sweep(database: Database) -> Swept:
    """Do all that is due now. Safe to call at any time, from several processes; every few seconds is enough."""
    done = Swept()
    done.stranded = rescue.rescue_stranded(database)
    done.taken_back = _each(database, find_silent, take_back)
    done.assigned = _each(database, find_assignable, assign)
    done.breached = _each(database, find_breached, tell_breach)
    done.warned = _each(database, find_nearly_due, warn)
    done.escalated = _each(database, find_unclaimed, escalate)
    done.reminded = _each(database, find_reminders, tell_reminder)
    done.closed = _each(database, find_forgotten, close_forgotten)
    with database.transaction() as session:
        done.undelivered = tell_undelivered(session)
        done.digests = digests.send_digests(session)
    return done


def _each(database: Database, find: Callable[[Session], Sequence[int]], handle: Handle) -> int:
    with database.reading() as session:
        numbers = find(session)
    handled = 0
    for number in numbers:
        try:
            with database.transaction() as session:
                conversation, request = lock_request(session, number)
                handled += handle(session, conversation, request)
        except HandoffError as refused:
            log.info("sweep: request %s: %s", number, refused.code)
    return handled


def _numbers(session: Session, *conditions: object) -> Sequence[int]:
    query = select(Request.number).where(*conditions).order_by(Request.queued_at, Request.number)  # type: ignore[arg-type]
    return session.scalars(query.limit(AT_ONCE)).all()


def concerned(session: Session, request: Request) -> list[Coordinator]:
    """Whoever has the request; if nobody, everybody who answers."""
    holder = session.get(Coordinator, request.assignee_id) if request.assignee_id else None
    return [holder] if holder else list(list_answering(session))


def administrators(session: Session) -> list[Coordinator]:
    return [one for one in list_answering(session) if one.role == "administrator"]


def find_silent(session: Session) -> Sequence[int]:
    longest_ago = now(session) - timedelta(minutes=settings_of(session).take_back_minutes)
    return _numbers(
        session,
        Request.state == "claimed",
        Request.awaiting_since <= longest_ago,
        Request.claimed_at <= longest_ago,
    )


def take_back(session: Session, conversation: Conversation, request: Request) -> bool:
    """Claimed, but the visitor has had no reply for too long in business time: back to the queue, all are told."""
    if request.state != "claimed" or request.awaiting_since is None or request.claimed_at is None:
        return False
    since = max(request.awaiting_since, request.claimed_at)
    if load_calendar(session).minutes_between(since, now(session)) < settings_of(session).take_back_minutes:
        return False
    request.taken_back += 1
    moves.put_back(session, conversation, request, "taken_back", "system")
    return True


def find_assignable(session: Session) -> Sequence[int]:
    """Oldest first, when work is given out and somebody has room."""
    if not settings_of(session).assign or not load_calendar(session).is_open(now(session)):
        return []
    return _numbers(session, Request.state == "new")


def assign(session: Session, conversation: Conversation, request: Request) -> bool:
    if request.state != "new":
        return False
    chosen = assignment.choose_present(session, assignment.want(session, request))
    if chosen is None:
        return False
    moves.hand_to(session, conversation, request, chosen, "system")
    return True


def find_breached(session: Session) -> Sequence[int]:
    return _numbers(session, Request.due_at <= now(session), Request.breached_at.is_(None))


def tell_breach(session: Session, _: Conversation, request: Request) -> bool:
    moment = now(session)
    if request.breached_at is not None or request.due_at is None or request.due_at > moment:
        return False
    request.breached_at = moment
    write(session, request, "breached", "system", promise=request.due_kind)
    told = {one.id: one for one in [*concerned(session, request), *administrators(session)]}
    due = int(request.due_at.timestamp())
    notify(
        session,
        told.values(),
        "breach",
        request,
        dedupe=f"breach:{request.number}:{due}",
        promise=request.due_kind,
    )
    return True


def find_nearly_due(session: Session) -> Sequence[int]:
    """A promise falls due within opening hours, so plain time before it is near enough."""
    soon = now(session) + timedelta(minutes=settings_of(session).warn_minutes)
    return _numbers(
        session,
        Request.due_at <= soon,
        Request.due_at > now(session),
        Request.warned_at.is_(None),
        Request.due_kind != "resolution",
    )


def warn(session: Session, _: Conversation, request: Request) -> bool:
    if request.warned_at is not None or request.due_at is None or request.due_at <= now(session):
        return False
    request.warned_at = now(session)
    due = int(request.due_at.timestamp())
    notify(
        session,
        concerned(session, request),
        "warning",
        request,
        dedupe=f"warning:{request.number}:{due}",
        due=request.due_at.isoformat(),
        promise=request.due_kind,
    )
    return True


def find_unclaimed(session: Session) -> Sequence[int]:
    since = now(session) - timedelta(minutes=settings_of(session).escalate_minutes)
    told = now(session) - timedelta(minutes=DAY_MINUTES)
    again = or_(Request.escalated_at.is_(None), Request.escalated_at <= told)
    return _numbers(session, Request.state == "new", Request.queued_at <= since, again)


def escalate(session: Session, conversation: Conversation, request: Request) -> bool:
    """Nobody has claimed it: everybody is told, and again every working day until somebody does."""
    if request.state != "new":
        return False
    calendar, moment = load_calendar(session), now(session)
    since = owned_since(session, conversation)
    if calendar.minutes_between(since, moment) < settings_of(session).escalate_minutes:
        return False
    if request.escalated_at and calendar.minutes_between(request.escalated_at, moment) < DAY_MINUTES:
        return False
    request.escalated_at = moment
    write(session, request, "escalated", "system")
    dedupe = f"unclaimed:{request.number}:{int(moment.timestamp())}"
    notify(session, list_answering(session), "unclaimed", request, dedupe=dedupe)
    return True


def find_reminders(session: Session) -> Sequence[int]:
    return _numbers(session, Request.remind_at <= now(session), Request.state != "closed")


def tell_reminder(session: Session, _: Conversation, request: Request) -> bool:
    if request.remind_at is None or request.remind_at > now(session) or request.state == "closed":
        return False
    dedupe = f"reminder:{request.number}:{int(request.remind_at.timestamp())}"
    request.remind_at = None
    write(session, request, "reminded", "system")
    notify(session, concerned(session, request), "reminder", request, dedupe=dedupe)
    return True


def find_forgotten(session: Session) -> Sequence[int]:
    days = settings_of(session).close_waiting_days
    if not days:
        return []
    return _numbers(
        session,
        Request.state == "waiting",
        Request.updated_at <= now(session) - timedelta(days=days),
        Request.remind_at.is_(None),
    )


def close_forgotten(session: Session, conversation: Conversation, request: Request) -> bool:
    """The visitor was waited for in vain; they are told, and can always ask again."""
    days = settings_of(session).close_waiting_days
    if request.state != "waiting" or now(session) - request.updated_at < timedelta(days=days):
        return False
    moves.finish(session, conversation, request, outcome="no_contact", actor="system")
    return True


def tell_undelivered(session: Session) -> int:
    """A reply that will never arrive: its coordinator hears of it, once, with the reason on the message."""
    rows = session.scalars(
        select(Outgoing)
        .where(
            Outgoing.state == "failed",
            Outgoing.conversation_id.is_not(None),
            Outgoing.finished_at >= now(session) - timedelta(days=1),
        )
        .order_by(Outgoing.id)
        .limit(AT_ONCE)
    ).all()
    told = 0
    for row in rows:
        request = session.scalar(
            select(Request).where(Request.conversation_id == row.conversation_id, Request.state != "closed")
        )
        if request is not None and row.finished_at is not None:
            dedupe = f"failed:{row.id}:{int(row.finished_at.timestamp())}"
            receivers = concerned(session, request)
            told += notify(session, receivers, "failed", request, dedupe=dedupe, reason=row.reason)
    return told
