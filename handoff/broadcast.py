"""Telling subscribers: what happened to calls is noted once, and each is told of it once.

A batch of subscribers is seen to in one transaction, together with the messages that tell them. After a crash the
next batch goes on where the last one ended: nobody is told twice, nobody is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handoff.database import now
from handoff.models.subscription import CallNews, GivenNotice, SeenCall, Subscriber, Subscription
from handoff.notices import (
    NEWS_LASTS,
    CallEvent,
    Notice,
    NoticeKind,
    WatchedCall,
    compare_call,
    due_news,
    due_reminder,
    fits,
    is_digest_day,
    sort_notices,
    watch,
)
from handoff.subscriptions import SubscriberView, read_wish, view_subscriber
from knowledge.call import FundingCall
from knowledge.vocabulary import Vocabulary

BATCH = 100

Tell = Callable[[Session, SubscriberView, Sequence[Notice]], None]
"""Writes the message for a subscriber, in the session's transaction."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What notices are made from: the calls of today, by id."""

    calls: dict[str, FundingCall]
    regions: Vocabulary
    zone: tzinfo


def observe_calls(session: Session, calls: Iterable[FundingCall]) -> list[CallEvent]:
    """Note what happened since calls were last looked at. The very first look notes nothing as news."""
    moment = now(session)
    seen = {row.call_id: row for row in session.scalars(select(SeenCall))}
    happened: list[CallEvent] = []
    for call in calls:
        row = seen.get(call.id)
        before = WatchedCall(row.call_id, row.first_seen_at, row.status, tuple(row.deadlines)) if row else None
        happened += compare_call(call, before, moment)
        _remember(session, row, watch(call, before, moment))
    if not seen:
        return []
    session.add_all(
        CallNews(
            call_id=event.call_id,
            kind=str(event.kind),
            subject=event.subject,
            was=event.was,
            happened_at=event.happened_at,
        )
        for event in happened
    )
    return happened


def _remember(session: Session, row: SeenCall | None, seen: WatchedCall) -> None:
    if row is None:
        row = SeenCall(call_id=seen.call_id, first_seen_at=seen.first_seen_at)
        session.add(row)
    row.status, row.deadlines = seen.status, list(seen.deadlines)


def tell_batch(
    session: Session, watched: Watch, tell: Tell, *, channels: Collection[str], limit: int = BATCH
) -> int:
    """See to the next subscribers who were not seen to today. Gives how many; none left is 0. `channels` are those
    that `tell` reaches: what nobody could be told must not count as told."""
    moment = now(session)
    today = moment.astimezone(watched.zone).date()
    rows = session.scalars(
        select(Subscriber)
        .where(
            Subscriber.confirmed_at.is_not(None),
            Subscriber.closed_reason.is_(None),
            Subscriber.channel.in_(channels),
            or_(Subscriber.told_on.is_(None), Subscriber.told_on < today),
        )
        .order_by(Subscriber.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    news = _recent_news(session, moment)
    first_seen = {row.call_id: row.first_seen_at for row in session.scalars(select(SeenCall))}
    for row in rows:
        row.told_on = today
        wanted = _find_wishes(session, row.id)
        due = find_due(row, wanted, news, first_seen, watched, moment)
        fresh = _not_given(session, row.id, due)
        if fresh:
            _note_given(session, row.id, fresh, moment)
            told = sort_notices(without_doubles(fresh), watched.calls, moment)
            tell(session, view_subscriber(row), told)
    return len(rows)


def _recent_news(session: Session, moment: datetime) -> list[CallEvent]:
    rows = session.scalars(
        select(CallNews).where(CallNews.happened_at >= moment - NEWS_LASTS).order_by(CallNews.id)
    )
    return [CallEvent(row.call_id, NoticeKind(row.kind), row.subject, row.happened_at, row.was) for row in rows]


def _find_wishes(session: Session, subscriber_id: int) -> Sequence[Subscription]:
    return session.scalars(
        select(Subscription).where(Subscription.subscriber_id == subscriber_id, Subscription.ended_at.is_(None))
    ).all()


def find_due(
    subscriber: Subscriber,
    wanted: Sequence[Subscription],
    news: Sequence[CallEvent],
    first_seen: dict[str, datetime],
    watched: Watch,
    moment: datetime,
) -> list[Notice]:
    """Everything one subscriber could be told today, whether or not it was told before."""
    due: dict[Notice, None] = {}
    digest_day = is_digest_day(moment.astimezone(watched.zone).date())
    for row in wanted:
        wish = read_wish(row)
        for event in news:
            call = watched.calls.get(event.call_id)
            if call is None or not fits(call, wish, watched.regions):
                continue
            notice = due_news(
                event,
                subscribed_at=row.created_at,
                now=moment,
                weekly=subscriber.weekly,
                digest_day=digest_day,
            )
            if notice:
                due[notice] = None
        for call in watched.calls.values():
            if not fits(call, wish, watched.regions):
                continue
            since = max(row.created_at, first_seen.get(call.id, row.created_at))
            reminder = due_reminder(call, subscriber.days, known_since=since, now=moment, zone=watched.zone)
            if reminder:
                due[reminder] = None
    return list(due)


def without_doubles(notices: Sequence[Notice]) -> list[Notice]:
    """News of a call tells its deadline: no reminder of it on the same day."""
    news = {notice.call_id for notice in notices if notice.kind is not NoticeKind.REMINDER}
    return [item for item in notices if item.kind is not NoticeKind.REMINDER or item.call_id not in news]


def _not_given(session: Session, subscriber_id: int, due: Sequence[Notice]) -> list[Notice]:
    if not due:
        return []
    given = {
        (row.call_id, row.kind, row.subject)
        for row in session.scalars(
            select(GivenNotice).where(
                GivenNotice.subscriber_id == subscriber_id,
                GivenNotice.call_id.in_({notice.call_id for notice in due}),
            )
        )
    }
    return [notice for notice in due if (notice.call_id, str(notice.kind), notice.subject) not in given]


def _note_given(session: Session, subscriber_id: int, fresh: Sequence[Notice], moment: datetime) -> None:
    session.add_all(
        GivenNotice(
            subscriber_id=subscriber_id,
            call_id=notice.call_id,
            kind=str(notice.kind),
            subject=notice.subject,
            given_at=moment,
        )
        for notice in fresh
    )
    session.flush()
