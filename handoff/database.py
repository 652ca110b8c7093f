"""The database: engine, sessions, and the one way to write, `transaction`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from knowledge.clock import Clock


class Database:
    """One engine and its session factory. SQLite runs in WAL mode, writers begin with BEGIN IMMEDIATE.

    `clock` is what every write in this database takes the time from.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        raise NotImplementedError

    def migrate(self) -> None:
        """Bring the schema to the newest version (Alembic, handoff/migrations)."""
        raise NotImplementedError

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A write transaction: committed at the end, rolled back on any exception; then wakes who waits.

        Nothing slow and no network inside. Wake-ups noted by handoff.events in the session go out after commit.
        """
        raise NotImplementedError
        yield

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read-only transaction."""
        raise NotImplementedError
        yield

    def close(self) -> None:
        raise NotImplementedError
