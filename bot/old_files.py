"""Files in the data folder whose time is over: logs nobody writes to, what was there before a restore, backups.

All of them may hold what people said, so they are kept no longer than the settings tell.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings

A_DAY = 24 * 3600.0
LOGS = ("logs/*", "models/*.log")
COPIES = ("before-restore-*", "backups/*.tar.gz")


@dataclass(frozen=True, slots=True)
class OldFiles:
    """`due` are files, and folders that go whole. Age is by the disk's clock, not by HELPDESK_NOW."""

    name: str
    days: int
    due: tuple[Path, ...]


def list_kinds(settings: Settings) -> tuple[OldFiles, ...]:
    data = settings.data
    return (
        OldFiles("logs", settings.keep_logs_days, tuple(find_old(data, LOGS, settings.keep_logs_days))),
        OldFiles("copies", settings.keep_copies_days, tuple(find_old(data, COPIES, settings.keep_copies_days))),
    )


def find_old(data: Path, patterns: tuple[str, ...], days: int) -> Iterator[Path]:
    """A link is never followed: it is looked at itself."""
    before = time.time() - days * A_DAY
    for pattern in patterns:
        yield from (path for path in sorted(data.glob(pattern)) if path.lstat().st_mtime < before)


def delete_due(settings: Settings) -> dict[str, int]:
    """How many of each kind."""
    kinds = list_kinds(settings)
    for path in (path for kind in kinds for path in kind.due):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return {kind.name: len(kind.due) for kind in kinds}
