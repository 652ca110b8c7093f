"""What people send, and what each kind of it does: always in one transaction, with the update marked as done."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from telegram import Message, Update
from telegram.constants import ChatAction, ChatMemberStatus
from telegram.error import TelegramError
from telegram.ext import (
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from bot.channels.telegram import private, staff
from bot.channels.telegram.client import TelegramApplication
from bot.channels.telegram.commands import COMMANDS, Command
from bot.channels.telegram.groups import Groups
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.media import Media
from bot.channels.telegram.people import CHANNEL, choose_locale
from bot.channels.telegram.presses import Presses
from bot.helpdesk import Helpdesk
from handoff import chats, outbox, subscriptions
from handoff.views import Owner

Context = CallbackContext[Any, Any, Any, Any]
Result = TypeVar("Result")
Given = TypeVar("Given")
PRIVATE = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
GROUP = filters.ChatType.GROUPS & filters.UpdateType.MESSAGE

log = logging.getLogger(__name__)


class Receiver:
    def __init__(self, helpdesk: Helpdesk, application: TelegramApplication, inbox: Inbox) -> None:
        self._helpdesk = helpdesk
        self._bot = application.bot
        self._inbox = inbox
        self._groups = Groups(helpdesk, application.bot, self.handle)
        self._presses = Presses(helpdesk, application.bot, self.handle)
        self._media = Media(helpdesk, application.bot, self.handle)
        self._register(application)

    def _register(self, application: TelegramApplication) -> None:
        """An edited message must reach its own handler alone: by default text handlers get those too."""
        add = application.add_handler
        add(ChatMemberHandler(self._on_membership, ChatMemberHandler.MY_CHAT_MEMBER))
        add(CallbackQueryHandler(self._presses.receive))
        add(MessageHandler(filters.UpdateType.EDITED_MESSAGE, self._on_edit))
        add(CommandHandler("start", self._on_start, PRIVATE))
        add(CommandHandler(["atsaistit", "unlink"], self._on_unlink, PRIVATE))
        for command in COMMANDS:
            add(CommandHandler(command.all_names, self._on_command(command), PRIVATE))
            add(CommandHandler(command.all_names, self._groups.on_command(command), GROUP))
        add(MessageHandler(GROUP, self._groups.receive))
        add(MessageHandler(PRIVATE & filters.TEXT, self._on_text))
        add(MessageHandler(PRIVATE & ~filters.StatusUpdate.ALL, self._media.receive))

    async def handle(self, update: Update, work: Callable[[Session], Result]) -> Result:
        """`work` in the transaction that also marks the update as done. Raises AlreadyHandled."""

        def within() -> Result:
            with self._inbox.handling(update.update_id) as session:
                return work(session)

        return await run_in_threadpool(within)

    async def _on_start(self, update: Update, context: Context) -> None:
        message = required(update.message)
        payload = context.args[0] if context.args else None
        await self.handle(update, lambda session: private.start(self._helpdesk, session, message, payload))

    def _on_command(self, command: Command) -> Callable[[Update, Context], Any]:
        async def receive(update: Update, _: Context) -> None:
            message = required(update.message)
            owner = await self.handle(
                update, lambda session: private.run_command(self._helpdesk, session, message, command)
            )
            await self._show_typing(message, owner)

        return receive

    async def _on_unlink(self, update: Update, _: Context) -> None:
        message = required(update.message)
        locale = choose_locale(message.from_user, self._helpdesk.settings)
        await self.handle(update, lambda session: staff.unlink(session, message, locale))

    async def _on_text(self, update: Update, _: Context) -> None:
        message = required(update.message)
        owner = await self.handle(update, lambda session: private.say_text(self._helpdesk, session, message))
        await self._show_typing(message, owner)

    async def _on_edit(self, update: Update, _: Context) -> None:
        message = required(update.edited_message)
        await self.handle(update, lambda session: private.edit(self._helpdesk, session, message))

    async def _on_membership(self, update: Update, _: Context) -> None:
        await self.handle(update, lambda session: note_membership(session, update))

    async def _show_typing(self, message: Message, owner: Owner | None) -> None:
        """Only while the bot is to answer: a person's typing is not ours to announce."""
        if owner is None or owner is Owner.COORDINATOR:
            return
        try:
            await self._bot.send_chat_action(message.chat_id, ChatAction.TYPING)
        except TelegramError as error:
            log.debug("typing was not shown: %s", type(error).__name__)


def required(value: Given | None) -> Given:
    """For what the handler's filter has promised."""
    if value is None:
        raise ValueError("the update does not hold what its filter promised")
    return value


def note_membership(session: Session, update: Update) -> None:
    """Blocked or let in again. Whoever blocks the bot wants no news either."""
    change = required(update.my_chat_member)
    address = str(change.chat.id)
    if change.new_chat_member.status in {ChatMemberStatus.BANNED, ChatMemberStatus.LEFT}:
        chats.close_chat(session, CHANNEL, address, "blocked")
        subscriptions.end_all(session, CHANNEL, address, reason="blocked")
        outbox.cancel_address(session, CHANNEL, address, "blocked")
    else:
        chats.open_chat(session, CHANNEL, address)
