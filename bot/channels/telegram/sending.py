"""One part of a message on its way into a chat, with the remedies that Telegram's refusals have."""

from __future__ import annotations

import logging
from typing import Any

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.channels.port import DeliveryFailed
from bot.channels.telegram.failures import (
    explain,
    is_gone,
    is_not_modified,
    is_too_long,
    is_unreadable_html,
    seconds_to_wait,
)
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.rendering import Part
from bot.channels.telegram.text import LONGEST, fitting

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

log = logging.getLogger(__name__)


class Moved(Exception):
    """The chat has another id now."""

    def __init__(self, chat_id: int) -> None:
        super().__init__(str(chat_id))
        self.chat_id = chat_id


class Sender:
    """Keeps the pace and knows the remedies. Raises DeliveryFailed, or Moved for a chat with another id now."""

    def __init__(self, bot: ExtBot[Any], pace: Pace) -> None:
        self._bot = bot
        self._pace = pace

    async def send(self, chat_id: int, part: Part) -> int:
        """The id of the new message. What Telegram cannot read as HTML goes out plain."""
        try:
            return await self._send(chat_id, part.html, ParseMode.HTML, part)
        except BadRequest as error:
            if not (is_unreadable_html(error) or is_too_long(error)):
                raise explain(error) from error
            log.warning("sent without formatting: %s", "bad html" if is_unreadable_html(error) else "too long")
        except TelegramError as error:
            raise self._explain(chat_id, error) from error
        try:
            return await self._send(chat_id, part.fallback[: fitting(part.fallback, LONGEST)], None, part)
        except TelegramError as error:
            raise self._explain(chat_id, error) from error

    async def edit(self, chat_id: int, message_id: int, part: Part) -> bool:
        """False if the message is gone or too old to be changed."""
        await self._pace.wait(chat_id)
        try:
            await self._bot.edit_message_text(
                part.html,
                chat_id,
                message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=part.keyboard,
                link_preview_options=NO_PREVIEW,
            )
        except BadRequest as error:
            return is_not_modified(error) or self._refused(error)
        except TelegramError as error:
            raise self._explain(chat_id, error) from error
        return True

    def _refused(self, error: BadRequest) -> bool:
        if is_gone(error) or is_unreadable_html(error) or is_too_long(error):
            return False
        raise explain(error) from error

    async def _send(self, chat_id: int, text: str, mode: ParseMode | None, part: Part) -> int:
        await self._pace.wait(chat_id)
        if part.file is not None:
            document = await self._bot.send_document(
                chat_id, part.file.body, filename=part.file.name, caption=text, parse_mode=mode
            )
            return document.message_id
        sent = await self._bot.send_message(
            chat_id, text, parse_mode=mode, reply_markup=part.keyboard, link_preview_options=NO_PREVIEW
        )
        return sent.message_id

    def _explain(self, chat_id: int, error: TelegramError) -> DeliveryFailed | Moved:
        if isinstance(error, ChatMigrated):
            return Moved(error.new_chat_id)
        if isinstance(error, RetryAfter):
            self._pace.hold(chat_id, seconds_to_wait(error))
        return explain(error)
