"""A helpdesk with a real mail server, a catalogue of calls and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.handoff_words import HandoffWords
from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from handoff.database import Database
from knowledge.catalogue import Catalogue
from retrieval.encoder import Encoder
from retrieval.retriever import Retriever
from tests.bot.channels.telegram.materials import MATERIALS
from tests.bot.channels.telegram.rig import MORNING, HandClock
from tests.post_office import PostOffice, open_office


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def port(office: PostOffice) -> Iterator[int]:
    with open_office(office) as port:
        yield port


@pytest.fixture
def clock() -> HandClock:
    return HandClock(MORNING)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("materials")
    for name, text in MATERIALS.items():
        (folder / name).write_text(text, "utf-8")
    return Catalogue.read([folder])


def make_settings(data: Path, **more: Any) -> Settings:
    return Settings(
        _env_file=None,
        data=data,
        smtp_security="none",
        smtp_sender="palidziba@example.org",
        public_url="https://palidziba.example.org",
        **more,
    )


@pytest.fixture
def helpdesk(tmp_path: Path, port: int, clock: HandClock, catalogue: Catalogue) -> Iterator[Helpdesk]:
    settings = make_settings(tmp_path, smtp_host="127.0.0.1", smtp_port=port)
    words = HandoffWords(settings.zone, clock, settings.base_url)
    database = Database(settings.database, clock, settings.handoff, words)
    database.migrate()
    nothing = SimpleNamespace()
    knowledge = Knowledge(catalogue, cast("Retriever", nothing))
    yield Helpdesk(settings, clock, database, cast("Encoder", nothing), knowledge)
    database.close()
