"""What keeps the database, or the disk under it, from doing its work: told apart by cause, on either engine."""

from __future__ import annotations

import errno
import sqlite3
from enum import Enum

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL, DAMAGED, BUSY = {sqlite3.SQLITE_FULL}, {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}, {5, 6}
"""SQLite's primary result codes [sqlite.org/rescode.html]; 5 and 6 are SQLITE_BUSY and SQLITE_LOCKED."""
POSTGRES = {
    "53100": "full",
    "53300": "busy",
    "55P03": "busy",
    "57014": "busy",
    "XX001": "damaged",
    "XX002": "damaged",
}
"""By SQLSTATE [PostgreSQL, appendix A]: disk full, too many clients, lock not available, cancelled, corrupted."""


class DatabaseBusy(Exception):
    """Others have been writing for too long; nothing was done, it may be tried again."""


class Cause(Enum):
    """Why. After `busy`, `gone` and `full` the same call may be made again; nothing of it was done."""

    BUSY = "busy"
    GONE = "gone"
    FULL = "full"
    DAMAGED = "damaged"


WORDS = {
    Cause.BUSY: "the database is busy",
    Cause.GONE: "the database cannot be reached",
    Cause.FULL: "the disk is full",
    Cause.DAMAGED: "the database is damaged: restore a backup",
}
"""For the log."""
UNAVAILABLE: tuple[type[Exception], ...] = (DatabaseBusy, DBAPIError, PoolTimeout)
"""What a transaction raises when it is the database that fails it."""


def find_cause(error: BaseException) -> Cause | None:
    """None for what is no such failure: a mistake of ours, a rule refused."""
    if isinstance(error, (DatabaseBusy, PoolTimeout)):
        return Cause.BUSY
    if isinstance(error, OSError):
        return Cause.FULL if error.errno in FULL_DISK else None
    if not isinstance(error, DBAPIError):
        return None
    driver = error.orig
    if isinstance(driver, sqlite3.Error):
        return _name_sqlite(getattr(driver, "sqlite_errorcode", 0) & 0xFF)
    state = str(getattr(driver, "sqlstate", None) or "")
    if state in POSTGRES:
        return Cause(POSTGRES[state])
    lost = error.connection_invalidated or state[:2] in ("08", "57") or (not state and _is_operational(error))
    return Cause.GONE if lost else None


def describe(error: BaseException) -> str:
    """For the log: the cause in words, else the kind of error, which unlike its text holds nobody's data."""
    cause = find_cause(error)
    return WORDS[cause] if cause else type(error).__name__


def _name_sqlite(code: int) -> Cause | None:
    if code in FULL:
        return Cause.FULL
    if code in DAMAGED:
        return Cause.DAMAGED
    if code in BUSY:
        return Cause.BUSY
    gone = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
    return Cause.GONE if code in gone else None


def _is_operational(error: SQLAlchemyError) -> bool:
    """A connection that cannot be made has no SQLSTATE."""
    return type(error).__name__ in ("OperationalError", "InterfaceError")
