"""Subscriptions: who wants to hear of which calls, and how often."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from handoff.database import now
from handoff.errors import Invalid, NotFound
from handoff.intake import take_locale
from handoff.models.subscription import Subscriber, Subscription
from handoff.notices import REMINDER_DAYS, Wish
from handoff.remembering import note_address

MOST = 20
"""Subscriptions of one subscriber."""


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    id: int
    wish: Wish


@dataclass(frozen=True, slots=True)
class SubscriberView:
    """`days` before a deadline on which a reminder comes; `weekly` gathers news into a digest."""

    id: int
    channel: str
    address: str
    conversation_id: str | None
    locale: str
    days: tuple[int, ...]
    weekly: bool
    key: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Subscribed:
    """`created` is False if the same wish was there already."""

    subscription: SubscriptionView
    subscriber: SubscriberView
    created: bool


def subscribe(
    session: Session,
    wish: Wish,
    *,
    channel: str,
    address: str,
    locale: str,
    conversation_id: str | None = None,
    confirmed: bool = True,
) -> Subscribed:
    """Add a wish. Raises Invalid (field `subscriptions`) if there are too many."""
    row = _open_subscriber(session, channel, address, locale, conversation_id, confirmed=confirmed)
    held = _list_rows(session, row.id)
    same = next((known for known in held if read_wish(known) == wish), None)
    if same is not None:
        return Subscribed(view(same), view_subscriber(row), created=False)
    if len(held) >= MOST:
        raise Invalid("too many subscriptions", field="subscriptions", most=MOST)
    made = Subscription(
        subscriber_id=row.id,
        theme=wish.theme,
        applicant=wish.applicant,
        region=wish.region,
        call_id=wish.call_id,
        created_at=now(session),
    )
    session.add(made)
    session.flush()
    return Subscribed(view(made), view_subscriber(row), created=True)


def _open_subscriber(
    session: Session, channel: str, address: str, locale: str, conversation_id: str | None, *, confirmed: bool
) -> Subscriber:
    row = find_row(session, channel, address) or _make_subscriber(session, channel, address, locale)
    row.locale, row.conversation_id, row.closed_reason = locale, conversation_id, None
    if confirmed and row.confirmed_at is None:
        row.confirmed_at = now(session)
    session.flush()
    return row


def _make_subscriber(session: Session, channel: str, address: str, locale: str) -> Subscriber:
    """Or the one that somebody else made in the same moment."""
    row = Subscriber(
        channel=channel,
        address=address,
        locale=locale,
        days=list(REMINDER_DAYS),
        weekly=False,
        key=secrets.token_urlsafe(24),
        created_at=now(session),
        confirmed_at=None,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        found = find_row(session, channel, address)
        if found is None:
            raise
        return found
    return row


def find_row(session: Session, channel: str, address: str) -> Subscriber | None:
    return session.scalar(select(Subscriber).where(Subscriber.channel == channel, Subscriber.address == address))


def find_subscriber(session: Session, channel: str, address: str) -> SubscriberView | None:
    row = find_row(session, channel, address)
    return view_subscriber(row) if row else None


def list_subscriptions(session: Session, channel: str, address: str) -> list[SubscriptionView]:
    row = find_row(session, channel, address)
    return [view(item) for item in _list_rows(session, row.id)] if row else []


def _list_rows(session: Session, subscriber_id: int) -> Sequence[Subscription]:
    return session.scalars(
        select(Subscription)
        .where(Subscription.subscriber_id == subscriber_id, Subscription.ended_at.is_(None))
        .order_by(Subscription.id)
    ).all()


def set_days(session: Session, channel: str, address: str, days: Collection[int]) -> SubscriberView:
    """The days before a deadline on which to be reminded; none for never. Raises NotFound, Invalid."""
    if not set(days) <= set(REMINDER_DAYS):
        raise Invalid("days can be " + ", ".join(str(day) for day in REMINDER_DAYS), field="days")
    row = _existing(session, channel, address)
    row.days = sorted(days, reverse=True)
    return view_subscriber(row)


def set_locale(session: Session, channel: str, address: str, locale: str) -> SubscriberView:
    """The language of what they are told. Raises NotFound, Invalid."""
    row = _existing(session, channel, address)
    row.locale = take_locale(locale)
    return view_subscriber(row)


def set_weekly(session: Session, channel: str, address: str, *, weekly: bool) -> SubscriberView:
    row = _existing(session, channel, address)
    row.weekly = weekly
    return view_subscriber(row)


def _existing(session: Session, channel: str, address: str) -> Subscriber:
    row = find_row(session, channel, address)
    if row is None:
        raise NotFound("no such subscriber")
    return row


def end_subscription(session: Session, channel: str, address: str, subscription_id: int) -> SubscriptionView:
    """Raises NotFound for one that is not theirs or has ended."""
    row = find_row(session, channel, address)
    held = _list_rows(session, row.id) if row else ()
    found = next((item for item in held if item.id == subscription_id), None)
    if found is None:
        raise NotFound("no such subscription")
    found.ended_at = now(session)
    return view(found)


def end_all(session: Session, channel: str, address: str, *, reason: str = "asked") -> int:
    """How many ended: the person asked for it, or can no longer be reached (`reason` blocked, …)."""
    row = find_row(session, channel, address)
    if row is None:
        return 0
    row.closed_reason = reason
    ended = session.scalars(
        update(Subscription)
        .where(Subscription.subscriber_id == row.id, Subscription.ended_at.is_(None))
        .values(ended_at=now(session))
        .returning(Subscription.id)
    )
    return len(ended.all())


def find_by_key(session: Session, key: str) -> SubscriberView | None:
    """Who holds the key of an unsubscribe link."""
    row = session.scalar(select(Subscriber).where(Subscriber.key == key))
    return view_subscriber(row) if row else None


def move_address(session: Session, channel: str, old: str, new: str) -> None:
    row = find_row(session, channel, old)
    if row is not None and find_row(session, channel, new) is None:
        row.address = new


def count_subscribers(session: Session) -> int:
    held = select(Subscription.subscriber_id).where(Subscription.ended_at.is_(None)).distinct().subquery()
    return int(session.scalar(select(func.count()).select_from(held)) or 0)


def read_wish(row: Subscription) -> Wish:
    return Wish(row.theme, row.applicant, row.region, row.call_id)


def view(row: Subscription) -> SubscriptionView:
    return SubscriptionView(row.id, read_wish(row))


def view_subscriber(row: Subscriber) -> SubscriberView:
    return SubscriberView(
        id=row.id,
        channel=row.channel,
        address=row.address,
        conversation_id=row.conversation_id,
        locale=row.locale,
        days=tuple(row.days),
        weekly=row.weekly,
        key=row.key,
        confirmed=row.confirmed_at is not None,
    )


def forget_subscriber(session: Session, channel: str, address: str) -> None:
    """Delete what is known of them, notices given included. That they were is remembered, by a digest."""
    row = find_row(session, channel, address)
    if row is not None:
        session.delete(row)
        note_address(session, channel, address)
        session.flush()
