"""An account locked by wrong passwords: until when, and opening it before that."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from handoff.database import count_changed, settings_of
from handoff.models.coordinator import FailedSignIn
from handoff.sessions import failure_keys, find_lock


def locked_until(session: Session, email: str) -> datetime | None:
    """None for an account that is not locked."""
    return find_lock(session, account_key(email), settings_of(session).most_failures)


def unlock(session: Session, email: str) -> int:
    """How many wrong tries are forgotten. The locks of network addresses stay: they guard other accounts too."""
    return count_changed(session, delete(FailedSignIn).where(FailedSignIn.key == account_key(email)))


def account_key(email: str) -> str:
    return failure_keys(email, "")["account"]
