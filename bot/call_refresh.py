"""Refreshing calls from where they are published, on a timer; by one replica at a time."""

from __future__ import annotations

import fcntl
import logging
from datetime import timedelta
from pathlib import Path

from bot.helpdesk import own_materials, read_catalogue
from bot.settings import Settings
from knowledge.importers.calls import ADDRESS, NotImported, import_calls

log = logging.getLogger(__name__)


def stamp_path(settings: Settings) -> Path:
    return settings.data / "calls-refreshed"


def is_due(settings: Settings) -> bool:
    """So many hours after the last try, whatever it brought: a portal that is down is not pressed."""
    if settings.calls_source is None:
        return False
    try:
        last = stamp_path(settings).stat().st_mtime
    except OSError:
        return True
    return settings.clock().timestamp() - last >= timedelta(hours=settings.calls_refresh_hours).total_seconds()


def refresh_calls(settings: Settings) -> bool:
    """Import if it is due and no other replica is at it. True if it was tried; the changed files are then taken up
    as any others are. What goes wrong is logged, and tried again when it is due again."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "calls-refresh.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if not is_due(settings):
            return False
        stamp_path(settings).touch()
        _import(settings)
        return True


def _import(settings: Settings) -> None:
    source = ADDRESS if settings.calls_source == "portal" else str(settings.calls_source)
    today = settings.clock().astimezone(settings.zone).date()
    try:
        report = import_calls(source, own_materials(settings), today=today, known=read_catalogue(settings))
    except NotImported as error:
        log.warning("calls were not refreshed: %s", error)
        return
    log.info(
        "calls refreshed: %d added, %d changed, %d deadlines moved, %d left out",
        len(report.added), len(report.changed), len(report.moved_deadlines), len(report.problems),
    )  # fmt: skip
