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
UPDATES = "updates"
"""Something came in from a chat channel."""
ERASURES = "erasures"
"""Somebody was erased: Rasa has something to forget, the list of the erased has a line to add."""


def conversation_topic(conversation_id: str) -> str:
    return f"conversation:{conversation_id}"


def typing_topic(conversation_id: str) -> str:
    """Somebody at the desk is writing to the visitor. Told, never kept."""
    return f"typing:{conversation_id}"


def presence_topic(number: int) -> str:
    """Somebody at the desk opened this request, writes in it, or left."""
    return f"presence:{number}"


def coordinator_topic(coordinator_id: str) -> str:
    """A notification for this coordinator."""
    return f"coordinator:{coordinator_id}"


class Broker(Protocol):
    """Carries topic names between writers and waiters: in this process, by PostgreSQL NOTIFY or by Redis."""

    def publish(self, topics: set[str]) -> None: ...

    def publish_within(self, session: Session, topics: set[str]) -> None:
        """Have the database itself tell the topics when the session's transaction commits."""
        ...

    def subscribe(self, topic: str, wake: Callable[[], None]) -> Callable[[], None]:
        """`wake` is called from any thread; the returned function ends the subscription."""
        ...

    def close(self) -> None: ...


def note(session: Session, *topics: str) -> None:
    """Have these topics published once the session's transaction has committed."""
    session.info.setdefault("topics", set()).update(topics)


def take_noted(session: Session) -> set[str]:
    noted: set[str] = session.info.pop("topics", set())
    return noted
