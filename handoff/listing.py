"""The inbox's lists: a page of requests in one query, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from handoff.database import now
from handoff.errors import Invalid
from handoff.folding import fold
from handoff.masking import mask_contacts
from handoff.models.coordinator import Coordinator
from handoff.models.desk import HeldAnswer
from handoff.models.message import MessageRow
from handoff.models.request import Request, RequestRead
from handoff.permissions import require_answering
from handoff.presence import list_present
from handoff.views import Actor, RequestState, RequestView

MOST = 200
PREVIEW = 160
Assignee = aliased(Coordinator)
Suggested = aliased(Coordinator)


def list_requests(
    session: Session,
    actor: Actor,
    *,
    state: str | None = None,
    assignee: str | None = None,
    query: str | None = None,
    limit: int = 50,
    offset: int = 0,
    topic: str | None = None,
    channel: str | None = None,
    locale: str | None = None,
    older_hours: int | None = None,
    unread: bool = False,
    sort: str = "urgent",
) -> tuple[list[RequestView], int]:
    """A page of requests and how many there are in all. `assignee`: an e-mail, `me` or `none`;
    `state`: a RequestState, `open`, `breached` or `held`; `older_hours`: came so long ago at least; `unread`: the
    visitor wrote what the one who asks has not read; `sort`: urgent (nearest promise first), newest or oldest."""
    require_answering(actor)
    exact = ((Request.topic, topic), (Request.channel, channel), (Request.locale, locale))
    chosen = [*_state_is(session, state), *_assignee_is(actor, assignee), *_matches(query)]
    chosen += [column == wanted for column, wanted in exact if wanted]
    if older_hours:
        chosen.append(Request.created_at <= now(session) - timedelta(hours=older_hours))
    if unread:
        chosen.append(_unread_of(actor))
    found = select(Request.number).join(Assignee, Request.assignee_id == Assignee.id, isouter=True).where(*chosen)
    total = session.scalar(select(func.count()).select_from(found.subquery()))
    page = found.order_by(*_order(sort)).limit(min(max(limit, 1), MOST)).offset(max(offset, 0))
    numbers = session.scalars(page).all()
    views = {view.number: mask_summary(view) for view in view_requests(session, numbers, actor)}
    return [views[number] for number in numbers], int(total or 0)


def _unread_of(actor: Actor) -> ColumnElement[bool]:
    read = (
        select(RequestRead.seq)
        .where(RequestRead.request_number == Request.number, RequestRead.coordinator_id == actor.id)
        .correlate(Request)
        .scalar_subquery()
    )
    return exists().where(*_is_visitors(), MessageRow.seq > func.coalesce(read, 0))


def _is_visitors() -> tuple[ColumnElement[bool], ...]:
    """A message of the visitor's within the request."""
    return (
        MessageRow.conversation_id == Request.conversation_id,
        MessageRow.author == "visitor",
        MessageRow.seq >= Request.opened_seq,
        or_(Request.closed_seq.is_(None), MessageRow.seq <= Request.closed_seq),
    )


def _state_is(session: Session, state: str | None) -> list[ColumnElement[bool]]:
    if state is None:
        return []
    if state == "open":
        return [Request.state != "closed"]
    if state == "breached":
        return [Request.state != "closed", Request.due_at < now(session)]
    if state == "held":
        return [_has_held()]
    if state not in set(RequestState):
        raise Invalid("no such state", field="state", reason="unknown")
    return [Request.state == state]


def _has_held() -> ColumnElement[bool]:
    return exists().where(HeldAnswer.request_number == Request.number, HeldAnswer.state == "waiting")


def _assignee_is(actor: Actor, assignee: str | None) -> list[ColumnElement[bool]]:
    if assignee is None:
        return []
    if assignee == "none":
        return [Request.assignee_id.is_(None)]
    return [Request.assignee_id == actor.id] if assignee == "me" else [Assignee.email == assignee.strip().lower()]


def _matches(query: str | None) -> list[ColumnElement[bool]]:
    """A number finds that request; words, in any order, what was said or asked."""
    told = (query or "").strip()[:200]
    if not told:
        return []
    digits = told.lstrip("#")
    if digits.isascii() and digits.isdigit() and int(digits) < 2**31:
        return [or_(Request.number == int(digits), Request.searched.contains(digits, autoescape=True))]
    return [Request.searched.contains(word, autoescape=True) for word in fold(told).split()[:8]]


def _order(sort: str) -> Sequence[Any]:
    if sort == "newest":
        return (Request.number.desc(),)
    if sort == "oldest":
        return (Request.number,)
    closed_last = case((Request.state == "closed", 1), else_=0)
    undated_last = case((Request.due_at.is_(None), 1), else_=0)
    return (closed_last, undated_last, Request.due_at, Request.updated_at.desc(), Request.number.desc())


