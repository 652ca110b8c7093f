"""Nasty text and broken updates from Telegram: none is lost, none stops others or makes the webhook fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from bot.channels.telegram.inbox import UpdateStore
from bot.channels.telegram.webhook import PATH, SECRET_HEADER, make_webhook_router, webhook_secret
from bot.helpdesk import open_database
from bot.settings import Settings
from handoff.models.base import clean_text
from tests.bot.channels.telegram.rig import Rig
from tests.hostile import NASTY
from tests.telegram_api import TOKEN, TelegramApi

SENDABLE = {name: text[:120] for name, text in NASTY.items() if name != "lone surrogate"}
"""Telegram itself sends no half letters; the webhook is tried with them below."""
BROKEN = (
    b"",
    b"{",
    b"null",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"\xff\xfe",
    b"x" * 900_000,
    b'{"update_id": true}',
    b'{"update_id": -1}',
    b'{"update_id": ' + b"9" * 4000 + b"}",
    b'{"update_id": 99999999999999999999999}',
    b'{"update_id": 1e999}',
    b'{"update_id": "1"}',
)
ODD = (
    {"message": None},
    {"message": []},
    {"message": {"chat": None, "text": "x"}},
    {"message": {"chat": {"id": "x" * 5000}, "text": {"a": 1}}},
    {"message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "\ud800\x00"}},
    {"callback_query": {"id": "1", "data": "\x00" * 64, "from": None}},
    {"my_chat_member": 7},
)


def test_every_text_is_recorded_and_answered(rig: Rig, api: TelegramApi) -> None:
    api.say(1, "/start")
    rig.await_texts(1, 1)
    for text in SENDABLE.values():
        api.say(1, text)
    wanted = [text for one in SENDABLE.values() if (text := clean_text(one).strip()) and text[0] != "/"]

    def missing() -> list[str]:
        said = {message.text for message in rig.record(1) if message.author == "visitor"}
        return [text for text in wanted if text not in said]

    api.wait_for(lambda: not (missing() or rig.unhandled() or rig.waiting() or rig.unanswered()), timeout=120)


@pytest.fixture
def webhook(tmp_path: Path) -> TestClient:
    settings = Settings(_env_file=None, data=tmp_path, telegram_token=SecretStr(TOKEN))
    app = FastAPI()
    app.include_router(make_webhook_router(settings, UpdateStore(open_database(settings))))
    return TestClient(app, headers={SECRET_HEADER: webhook_secret(settings)}, raise_server_exceptions=False)


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_update_is_acknowledged_and_left(webhook: TestClient, body: bytes) -> None:
    """Refusing it would only have it sent again, for hours."""
    assert webhook.post(PATH, content=body).status_code == 200


@pytest.mark.parametrize("content", ODD, ids=range(len(ODD)))
def test_an_odd_update_is_stored_or_left(webhook: TestClient, content: dict[str, object]) -> None:
    assert webhook.post(PATH, content=json.dumps({"update_id": 5, **content})).status_code == 200


@pytest.mark.parametrize("secret", ["", "x", "ļ", "\xff" * 300])
def test_without_the_secret_nothing_is_read(webhook: TestClient, secret: str) -> None:
    told = webhook.post(PATH, content=b"{", headers={SECRET_HEADER: secret.encode()})
    assert told.status_code == 403
