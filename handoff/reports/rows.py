"""One row a talk, to count further in a spreadsheet: codes and numbers, no words and no contacts."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.database import Database
from handoff.models.figures import TurnFact
from handoff.models.message import Feedback
from handoff.models.request import Request
from handoff.permissions import require_reading
from handoff.reports.periods import Period
from handoff.reports.subjects import find_planning_region
from handoff.reports.volume import ANSWERED, ASKED, within
from handoff.views import Actor


@dataclass
class TalkRow:
    """Minutes are business minutes. The region is the planning region: a municipality might tell who it was."""

    day: date
    channel: str
    language: str
    questions: int = 0
    answered: int = 0
    suggested: int = 0
    unanswered: int = 0
    handed_over: str = "no"
    theme: str = ""
    region: str = ""
    applicant: str = ""
    helpful: int = 0
    unhelpful: int = 0
    reason: str = ""
    state: str = ""
    outcome: str = ""
    first_reply_minutes: float | None = None
    solving_minutes: float | None = None
    score: int | None = None


COLUMNS = tuple(TalkRow.__dataclass_fields__)


def export_rows(database: Database, actor: Actor, period: Period) -> list[dict[str, Any]]:
    """The same, put on record first; the record is not kept locked while they are read. Raises NotAllowed."""
    require_reading(actor)
    days = {"first": str(period.first), "last": str(period.last)}
    with database.transaction() as session:
        audit.record(session, actor.id, "report.exported", "report", **days)
    with database.reading() as session:
        return list_rows(session, actor, period)


def list_rows(session: Session, actor: Actor, period: Period) -> list[dict[str, Any]]:
    """In order of time. Raises NotAllowed."""
    require_reading(actor)
    rows, begun, numbers = _gather_talks(session, period)
    _add_requests(session, rows, numbers)
    _add_verdicts(session, rows, begun)
    return [asdict(row) for row in rows.values()]


Talk = tuple[str, int]


def _gather_talks(
    session: Session, period: Period
) -> tuple[dict[Talk, TalkRow], dict[str, list[tuple[datetime, Talk]]], dict[int, Talk]]:
    """Rows by talk, when each talk of a conversation began, and whose talk a request came from."""
    columns = (
        TurnFact.conversation_id, TurnFact.talk, TurnFact.at, TurnFact.day, TurnFact.channel, TurnFact.language,
        TurnFact.outcome, TurnFact.theme, TurnFact.region, TurnFact.applicant, TurnFact.request_number,
    )  # fmt: skip
    rows: dict[Talk, TalkRow] = {}
    begun: dict[str, list[tuple[datetime, Talk]]] = defaultdict(list)
    numbers: dict[int, Talk] = {}
    for fact in session.execute(select(*columns).where(within(period)).order_by(TurnFact.at)):
        key = (fact.conversation_id, fact.talk)
        if key not in rows:
            rows[key] = TalkRow(fact.day, fact.channel, fact.language)
            begun[fact.conversation_id].append((fact.at, key))
        _count(rows[key], fact)
        if fact.request_number is not None:
            numbers[fact.request_number] = key
    return rows, begun, numbers


def _count(row: TalkRow, fact: Any) -> None:
    row.questions += fact.outcome in ASKED
    row.answered += fact.outcome in ANSWERED
    row.suggested += fact.outcome in ("suggested", "offered")
    row.unanswered += fact.outcome == "unanswered"
    if fact.outcome == "handed_over":
        row.handed_over = "yes"
    row.theme = fact.theme or row.theme
    row.region = find_planning_region(fact.region) or row.region
    row.applicant = fact.applicant or row.applicant


def _add_requests(session: Session, rows: dict[Talk, TalkRow], numbers: dict[int, Talk]) -> None:
    if not numbers:
        return
    query = select(
        Request.number, Request.reason, Request.state, Request.outcome, Request.first_reply_minutes,
        Request.active_minutes, Feedback.score,
    ).join(
        Feedback, (Feedback.request_number == Request.number) & (Feedback.about == "request"), isouter=True
    ).where(Request.number.between(min(numbers), max(numbers)))  # fmt: skip
    for request in session.execute(query):
        row = rows.get(numbers[request.number]) if request.number in numbers else None
        if row is None:
            continue
        row.reason, row.state, row.outcome = request.reason, request.state, request.outcome or ""
        row.first_reply_minutes = _round(request.first_reply_minutes)
        row.solving_minutes = _round(request.active_minutes) if request.state == "closed" else None
        row.score = request.score


def _round(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes, 1)


def _add_verdicts(
    session: Session, rows: dict[Talk, TalkRow], begun: dict[str, list[tuple[datetime, Talk]]]
) -> None:
    """A verdict belongs to the talk that had begun when it was given."""
    if not begun:
        return
    first = min(times[0][0] for times in begun.values())
    query = select(Feedback.conversation_id, Feedback.created_at, Feedback.helpful).where(
        Feedback.about == "bot", Feedback.helpful.is_not(None), Feedback.created_at >= first
    )
    for conversation, at, helpful in session.execute(query):
        times = begun.get(conversation, [])
        place = bisect_right([moment for moment, _ in times], at) - 1
        if place >= 0:
            row = rows[times[place][1]]
            row.helpful += bool(helpful)
            row.unhelpful += not helpful
