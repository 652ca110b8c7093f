"""Erasing beyond the database: files that people sent, and what a restored backup brings back.

Rasa is told by bot.gateway.forgetting, from rows that erasing writes.
"""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select

from bot import erased_list, old_files
from bot.backup import sqlite_path
from bot.helpdesk import open_database
from bot.installation_secret import SecretUnreadable, known_secrets
from bot.settings import Settings
from handoff import audit, retention
from handoff.attachments import sweep_files
from handoff.by_address import forget_again
from handoff.database import Database
from handoff.erasure import Erased, erase_conversation
from handoff.errors import NotFound
from handoff.models.conversation import Conversation
from handoff.remembering import CONVERSATION, Names, list_erased


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
    erased_list.complete_list(settings, database)
    erased_list.prune_list(settings)
    return retention.Report(report.kinds, report.erased, {**report.deleted, **files})


@dataclass(frozen=True, slots=True)
class Remembered:
    """Who is not to come back, and the secrets under which addresses were digested. `whole` is False where the
    database could not be read and no list is beside it."""

    erased: Names
    secrets: tuple[bytes, ...]
    whole: bool


def remember_erased(settings: Settings) -> Remembered:
    """Before the database is replaced: from it, and from the list beside it, which is there when it is damaged."""
    listed = erased_list.read_list(settings)
    known = read_erased(settings)
    secrets: tuple[bytes, ...] = ()
    with suppress(SecretUnreadable):
        secrets = known_secrets(settings)
    return Remembered(listed | (known or {}), secrets, bool(listed) or known is not None)


def read_erased(settings: Settings) -> dict[str, datetime] | None:
    """None if the database is not there or cannot be read."""
    path = sqlite_path(settings)
    if path is not None and not path.exists():
        return None
    try:
        with closing(open_database(settings)) as database, database.reading() as session:
            return list_erased(session)
    except Exception:  # a damaged database fails in many ways, and is why one restores
        return None


def erase_again(settings: Settings, database: Database, before: Remembered, *, by: str) -> int:
    """Those that a restored backup has brought back: how many conversations and subscriptions."""
    with database.reading() as session:
        there = set(session.scalars(select(Conversation.id).where(Conversation.erased_at.is_(None))))
    names = (name.partition(":") for name in before.erased)
    back = [one for kind, _, one in names if kind == CONVERSATION and one in there]
    count = sum(erase_one_again(settings, database, one, by) for one in back)
    secrets = dict.fromkeys((*before.secrets, *known_secrets(settings)))
    with database.transaction() as session:
        count += forget_again(session, before.erased, tuple(secrets), by=by)
    erased_list.complete_list(settings, database)
    return count


def erase_one_again(settings: Settings, database: Database, conversation_id: str, by: str) -> bool:
    try:
        with database.transaction() as session:
            erased = erase_conversation(session, conversation_id, by=by)
    except NotFound:
        return False
    erase_files(settings, erased)
    return True
