"""The application over a real database and a real index of a few documents, in process."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from tests.serving import index_materials, open_helpdesk
from tests.visiting import Visitor

NOW = datetime.fromisoformat("2026-11-24T10:00:00+02:00")


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return index_materials(tmp_path_factory.mktemp("index"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path / "data", now=NOW)


@pytest.fixture
def helpdesk(settings: Settings, knowledge: Knowledge) -> Iterator[Helpdesk]:
    with open_helpdesk(settings, knowledge) as helpdesk:
        yield helpdesk


@pytest.fixture
def client(helpdesk: Helpdesk) -> Iterator[TestClient]:
    with TestClient(create_app(helpdesk), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    return Visitor.begin(client)


def new_id() -> str:
    return str(uuid4())
