"""Wake-ups: "something changed in this conversation", "something changed in the queue".

An event carries no content. Whoever is woken reads the database, so a lost or doubled wake-up harms nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sqlalchemy.orm import Session

TURNS = "turns"
REQUESTS = "requests"
OUTBOX = "outbox"


def conversation_topic(conversation_id: str) -> str:
    return f"conversation:{conversation_id}"


class Broker(Protocol):
    """Carries topic names between writers and waiters: in this process, by PostgreSQL NOTIFY or by Redis."""

    def publish(self, topics: set[str]) -> None: ...

    def subscribe(self, topic: str, wake: Callable[[], None]) -> Callable[[], None]:
        """`wake` is called from any thread; the returned function ends the subscription."""
        ...


def note(session: Session, *topics: str) -> None:
    """Have these topics published once the session's transaction has committed."""
    raise NotImplementedError