def _select_page(actor: Actor) -> Select[Any]:
    """Request, assignee, suggested coordinator, last words, unread, held answers."""
    last = (
        select(MessageRow.text)
        .where(
            MessageRow.conversation_id == Request.conversation_id,
            MessageRow.author != "system",
            or_(Request.closed_seq.is_(None), MessageRow.seq <= Request.closed_seq),
        )
        .order_by(MessageRow.seq.desc())
        .limit(1)
        .correlate(Request)
        .scalar_subquery()
    )
    unread = (
        select(func.count())
        .select_from(MessageRow)
        .where(*_is_visitors(), MessageRow.seq > func.coalesce(RequestRead.seq, 0))
        .correlate(Request, RequestRead)
        .scalar_subquery()
    )
    held = (
        select(func.count())
        .where(HeldAnswer.request_number == Request.number, HeldAnswer.state == "waiting")
        .correlate(Request)
        .scalar_subquery()
    )
    read = and_(RequestRead.request_number == Request.number, RequestRead.coordinator_id == actor.id)
    return (
        select(Request, Assignee, Suggested, last, unread, held)
        .join(Assignee, Request.assignee_id == Assignee.id, isouter=True)
        .join(Suggested, Request.suggested_id == Suggested.id, isouter=True)
        .join(RequestRead, read, isouter=True)
    )


def find_places(session: Session, requests: Sequence[Request]) -> dict[int, int]:
    """Positions in the queue, by number."""
    wanted = [request.number for request in requests if request.state == "new"]
    if not wanted:
        return {}
    place = func.row_number().over(order_by=(Request.queued_at, Request.number)).label("place")
    queue = select(Request.number, place).where(Request.state == "new").subquery()
    found = session.execute(select(queue).where(queue.c.number.in_(wanted)))
    return {int(number): int(at) for number, at in found}


def _view(session: Session, row: Any, places: dict[int, int], looking: tuple[str, ...]) -> RequestView:
    request, assignee, suggested, last, unread, held = row
    return RequestView(
        number=request.number,
        conversation_id=request.conversation_id,
        state=RequestState(request.state),
        reason=request.reason,
        topic=request.topic,
        summary=request.summary,
        locale=request.locale,
        channel=request.channel,
        assignee=assignee.email if assignee else None,
        assignee_name=assignee.name if assignee else None,
        created_at=request.created_at,
        updated_at=request.updated_at,
        last_message=mask_contacts(last or "")[:PREVIEW],
        unread=int(unread or 0),
        position=places.get(request.number),
        due_at=request.due_at,
        breached=request.due_at is not None and request.due_at < now(session),
        outcome=request.outcome,
        due_kind=request.due_kind,
        remind_at=request.remind_at,
        suggested=suggested.email if suggested else None,
        suggested_name=suggested.name if suggested else None,
        hold=request.hold,
        held=int(held or 0),
        looking=looking,
    )


def view_request(session: Session, request: Request, actor: Actor) -> RequestView:
    return view_requests(session, [request.number], actor)[0]


def view_requests(session: Session, numbers: Sequence[int], actor: Actor) -> list[RequestView]:
    """In the order of their numbers, newest first."""
    session.flush()
    query = _select_page(actor).where(Request.number.in_(numbers)).order_by(Request.number.desc())
    rows = session.execute(query).all()
    places = find_places(session, [row[0] for row in rows])
    present = list_present(session, numbers, but=actor.id)
    return [_view(session, row, places, tuple(one.name for one in present.get(row[0].number, ()))) for row in rows]


def mask_summary(view: RequestView) -> RequestView:
    """For lists: how to reach the visitor stands in the request itself, for whoever opens it."""
    return replace(view, summary=mask_contacts(view.summary))


def count_requests(session: Session, actor: Actor) -> dict[str, int]:
    """For the inbox's tabs: mine, unassigned, waiting, breached, held, open, all."""
    require_answering(actor)
    late = and_(Request.state != "closed", Request.due_at < now(session))
    counted = {
        "mine": and_(Request.state != "closed", Request.assignee_id == actor.id),
        "unassigned": Request.state == "new",
        "waiting": Request.state == "waiting",
        "breached": late,
        "held": _has_held(),
        "open": Request.state != "closed",
    }
    columns = [func.sum(case((condition, 1), else_=0)) for condition in counted.values()]
    *sums, total = session.execute(select(*columns, func.count()).select_from(Request)).one()
    return {**{name: int(told or 0) for name, told in zip(counted, sums, strict=True)}, "all": int(total)}
