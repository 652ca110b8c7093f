"""Rows that have no use any longer once their time is over: what they are, how long they stay, which are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from handoff.database import count_changed, now, settings_of
from handoff.models.base import Base
from handoff.models.conversation import ResumeCode, VisitorToken
from handoff.models.coordinator import CoordinatorSession, FailedSignIn
from handoff.models.erasure import ErasedAddress, TrackerErasure
from handoff.models.outbox import Notification, Outgoing
from handoff.models.signup import SignUp
from handoff.models.subscription import Subscriber, Subscription
from handoff.signups import CHANNEL as EMAIL


@dataclass(frozen=True, slots=True)
class OldRows:
    """One kind of row that is deleted: those of `model` that meet `due`, `days` after their use is over."""

    name: str
    days: int
    before: datetime
    model: type[Base]
    due: ColumnElement[bool]


def _heard_of_since(moment: datetime) -> ColumnElement[bool]:
    """A subscriber who wants something, or did until lately."""
    lately = or_(Subscription.ended_at.is_(None), Subscription.ended_at >= moment)
    return exists().where(Subscription.subscriber_id == Subscriber.id, lately)


def list_kinds(session: Session) -> tuple[OldRows, ...]:
    """Subscribers whose subscriptions have ended, sign-ups nobody confirmed, and what only the work needed."""
    settings, moment = settings_of(session), now(session)
    finished = moment - timedelta(days=settings.keep_outbox_days)
    yesterday = moment - timedelta(days=1)
    unconfirmed = moment - timedelta(days=settings.keep_unconfirmed_days)
    ended = (
        Subscriber.channel == EMAIL,
        Subscriber.closed_reason.is_not(None),
        ~_heard_of_since(finished),
    )
    outbox = (Outgoing.state != "waiting", Outgoing.finished_at < finished)
    days, remembered = settings.keep_outbox_days, moment - timedelta(days=settings.keep_audit_days)
    return (
        OldRows("outbox", days, finished, Outgoing, and_(*outbox)),
        OldRows("notifications", days, finished, Notification, Notification.created_at < finished),
        OldRows("subscribers", days, finished, Subscriber, and_(*ended)),
        OldRows("trackers", days, finished, TrackerErasure, TrackerErasure.erased_at < finished),
        OldRows(
            "erasures", settings.keep_audit_days, remembered, ErasedAddress, ErasedAddress.erased_at < remembered
        ),
        OldRows("sign_ups", settings.keep_unconfirmed_days, unconfirmed, SignUp, SignUp.created_at < unconfirmed),
        OldRows("sign_ins", 1, yesterday, FailedSignIn, FailedSignIn.at < yesterday),
        OldRows("sessions", 0, moment, CoordinatorSession, CoordinatorSession.expires_at < moment),
        OldRows("tokens", 0, moment, VisitorToken, VisitorToken.expires_at < moment),
        OldRows("codes", 0, moment, ResumeCode, ResumeCode.expires_at < moment),
    )


def count_due(session: Session, kind: OldRows) -> int:
    return int(session.scalar(select(func.count()).select_from(kind.model).where(kind.due)) or 0)


def delete_due(session: Session, kind: OldRows) -> int:
    return count_changed(session, delete(kind.model).where(kind.due))
