"""Updates by webhook: known by their secret, stored before they are acknowledged, counted once."""

import json
from collections.abc import Iterator

import httpx
import pytest
from typer.testing import CliRunner

from bot.channels.telegram.checking import check, set_webhook
from bot.channels.telegram.webhook import webhook_secret
from bot.cli.main import app
from bot.doctor import check_telegram
from bot.helpdesk import Helpdesk
from bot.settings import Settings
from tests.bot.channels.telegram.rig import Rig
from tests.telegram_api import TOKEN, TelegramApi

ANNA = 7001


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"telegram_mode": "webhook", "public_url": "https://palidziba.example.lv"})


@pytest.fixture
def rig(helpdesk: Helpdesk, api: TelegramApi) -> Iterator[Rig]:
    with Rig(helpdesk, api) as running:
        yield running


def test_an_update_by_webhook_is_answered(rig: Rig, api: TelegramApi) -> None:
    api.say(ANNA, "/start")
    rig.await_texts(ANNA, 1)


@pytest.mark.parametrize("secret", ["", "wrong", TOKEN])
def test_a_wrong_secret_is_refused(rig: Rig, api: TelegramApi, secret: str) -> None:
    update = api.update(message=api.message(ANNA, text="/start"))
    assert api.deliver_to_webhook(update, secret) == 403
    assert rig.unhandled() == 0
    assert rig.conversation(ANNA) is None


def test_redelivered_and_out_of_order_updates_count_once(rig: Rig, api: TelegramApi) -> None:
    updates = [api.update(message=api.message(ANNA, text=f"/abonementi {number}")) for number in range(5)]
    for update in [*reversed(updates), *updates, updates[2]]:
        assert api.deliver_to_webhook(update) == 200
    rig.await_texts(ANNA, 6)
    rig.settle()
    assert len(api.chat(ANNA).texts) == 6


def test_rubbish_is_acknowledged_and_forgotten(rig: Rig, api: TelegramApi) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": api.webhook["secret_token"]}
    for body in (b"", b"[]", b"{}", b'{"update_id": "x"}', b"\xff\xfe", json.dumps({"update_id": 1}).encode()):
        assert httpx.post(api.webhook["url"], content=body, headers=headers).status_code == 200
    api.say(ANNA, "/start")
    rig.await_texts(ANNA, 1)
    rig.settle()


def test_an_update_that_cannot_be_stored_is_asked_for_again(rig: Rig, api: TelegramApi) -> None:
    rig.helpdesk.database.engine.dispose()
    moved = rig.helpdesk.settings.data / "helpdesk.sqlite3"
    update = api.update(message=api.message(ANNA, text="/start"))
    moved.rename(moved.with_suffix(".away"))
    moved.mkdir()
    try:
        rig.helpdesk.database.engine.dispose()
        assert api.deliver_to_webhook(update) == 503
    finally:
        moved.rmdir()
        moved.with_suffix(".away").rename(moved)
        rig.helpdesk.database.engine.dispose()
    assert api.deliver_to_webhook(update) == 200
    rig.await_texts(ANNA, 1)


def test_the_secret_is_made_from_the_token_and_does_not_show_it(settings: Settings) -> None:
    secret = webhook_secret(settings)
    assert secret == webhook_secret(settings.model_copy())
    assert TOKEN.split(":")[1] not in secret


@pytest.mark.anyio
async def test_setting_the_webhook_and_checking_it(settings: Settings, api: TelegramApi) -> None:
    assert [finding.level for finding in await check(settings)] == ["ok", "error"]
    assert [finding.level for finding in await set_webhook(settings)] == ["ok"]
    assert api.webhook["url"] == "https://palidziba.example.lv/telegram/webhook"
    assert TOKEN not in api.webhook["url"]
    assert "my_chat_member" in api.webhook["allowed_updates"]
    assert [finding.level for finding in await check(settings)] == ["ok", "ok"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("problem", "advice"),
    [
        ({"url": "https://cits.example.lv/telegram/webhook"}, "set-webhook"),
        ({"allowed_updates": ["message"]}, "set-webhook"),
        ({"last_error_message": "Wrong response from the webhook: 403 Forbidden"}, "secret"),
        ({"last_error_message": "Connection timed out"}, "from outside"),
    ],
)
async def test_what_is_wrong_with_the_webhook_is_found(
    settings: Settings, api: TelegramApi, problem: dict[str, object], advice: str
) -> None:
    await set_webhook(settings)
    import time

    api.webhook |= problem
    if "last_error_message" in problem:
        api.webhook["last_error_date"] = int(time.time())
    assert any(advice in finding.advice for finding in await check(settings) if finding.level == "error")


@pytest.mark.anyio
async def test_an_unreachable_or_unknown_bot_is_said_to_be_so(settings: Settings) -> None:
    away = settings.model_copy(update={"telegram_api": "http://127.0.0.1:9"})
    assert "cannot be reached" in (await check(away))[0].found
    from pydantic import SecretStr

    wrong = settings.model_copy(update={"telegram_token": SecretStr("1:wrong")})
    assert "does not know the token" in (await check(wrong))[0].found


def test_doctor_and_command_tell_the_same(
    settings: Settings, api: TelegramApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [finding.level for finding in check_telegram(settings)] == ["ok", "error"]
    monkeypatch.setenv("HELPDESK_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("HELPDESK_TELEGRAM_API", api.url)
    monkeypatch.setenv("HELPDESK_TELEGRAM_MODE", "webhook")
    monkeypatch.setenv("HELPDESK_PUBLIC_URL", "https://palidziba.example.lv")
    result = CliRunner().invoke(app, ["telegram", "check", "--json"])
    assert result.exit_code == 1
    assert TOKEN not in result.output
    assert CliRunner().invoke(app, ["telegram", "set-webhook"]).exit_code == 0
    assert CliRunner().invoke(app, ["telegram", "check"]).exit_code == 0
