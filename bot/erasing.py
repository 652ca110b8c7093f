"""Erasing beyond the database: files that people sent, and what a restored backup brings back.

Rasa is told by bot.gateway.forgetting, from rows that erasing writes.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from sqlalchemy import select

from bot import old_files
from bot.settings import Settings
from handoff import audit, retention
from handoff.attachments import sweep_files
from handoff.database import Database
from handoff.erasure import Erased, erase_conversation
from handoff.errors import NotFound
from handoff.models.conversation import Conversation


def erase_files(settings: Settings, erased: Erased) -> None:
    """Paths are relative to the uploads and may not lead out of them."""
    folder = (settings.data / "uploads").resolve()
    for name in erased.files:
        path = (folder / name).resolve()
        if path.is_relative_to(folder):
            path.unlink(missing_ok=True)


def sweep_uploads(settings: Settings, database: Database) -> int:
    """Delete uploads that no message refers to: of a message never recorded, or left by an erasure that was cut
    short between the database and the disk. Gives how many."""
    with database.reading() as session:
        return sweep_files(session, settings.data / "uploads")


def run_retention(settings: Settings, database: Database, *, by: str = audit.SYSTEM) -> retention.Report:
    """All that is due: conversations with their files, rows, stray uploads, old logs and copies."""
    report = retention.apply(database, by=by, also=partial(erase_files, settings))
    files = {"uploads": sweep_uploads(settings, database), **old_files.delete_due(settings)}
    return retention.Report(report.kinds, report.erased, {**report.deleted, **files})


def list_erased(database: Database) -> tuple[str, ...]:
    with database.reading() as session:
        return tuple(session.scalars(select(Conversation.id).where(Conversation.erased_at.is_not(None))))


def erase_again(settings: Settings, database: Database, conversations: Collection[str], *, by: str) -> int:
    """Those of them that a restored backup has brought back: how many. Who was erased stays erased."""
    count = 0
    for conversation_id in conversations:
        try:
            with database.transaction() as session:
                erased = erase_conversation(session, conversation_id, by=by)
        except NotFound:
            continue
        erase_files(settings, erased)
        count += 1
    return count
