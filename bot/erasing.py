"""Erasing what lies outside the database: files that people sent. Rasa's trackers live in its memory only."""

from __future__ import annotations

from bot.settings import Settings
from handoff.erasure import Erased


def erase_files(settings: Settings, erased: Erased) -> None:
    """Paths are relative to the uploads and may not lead out of them."""
    folder = (settings.data / "uploads").resolve()
    for name in erased.files:
        path = (folder / name).resolve()
        if path.is_relative_to(folder):
            path.unlink(missing_ok=True)
