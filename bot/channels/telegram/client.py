"""The connection to the Bot API, whose token never shows in a log."""

from __future__ import annotations

import logging
from typing import Any

from telegram.ext import Application, ApplicationBuilder
from telegram.request import HTTPXRequest

from bot.settings import Settings

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]

SECONDS_TO_ANSWER = 10.0
LONG_POLL = 25
TALKATIVE = ("httpx", "httpcore", "telegram", "telegram.Bot", "telegram.ext.Application")
"""Loggers that write addresses, and with them the token, or what people said, below WARNING."""


class HidesToken(logging.Filter):
    """Puts `<token>` in the token's place in a record that holds it, wherever it came from."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        if self._token in record.getMessage():
            record.msg, record.args = record.getMessage().replace(self._token, "<token>"), ()
        if record.exc_info and record.exc_info[1] and self._token in str(record.exc_info[1]):
            record.exc_info, record.exc_text = None, None
        return True


def keep_token_out_of_logs(token: str) -> None:
    hides = HidesToken(token)
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
        logger.addFilter(hides)


def make_application(settings: Settings) -> TelegramApplication:
    """Without PTB's own updater: updates come through our inbox. Raises ValueError if there is no token."""
    if settings.telegram_token is None:
        raise ValueError("HELPDESK_TELEGRAM_TOKEN is not set")
    token = settings.telegram_token.get_secret_value()
    keep_token_out_of_logs(token)
    api = settings.telegram_api.rstrip("/")
    return (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api}/bot")
        .base_file_url(f"{api}/file/bot")
        .updater(None)
        .request(make_request(SECONDS_TO_ANSWER))
        .get_updates_request(make_request(LONG_POLL + 10))
        .build()
    )


def make_request(read_timeout: float) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=32,
        read_timeout=read_timeout,
        write_timeout=SECONDS_TO_ANSWER,
        connect_timeout=5.0,
        pool_timeout=SECONDS_TO_ANSWER,
    )
