"""The composition root: every part of the helpdesk, made once from the settings and handed to who needs it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.backlog import Backlog
from bot.handoff_words import HandoffWords
from bot.installation_secret import take_secrets
from bot.question_vectors import QuestionVectors
from bot.settings import Settings
from handoff.database import Database
from handoff.events import Broker
from knowledge.catalogue import Catalogue, list_files
from knowledge.clock import Clock
from knowledge.loose_file import fields_path
from retrieval.building import build_index
from retrieval.encoder import Encoder, Vector, load_encoder
from retrieval.retriever import Retriever

Progress = Callable[[str], None]


def keep_quiet(_: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Knowledge:
    """Catalogue and index that belong together; replaced whole when the materials change."""

    catalogue: Catalogue
    retriever: Retriever


@dataclass
class Helpdesk:
    """`knowledge` may be another object at the next look: take it once at the start of a piece of work."""

    settings: Settings
    clock: Clock
    database: Database
    encoder: Encoder
    knowledge: Knowledge
    telegram_name: str | None = None
    """The bot's user name, once Telegram has told it to this process."""
    backlog: Backlog = field(default_factory=Backlog, repr=False)
    _refreshing: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self.question_vectors = QuestionVectors(self._encode)

    def _encode(self, question: str) -> Vector:
        return self.knowledge.retriever.encode(question)

    @property
    def broker(self) -> Broker:
        return self.database.broker

    def refresh_knowledge(self, progress: Progress = keep_quiet) -> Knowledge:
        """Read the materials again and index what is new; questions are answered from the old until then."""
        with self._refreshing:
            self.knowledge = load_knowledge(self.settings, self.encoder, progress)
            return self.knowledge

    def close(self) -> None:
        self.question_vectors.close()
        self.database.close()


def own_materials(settings: Settings) -> Path:
    """Where documents that coordinators add, publish or import are kept: beside the rest of the data."""
    return settings.data / "materials"


def material_folders(settings: Settings) -> list[Path]:
    """Those that are there, ours last."""
    return [path for path in (*settings.materials, own_materials(settings)) if path.exists()]


def read_catalogue(settings: Settings) -> Catalogue:
    """Demonstration dates count from the helpdesk's own today."""
    today = settings.clock().astimezone(settings.zone).date()
    cache = settings.data / "cache"
    return Catalogue.read(material_folders(settings), demo=settings.shows_demo, today=today, cache=cache)


def fingerprint_materials(settings: Settings) -> str:
    """Changes when a material is added, changed or taken away, and with the day (demonstration dates move)."""
    told = hashlib.sha256(settings.clock().astimezone(settings.zone).date().isoformat().encode())
    for path, name in list_files(material_folders(settings)):
        for file in (path, fields_path(path)):
            try:
                state = file.stat()
            except OSError:
                continue
            told.update(f"\0{name}\0{state.st_mtime_ns}\0{state.st_size}".encode())
    return told.hexdigest()


def load_knowledge(settings: Settings, encoder: Encoder, progress: Progress = keep_quiet) -> Knowledge:
    """Read every document, index what changed, open the index."""
    catalogue = read_catalogue(settings)
    folder = settings.data / "index"
    build_index(catalogue, encoder, folder, progress)
    return Knowledge(catalogue, Retriever.load(catalogue, encoder, folder))


def open_database(settings: Settings) -> Database:
    """The database, migrated to the newest version. Raises SecretUnreadable."""
    settings.data.mkdir(parents=True, exist_ok=True)
    words = HandoffWords(
        settings.zone, settings.clock, settings.base_url, settings.contact_phone, settings.contact_email
    )
    secret, *before = take_secrets(settings)
    rules = replace(settings.handoff, secret=secret, secrets_before=tuple(before))
    database = Database(settings.database, settings.clock, rules, words)
    database.migrate()
    return database


def build(settings: Settings, progress: Progress = keep_quiet) -> Helpdesk:
    database = open_database(settings)
    encoder = load_encoder(settings.encoder)
    knowledge = load_knowledge(settings, encoder, progress)
    return Helpdesk(settings, settings.clock, database, encoder, knowledge)
