"""The composition root: every part of the helpdesk, made once from the settings and handed to who needs it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.settings import Settings
from handoff.database import Database
from knowledge.catalogue import Catalogue
from knowledge.clock import Clock
from retrieval.retriever import Retriever


@dataclass
class Knowledge:
    """Catalogue and index that belong together; replaced whole when the materials change."""

    catalogue: Catalogue
    retriever: Retriever


@dataclass
class Helpdesk:
    settings: Settings
    clock: Clock
    database: Database
    knowledge: Knowledge
