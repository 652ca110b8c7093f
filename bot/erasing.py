"""Erasing what lies outside the database: files that people sent. Rasa's trackers live in its memory only."""

from __future__ import annotations

from bot.settings import Settings
from handoff.attachments import sweep_files
from handoff.database import Database
from handoff.erasure import Erased


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
