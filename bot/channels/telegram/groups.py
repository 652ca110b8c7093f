"""Groups: commands and mentions are answered, nothing is kept, personal matters go to a private chat."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from telegram import InlineKeyboardButton, Message, MessageEntity, Update
from telegram.ext import CallbackContext, ExtBot

from bot.channels.telegram import deep_link, screens
from bot.channels.telegram.commands import Command
from bot.channels.telegram.keyboards import Row
from bot.channels.telegram.outgoing import post
from bot.channels.telegram.people import LONGEST_TEXT, choose_locale
from bot.channels.telegram.subscription_menu import Screen, make_screen
from bot.helpdesk import Helpdesk
from bot.replies.fallback import respond
from bot.replies.once import answer_once
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Draft, SourceLink

Context = CallbackContext[Any, Any, Any, Any]
Handle = Callable[[Update, Callable[[Session], Any]], Awaitable[Any]]

log = logging.getLogger(__name__)


class Groups:
    def __init__(self, helpdesk: Helpdesk, bot: ExtBot[Any], handle: Handle) -> None:
        self._helpdesk = helpdesk
        self._bot = bot
        self._handle = handle

    def on_command(self, command: Command) -> Callable[[Update, Context], Coroutine[Any, Any, None]]:
        async def receive(update: Update, _: Context) -> None:
            await self._reply(update, lambda locale: self._run(command, locale))

        return receive

    async def receive(self, update: Update, _: Context) -> None:
        """What does not speak to us is none of our business; `finish` alone is noted of it."""
        message = update.message
        if message is None or not (question := self._find_question(message)):
            return
        await self._reply(update, lambda locale: self._answer(question, locale))

    async def _reply(self, update: Update, make: Callable[[str], Screen]) -> None:
        message = update.message
        if message is None:
            return
        locale = choose_locale(message.from_user, self._helpdesk.settings)
        screen = await run_in_threadpool(make, locale)
        key = str(message.message_id)
        await self._handle(update, lambda session: post(session, message.chat_id, screen, key=key))

    def _find_question(self, message: Message) -> str | None:
        """What was said to the bot: it was mentioned, or its message replied to. None if it was not."""
        text, mention = message.text or "", f"@{self._bot.username}"
        mentions = message.parse_entities([MessageEntity.MENTION]).values()
        if any(found.lower() == mention.lower() for found in mentions):
            start = text.lower().index(mention.lower())
            return (text[:start] + text[start + len(mention) :]).strip() or None
        answered = message.reply_to_message
        if answered and answered.from_user and answered.from_user.id == self._bot.id:
            return text.strip() or None
        return None

    def _run(self, command: Command, locale: str) -> Screen:
        if not command.in_groups or command.asks is None:
            return screens.go_private(locale, self._bot.username, command.key)
        situation = Situation(text="", locale=locale, value=command.asks, channel="group")
        return self._show(respond(self._helpdesk, situation)[0], locale)

    def _answer(self, question: str, locale: str) -> Screen:
        return self._show(answer_once(self._helpdesk, question[:LONGEST_TEXT], locale), locale)

    def _show(self, draft: Draft, locale: str) -> Screen:
        """Text and sources; in place of the bot's buttons the way to a private chat, where it remembers."""
        text = "\n\n".join([draft.text, *list_sources(draft.sources)])
        title = say(locale, "telegram.group.open_private")
        row: Row = [InlineKeyboardButton(title, url=deep_link(self._bot.username, "group"))]
        return make_screen(text, [row])


def list_sources(sources: tuple[SourceLink, ...]) -> list[str]:
    return [f"📄 [{source.title}]({source.url})" for source in sources[:3]]
