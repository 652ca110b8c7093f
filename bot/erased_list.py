"""The list of who was erased, beside the database: `erased` in the data folder, one line each.

It outlives the database: one that cannot be read any more is what backups are restored for. A line is a time and a
conversation's id, or a digest of an address that only the installation's secret makes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot.settings import Settings
from bot.waking import repeat
from handoff import events
from handoff.database import Database
from handoff.remembering import Names, list_erased

NAME = "erased"
OVERLAP = timedelta(days=1)
"""Transactions do not end in the order of their times."""
LOOKS_EVERY = 600.0


def list_path(settings: Settings) -> Path:
    return settings.data / NAME


def read_list(settings: Settings) -> dict[str, datetime]:
    """A line cut short by a power cut is passed over."""
    found: dict[str, datetime] = {}
    with suppress(FileNotFoundError):
        for line in list_path(settings).read_text("utf-8", "replace").splitlines():
            at, _, name = line.partition(" ")
            with suppress(ValueError):
                found[name] = datetime.fromisoformat(at)
    return found


def complete_list(settings: Settings, database: Database) -> int:
    """Add what the database remembers and the list does not yet: how many lines."""
    known = read_list(settings)
    since = max(known.values(), default=None)
    with database.reading() as session:
        erased = list_erased(session, since - OVERLAP if since else None)
    return add_lines(settings, {name: at for name, at in erased.items() if name not in known or known[name] < at})


def add_lines(settings: Settings, erased: Names) -> int:
    """Several processes may do so at once; a line that is there twice says nothing else."""
    if erased:
        file = os.open(list_path(settings), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, write_lines(erased.items()).encode())
            os.fsync(file)
        finally:
            os.close(file)
    return len(erased)


def write_lines(erased: Iterable[tuple[str, datetime]]) -> str:
    return "".join(f"{at.isoformat()} {name}\n" for name, at in erased)


def prune_list(settings: Settings) -> int:
    """Lines as old as the oldest audit entry: backups that old are no longer restored. How many went."""
    known = read_list(settings)
    before = settings.clock() - timedelta(days=settings.keep_audit_days)
    kept = {name: at for name, at in known.items() if at >= before}
    if len(kept) < len(known):
        draft = list_path(settings).with_suffix(".new")
        draft.touch(0o600)
        draft.write_text(write_lines(kept.items()), "utf-8")
        draft.replace(list_path(settings))
    return len(known) - len(kept)


async def keep_list(settings: Settings, database: Database) -> None:
    """A line within moments of each erasing, also of those by other processes."""
    complete = partial(asyncio.to_thread, complete_list, settings, database)
    await repeat(database.broker, events.ERASURES, LOOKS_EVERY, complete)
