"""The real client against the stand-in: each of Telegram's refusals is understood as what it means."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bot.channels.telegram.client import TelegramApplication, make_application
from bot.channels.telegram.failures import explain, is_not_modified, is_too_long, is_unreadable_html
from bot.channels.telegram.keyboards import own_button
from bot.settings import Settings
from tests.telegram_api import TOKEN, TelegramApi

pytestmark = pytest.mark.anyio


@pytest.fixture
async def application(settings: Settings) -> AsyncIterator[TelegramApplication]:
    application = make_application(settings)
    async with application:
        yield application


async def refused(application: TelegramApplication, text: str, **more: object) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        await application.bot.send_message(7, text, parse_mode="HTML", **more)
    return caught.value


async def test_a_message_arrives_as_people_see_it(application: TelegramApplication, api: TelegramApi) -> None:
    api.chat(7)
    await application.bot.send_message(7, "<b>Labdien</b> &amp; laipni", parse_mode="HTML")
    assert api.chat(7).texts == ["Labdien & laipni"]
    assert api.chat(7).messages[0]["entities"] == [{"type": "bold", "offset": 0, "length": 7}]


@pytest.mark.parametrize("text", ["<b>bold", "bold</b>", "<b><i>x</b></i>", "a < b", "<div>x</div>"])
async def test_bad_html_is_known_as_such(application: TelegramApplication, api: TelegramApi, text: str) -> None:
    api.chat(7)
    assert is_unreadable_html(await refused(application, text))


async def test_length_counts_after_tags_in_utf16(application: TelegramApplication, api: TelegramApi) -> None:
    api.chat(7)
    await application.bot.send_message(7, "<b>" + "ā" * 4096 + "</b>", parse_mode="HTML")
    assert is_too_long(await refused(application, "😀" * 2049))


async def test_a_value_over_64_bytes_is_refused(application: TelegramApplication, api: TelegramApi) -> None:
    api.chat(7)
    button = own_button("Titulis", "x")
    button._unfreeze()
    button.callback_data = "ā" * 33
    error = await refused(application, "x", reply_markup=InlineKeyboardMarkup([[button]]))
    assert "BUTTON_DATA_INVALID" in error.message.upper()


async def test_a_blocked_chat_is_permanent(application: TelegramApplication, api: TelegramApi) -> None:
    api.chat(7).blocked = True
    failure = explain(await refused(application, "x"))
    assert (failure.reason, failure.permanent) == ("blocked", True)


async def test_a_flood_says_how_long_to_wait(application: TelegramApplication, api: TelegramApi) -> None:
    api.chat(7)
    api.fail("sendMessage", 429, "Too Many Requests: retry after 17", retry_after=17)
    failure = explain(await refused(application, "x"))
    assert (failure.reason, failure.permanent, failure.retry_after) == ("flood", False, 17)


async def test_a_server_error_is_worth_another_try(application: TelegramApplication, api: TelegramApi) -> None:
    api.chat(7)
    api.fail("sendMessage", 500, "Internal Server Error")
    failure = explain(await refused(application, "x"))
    assert (failure.reason, failure.permanent) == ("network", False)


async def test_an_unknown_chat_is_permanent(application: TelegramApplication, api: TelegramApi) -> None:
    failure = explain(await refused(application, "x"))
    assert (failure.reason, failure.permanent) == ("no_chat", True)


async def test_a_migrated_group_tells_its_new_id(application: TelegramApplication, api: TelegramApi) -> None:
    api.chat(7).migrated_to = -1007
    error = await refused(application, "x")
    assert isinstance(error, ChatMigrated)
    assert error.new_chat_id == -1007


async def test_an_edit_that_changes_nothing_is_told_apart(
    application: TelegramApplication, api: TelegramApi
) -> None:
    api.chat(7)
    sent = await application.bot.send_message(7, "x")
    with pytest.raises(BadRequest) as caught:
        await application.bot.edit_message_text("x", 7, sent.message_id)
    assert is_not_modified(caught.value)


async def test_the_token_is_in_no_log_line(
    application: TelegramApplication, api: TelegramApi, caplog: pytest.LogCaptureFixture
) -> None:
    api.chat(7)
    with caplog.at_level(logging.DEBUG):
        for name in ("httpx", "telegram", "httpcore"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        try:
            await application.bot.send_message(7, "x")
            api.fail("sendMessage", 500, "Internal Server Error")
            await refused(application, "x")
        finally:
            for name in ("httpx", "telegram", "httpcore"):
                logging.getLogger(name).setLevel(logging.WARNING)
    assert "sendMessage" in caplog.text
    assert TOKEN not in caplog.text
    assert TOKEN.split(":")[1] not in caplog.text


def test_nothing_of_the_client_is_logged_below_a_warning(settings: Settings) -> None:
    make_application(settings)
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert not logging.getLogger("telegram.Bot").isEnabledFor(logging.DEBUG)


def test_no_file_of_ours_names_a_token(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[4] / "bot"
    assert not [path for path in root.rglob("*.py") if TOKEN.split(":")[1] in path.read_text("utf-8")]
