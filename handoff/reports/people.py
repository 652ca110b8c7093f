"""What people did: requests, why they came, how long they took in business time, and how the load is shared."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from handoff.availability import ANSWERS
from handoff.database import settings_of
from handoff.models.coordinator import Coordinator
from handoff.models.request import Request
from handoff.reports.periods import Period

NOT_SOLVED = ("withdrawn", "spam", "no_contact")
"""Outcomes that say nothing of how long solving takes."""


@dataclass(frozen=True, slots=True)
class Times:
    """Business minutes. `within` counts those that kept the promise of `promised` minutes."""

    count: int
    median: float | None
    nine_in_ten: float | None
    within: int
    promised: int

    @classmethod
    def of(cls, minutes: Sequence[float], promised: int) -> Times:
        ordered = sorted(minutes)
        if not ordered:
            return cls(0, None, None, 0, promised)
        ninth = ordered[min(len(ordered) - 1, int(len(ordered) * 0.9))]
        kept = sum(one <= promised for one in ordered)
        return cls(len(ordered), statistics.median(ordered), ninth, kept, promised)


@dataclass(frozen=True, slots=True)
class Requests:
    """`opened` in the period; `waiting` of these for a first reply still. `first` is of those opened in the
    period, `solving` of those closed in it."""

    opened: int
    reasons: Mapping[str, int]
    outcomes: Mapping[str, int]
    closed: int
    waiting: int
    first: Times
    solving: Times
    series: tuple[int, ...]
    first_series: tuple[float | None, ...]
    """Median first reply of each bucket, in business minutes."""


def _between(
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    period: Period,
    session: Session,
) -> ColumnElement[bool]:
    begin, end = period.instants(ZoneInfo(settings_of(session).timezone))
    return and_(column >= begin, column < end)


def count_requests(session: Session, period: Period) -> Requests:
    settings = settings_of(session)
    opened = _between(Request.created_at, period, session)
    closed = _between(Request.closed_at, period, session)
    reasons = _count_by(session, Request.reason, opened)
    outcomes = _count_by(session, Request.outcome, closed)
    series, replies = _read_series(session, period, opened)
    solved = session.scalars(
        select(Request.active_minutes).where(
            closed, or_(Request.outcome.is_(None), Request.outcome.not_in(NOT_SOLVED))
        )
    ).all()
    waiting = session.scalar(
        select(func.count())
        .select_from(Request)
        .where(opened, Request.first_reply_minutes.is_(None), Request.state != "closed")
    )
    return Requests(
        opened=sum(reasons.values()),
        reasons=reasons,
        outcomes=outcomes,
        closed=sum(outcomes.values()),
        waiting=int(waiting or 0),
        first=Times.of([one for bucket in replies for one in bucket], settings.first_response_minutes),
        solving=Times.of(solved, settings.resolution_minutes),
        series=series,
        first_series=tuple(statistics.median(bucket) if bucket else None for bucket in replies),
    )


def _count_by(
    session: Session,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    condition: ColumnElement[bool],
) -> dict[str, int]:
    """Most frequent first."""
    rows = session.execute(select(column, func.count()).where(condition).group_by(column))
    return dict(Counter({str(name or "other"): int(count) for name, count in rows}).most_common())


def _read_series(
    session: Session, period: Period, opened: ColumnElement[bool]
) -> tuple[tuple[int, ...], list[list[float]]]:
    """How many were opened, and their first replies' minutes, bucket by bucket."""
    zone = ZoneInfo(settings_of(session).timezone)
    counts = [0 for _ in period.buckets()]
    replies: list[list[float]] = [[] for _ in counts]
    for at, minutes in session.execute(select(Request.created_at, Request.first_reply_minutes).where(opened)):
        place = period.place(at.astimezone(zone).date())
        counts[place] += 1
        if minutes is not None:
            replies[place].append(minutes)
    return tuple(counts), replies


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """One coordinator's share, for administrators."""

    name: str
    open: int
    closed: int
    median_first: float | None


@dataclass(frozen=True, slots=True)
class Load:
    """How work is shared. `people` closed something in the period; `fewest` and `most` are of what one of them
    closed. `named` is empty but for administrators."""

    answering: int
    people: int
    open: int
    closed: int
    fewest: int
    most: int
    named: tuple[PersonLoad, ...] = ()


def count_load(session: Session, period: Period, *, named: bool) -> Load:
    closed = _between(Request.closed_at, period, session)
    rows = session.execute(
        select(
            Coordinator.id,
            Coordinator.name,
            func.sum(case((Request.state != "closed", 1), else_=0)),
            func.sum(case((closed, 1), else_=0)),
        )
        .join(Request, Request.assignee_id == Coordinator.id)
        .where(or_(Request.state != "closed", closed))
        .group_by(Coordinator.id, Coordinator.name)
        .order_by(Coordinator.name)
    ).all()
    shares = [int(row[3]) for row in rows if row[3]]
    medians = _find_medians(session, closed) if named else {}
    return Load(
        answering=int(
            session.scalar(
                select(func.count())
                .select_from(Coordinator)
                .where(Coordinator.role.in_(ANSWERS), Coordinator.disabled_at.is_(None))
            )
            or 0
        ),
        people=len(shares),
        open=sum(int(row[2]) for row in rows),
        closed=sum(shares),
        fewest=min(shares, default=0),
        most=max(shares, default=0),
        named=tuple(PersonLoad(name, int(now), int(done), medians.get(id)) for id, name, now, done in rows)
        if named
        else (),
    )


def _find_medians(session: Session, closed: ColumnElement[bool]) -> dict[str, float]:
    minutes: dict[str, list[float]] = defaultdict(list)
    query = select(Request.assignee_id, Request.first_reply_minutes).where(
        closed, Request.assignee_id.is_not(None), Request.first_reply_minutes.is_not(None)
    )
    for coordinator, taken in session.execute(query):
        minutes[str(coordinator)].append(float(taken or 0))
    return {coordinator: statistics.median(taken) for coordinator, taken in minutes.items()}
