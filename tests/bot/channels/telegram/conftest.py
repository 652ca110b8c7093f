"""A Bot API on loopback for each test, and settings that point to it."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from bot.handoff_words import HandoffWords
from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from handoff.database import Database
from knowledge.catalogue import Catalogue
from retrieval.building import build_index
from retrieval.encoder import Encoder, load_encoder
from retrieval.retriever import Retriever
from tests.bot.channels.telegram.materials import MATERIALS
from tests.bot.channels.telegram.rig import MORNING, HandClock, Rig
from tests.telegram_api import TOKEN, TelegramApi


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    server = TelegramApi()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def settings(api: TelegramApi, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        _env_file=None,
        telegram_token=SecretStr(TOKEN),
        telegram_api=api.url,
        data=tmp_path_factory.mktemp("data"),
    )


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> tuple[Knowledge, Encoder]:
    """A handful of documents, indexed for real."""
    folder = tmp_path_factory.mktemp("materials")
    for name, text in MATERIALS.items():
        (folder / name).write_text(text, "utf-8")
    encoder = load_encoder("packaged")
    catalogue = Catalogue.read([folder])
    assert not catalogue.problems
    index = tmp_path_factory.mktemp("index")
    build_index(catalogue, encoder, index, lambda _: None)
    return Knowledge(catalogue, Retriever.load(catalogue, encoder, index)), encoder


@pytest.fixture
def clock() -> HandClock:
    return HandClock(MORNING)


@pytest.fixture
def helpdesk(settings: Settings, knowledge: tuple[Knowledge, Encoder], clock: HandClock) -> Iterator[Helpdesk]:
    settings.data.mkdir(exist_ok=True)
    words = HandoffWords(settings.zone, clock, settings.base_url)
    database = Database(settings.database, clock, settings.handoff, words)
    database.migrate()
    yield Helpdesk(settings, clock, database, knowledge[1], knowledge[0])
    database.close()


@pytest.fixture
def rig(helpdesk: Helpdesk, api: TelegramApi) -> Iterator[Rig]:
    with Rig(helpdesk, api) as running:
        yield running
