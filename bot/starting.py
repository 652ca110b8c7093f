"""Opening everything at a start: what passes by itself is waited for, and what does not is told in words."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from bot.helpdesk import Helpdesk, Progress, build
from bot.installation_secret import SecretUnreadable
from bot.settings import Settings
from handoff.failures import UNAVAILABLE, Cause, find_cause
from handoff.schema import UnknownVersion

WAITS_FOR = 180.0
"""Seconds for which a database that is away or busy is waited for: a machine that boots starts both at once."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
ADVICE = {
    Cause.GONE: "check that it runs, and HELPDESK_DATABASE_URL",
    Cause.BUSY: "find out what keeps it busy: another helpdesk, a backup, a repair",
    Cause.FULL: "make room where the data is",
    Cause.DAMAGED: "put a backup back: helpdesk restore FILE",
}
NAMES = {
    Cause.GONE: "the database cannot be reached",
    Cause.BUSY: "the database is busy",
    Cause.FULL: "the disk is full",
    Cause.DAMAGED: "the database is damaged",
}
MAY_PASS: tuple[type[Exception], ...] = (*UNAVAILABLE, OSError)
T = TypeVar("T")


class CannotStart(Exception):
    """Why, and what to do about it."""


def open_patiently(settings: Settings, progress: Progress) -> Helpdesk:
    """Raises CannotStart."""
    try:
        return insist(lambda: build(settings, progress), progress)
    except (SecretUnreadable, UnknownVersion) as error:
        raise CannotStart(str(error)) from error


def insist(attempt: Callable[[], T], progress: Progress) -> T:
    """Again and again while the database is away or busy, until `WAITS_FOR` is over."""
    until, pause = time.monotonic() + WAITS_FOR, FIRST_PAUSE
    while True:
        try:
            return attempt()
        except MAY_PASS as error:
            cause = find_cause(error)
            if cause is None:
                raise
            if cause not in (Cause.GONE, Cause.BUSY) or time.monotonic() + pause > until:
                raise CannotStart(f"{NAMES[cause]} ({reason(error)}); {ADVICE[cause]}") from error
            progress(f"{NAMES[cause]} ({reason(error)}); trying again in {pause:.0f} s")
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def reason(error: BaseException) -> str:
    """The driver's own first line: it names the server and what was refused, never a password."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return said[0].strip() if said else type(error).__name__
