"""The parts a command needs, opened once and only those."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.helpdesk import Helpdesk, Progress
    from bot.settings import Settings
    from handoff.database import Database
    from knowledge.catalogue import Catalogue


def read_settings() -> Settings:
    from bot.settings import Settings

    return Settings()


def open_helpdesk(progress: Progress | None = None) -> Helpdesk:
    """Everything; loads the encoder and the index (about a second)."""
    import os

    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from bot.helpdesk import build, keep_quiet

    return build(read_settings(), progress or keep_quiet)


def open_database() -> Database:
    from bot.helpdesk import open_database as opened

    return opened(read_settings())


def read_catalogue(settings: Settings, documents: Path | None = None) -> Catalogue:
    """The helpdesk's own catalogue, or one of `documents` alone."""
    from bot.helpdesk import read_catalogue as own_catalogue
    from knowledge.catalogue import Catalogue

    return Catalogue.read([documents]) if documents is not None else own_catalogue(settings)
