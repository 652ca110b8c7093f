"""A Bot API on loopback for each test, and settings that point to it."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from bot.settings import Settings
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
