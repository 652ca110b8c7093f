"""An account locked by wrong passwords: until when, and opening it before that."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff.database import count_changed, now, settings_of
from handoff.models.coordinator import FailedSignIn
from handoff.sessions import failure_keys


def locked_until(session: Session, email: str) -> datetime | None:
    """None for an account that is not locked."""
    settings, moment = settings_of(session), now(session)
    decisive = session.scalar(
        select(FailedSignIn.at)
        .where(FailedSignIn.key == account_key(email), FailedSignIn.at > moment - settings.locked_for)
        .order_by(FailedSignIn.at.desc())
        .offset(settings.most_failures - 1)
        .limit(1)
    )
    return decisive + settings.locked_for if decisive else None


def unlock(session: Session, email: str) -> int:
    """How many wrong tries are forgotten. The locks of network addresses stay: they guard other accounts too."""
    return count_changed(session, delete(FailedSignIn).where(FailedSignIn.key == account_key(email)))


def account_key(email: str) -> str:
    return failure_keys(email, "")["account"]
