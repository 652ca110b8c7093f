"""The database: engine, sessions, and the one way to write, `transaction`."""

from __future__ import annotations

import hashlib
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    Connection,
    CursorResult,
    Delete,
    Engine,
    Update,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.orm import Session, sessionmaker

from handoff import schema
from handoff.brokers import LocalBroker
from handoff.errors import HandoffError
from handoff.events import Broker, take_noted
from handoff.failures import DatabaseBusy
from handoff.settings import HandoffSettings
from handoff.wording import Wording, name_event
from knowledge.clock import Clock

PATIENCE = 10.0
"""Seconds a writer waits for the others before it is told that the database is busy."""
MOST_QUEUEING = 32
"""Writers of one process that may wait for SQLite at once: more would only take the threads that readers need."""
MOST_CONNECTIONS = 80
"""Of one process to SQLite, where they cost next to nothing: more than there are threads."""
POSTGRES_LINK = {"connect_timeout": 5, "keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 3,
                 "tcp_user_timeout": 30_000}  # fmt: skip
"""Seconds (the last: milliseconds) after which a server that vanished without a word counts as gone [libpq]."""

Write = Callable[[Session], None]


def make_postgres_broker(url: str) -> Broker:
    """PostgreSQL's driver is loaded only where it is used."""
    from handoff.postgres_broker import PostgresBroker

    return PostgresBroker(url)


class Database:
    """One engine and its session factory. SQLite runs in WAL mode, writers begin with BEGIN IMMEDIATE.

    `clock` is what every write in this database takes the time from; `settings` are the rules of the people's
    work; `wording` says what the system tells visitors and coordinators, in their language.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        settings: HandoffSettings | None = None,
        wording: Wording = name_event,
    ) -> None:
        self.url = normalise_url(url)
        self.clock = clock
        self.settings = settings or HandoffSettings()
        self.wording = wording
        self.engine = make_engine(self.url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.broker: Broker = LocalBroker() if self.is_sqlite else make_postgres_broker(self.url)
        info = {"clock": clock, "settings": self.settings, "wording": wording}
        self._writing = sessionmaker(self.engine, expire_on_commit=False, info=info)
        reader = self.engine.execution_options(reads_only=True)
        self._reading = sessionmaker(reader, expire_on_commit=False, autoflush=False, info=info)
        self._turn = threading.Lock()
        self._queue = threading.BoundedSemaphore(MOST_QUEUEING)

    def migrate(self) -> None:
        """Bring the schema to the newest version (Alembic, handoff/migrations)."""
        schema.migrate(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A write transaction: committed at the end, rolled back on any exception; then wakes who waits.

        Nothing slow and no network inside. Wake-ups noted by handoff.events in the session go out after commit.
        Raises DatabaseBusy if it could not begin.
        """
        refused: list[Write] = []
        try:
            with self._queueing(), self._writing() as session:
                session.info["refused"] = refused
                with session.begin():
                    yield session
                    session.flush()
                    topics = take_noted(session)
                    if topics and not self.is_sqlite:
                        self.broker.publish_within(session, topics)
        except HandoffError:
            self._write_refused(refused)
            raise
        if topics and self.is_sqlite:
            self.broker.publish(topics)

    def _write_refused(self, refused: list[Write]) -> None:
        """What must stay on record although the transaction was refused, in a transaction of its own."""
        if refused:
            with self.transaction() as session:
                for write in refused:
                    write(session)

    @contextmanager
    def _queueing(self) -> Iterator[None]:
        """SQLite has one writer: threads take turns here, fairly, rather than by SQLite's polling."""
        if not self.is_sqlite:
            yield
            return
        if not self._queue.acquire(blocking=False):
            raise DatabaseBusy("too many writers are waiting already")
        try:
            if not self._turn.acquire(timeout=PATIENCE):
                raise DatabaseBusy("the database has been busy for too long")
        finally:
            self._queue.release()
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read-only transaction."""
        with self._reading() as session, session.begin():
            yield session

    def close(self) -> None:
        self.broker.close()
        self.engine.dispose()


def even_if_refused(session: Session, write: Write) -> None:
    """Have this written if the transaction ends in a HandoffError: a wrong password counts, though nothing else
    that was begun with it does."""
    session.info["refused"].append(write)


def forget_refusals(session: Session) -> None:
    session.info["refused"].clear()


def normalise_url(url: str) -> str:
    """PostgreSQL is reached by psycopg, whatever driver the address leaves open."""
    parsed = make_url(url)
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def make_engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_pre_ping=True,
            hide_parameters=True,
            pool_size=10,
            max_overflow=20,
            pool_timeout=PATIENCE,
            connect_args=POSTGRES_LINK,
        )
        event.listen(engine, "connect", _prepare_postgres)
        return engine
    engine = create_engine(
        url,
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
        hide_parameters=True,
        pool_size=20,
        max_overflow=MOST_CONNECTIONS - 20,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    """What is deleted is overwritten, however SQLite was built: erased means gone from the file too."""
    _use_wal(connection)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: Any) -> None:
    """Two processes that switch a new file at once hold each other's read lock: SQLite then refuses one of them at
    once, however patient it was asked to be. So the waiting is done here."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(random.uniform(0.005, 0.02))  # noqa: S311 - apart from the other, no more
        else:
            return


def _prepare_postgres(connection: Any, _record: Any) -> None:
    """Nobody waits for another's lock for longer than for SQLite's."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{PATIENCE:.0f}s'")
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    """In WAL, a reader that turns writer is refused at once, however patient: so say it at the start."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def now(session: Session) -> datetime:
    """The time, by the database's clock."""
    clock: Clock = session.info["clock"]
    return clock()


def settings_of(session: Session) -> HandoffSettings:
    settings: HandoffSettings = session.info["settings"]
    return settings


def count_changed(session: Session, statement: Delete | Update) -> int:
    """Execute it; how many rows it changed."""
    return int(cast(CursorResult[Any], session.execute(statement)).rowcount)


def take_turn(session: Session, key: str) -> None:
    """Until the transaction ends, nobody else gets past here with the same key. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


def word(session: Session, locale: str, event_key: str, **facts: Any) -> str:
    wording: Wording = session.info["wording"]
    return wording(locale, event_key, **facts)
