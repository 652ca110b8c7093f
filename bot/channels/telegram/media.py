"""Pictures, documents, voice, places and stickers: passed on to a person; the bot says what it understands."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from telegram import Message, Update
from telegram.error import TelegramError
from telegram.ext import CallbackContext, ExtBot

from bot.channels.telegram import screens
from bot.channels.telegram.outgoing import post
from bot.channels.telegram.people import CHANNEL, LONGEST_TEXT, choose_locale, client_id, ensure_conversation
from bot.channels.telegram.subscription_menu import Screen
from bot.helpdesk import Helpdesk
from bot.wording import say
from handoff import attachments, chats
from handoff.attachments import StoredFile
from handoff.conversations import ConversationView, Owner, find_conversation_at, record_visitor_message
from handoff.errors import Invalid

Context = CallbackContext[Any, Any, Any, Any]
Handle = Callable[[Update, Callable[[Session], Any]], Awaitable[Any]]

log = logging.getLogger(__name__)


class NotTaken(Exception):
    """`key` of telegram.yml says why a file was not passed on."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as Telegram announces it; `size` may be unknown."""

    file_id: str
    name: str
    size: int | None


class Media:
    def __init__(self, helpdesk: Helpdesk, bot: ExtBot[Any], handle: Handle) -> None:
        self._helpdesk = helpdesk
        self._bot = bot
        self._handle = handle

    @property
    def folder(self) -> Path:
        return self._helpdesk.settings.data / "uploads"

    async def receive(self, update: Update, _: Context) -> None:
        message = update.message
        if message is None:
            return
        locale = choose_locale(message.from_user, self._helpdesk.settings)
        conversation = await run_in_threadpool(self._find, message)
        if conversation is None or conversation.owner is Owner.BOT:
            await self._tell(update, message, locale, "media.bot")
            return
        await self._pass_on(update, message, conversation)

    def _find(self, message: Message) -> ConversationView | None:
        with self._helpdesk.database.reading() as session:
            return find_conversation_at(session, CHANNEL, str(message.chat_id))

    async def _tell(self, update: Update, message: Message, locale: str, key: str) -> None:
        facts = {"megabytes": attachments.LARGEST // 1024 // 1024} if key == "media.too_big" else {}

        def work(session: Session) -> None:
            chats.open_chat(session, CHANNEL, str(message.chat_id))
            conversation = ensure_conversation(session, message.chat_id, locale)
            screen: Screen = screens.tell(conversation.locale, key, **facts)
            post(session, message.chat_id, screen, key=str(message.message_id))

        await self._handle(update, work)

    async def _pass_on(self, update: Update, message: Message, conversation: ConversationView) -> None:
        """The file is fetched before the transaction; if that fails, nothing of it stays."""
        stored: StoredFile | None = None
        try:
            incoming = find_file(message)
            if incoming is not None:
                stored = await self._fetch(incoming)
            elif describe(message, conversation.locale) is None:
                raise NotTaken("media.not_stored")
            await self._handle(update, lambda session: self._record(session, message, conversation, stored))
        except NotTaken as refused:
            await self._tell(update, message, conversation.locale, refused.key)
        except Exception:
            if stored is not None:
                attachments.drop_file(self.folder, stored)
            raise

    async def _fetch(self, incoming: Incoming) -> StoredFile:
        try:
            attachments.check_name(incoming.name, incoming.size or 0)
            file = await self._bot.get_file(incoming.file_id)
            body = bytes(await file.download_as_bytearray())
            return await run_in_threadpool(attachments.keep_file, self.folder, incoming.name, body)
        except Invalid as error:
            raise NotTaken(
                "media.too_big" if error.facts.get("reason") == "size" else "media.wrong_type"
            ) from error
        except TelegramError as error:
            too_big = "file is too big" in error.message.lower()
            raise NotTaken("media.too_big" if too_big else "media.not_fetched") from error

    def _record(
        self, session: Session, message: Message, conversation: ConversationView, stored: StoredFile | None
    ) -> None:
        text = "\n".join(filter(None, [describe(message, conversation.locale, stored), message.caption]))
        recorded = record_visitor_message(
            session,
            conversation.id,
            client_id=client_id("message", message.chat_id, message.message_id),
            text=text[:LONGEST_TEXT],
            for_person=True,
            data={"attachments": [attachments.describe(stored)]} if stored else None,
        )
        if stored is not None and not recorded.duplicate:
            attachments.attach(session, recorded.message.id, [stored])
        chats.note_incoming(session, CHANNEL, str(message.chat_id), message.message_id, recorded.message.id)
        screen = screens.tell(conversation.locale, "media.passed_on")
        post(session, message.chat_id, screen, key=str(message.message_id))


def find_file(message: Message) -> Incoming | None:
    if message.photo:
        largest = message.photo[-1]
        return Incoming(largest.file_id, f"foto-{message.message_id}.jpg", largest.file_size)
    if message.document:
        document = message.document
        return Incoming(document.file_id, document.file_name or "fails", document.file_size)
    if message.voice:
        return Incoming(message.voice.file_id, f"balss-{message.message_id}.ogg", message.voice.file_size)
    if message.audio:
        audio = message.audio
        return Incoming(audio.file_id, audio.file_name or f"audio-{message.message_id}.mp3", audio.file_size)
    return None


def describe(message: Message, locale: str, stored: StoredFile | None = None) -> str | None:
    """In words, for the record. None for what a person could make nothing of either."""
    if message.photo:
        return say(locale, "telegram.media.photo")
    if stored is not None and not message.voice:
        return say(locale, "telegram.media.document", name=stored.name)
    if message.voice:
        return say(locale, "telegram.media.voice")
    if message.location:
        place = f"{message.location.latitude:.5f}, {message.location.longitude:.5f}"
        return say(locale, "telegram.media.location", place=place)
    if message.contact:
        contact = message.contact
        return say(locale, "telegram.media.contact", name=contact.first_name, phone=contact.phone_number)
    if message.sticker:
        return say(locale, "telegram.media.sticker", emoji=message.sticker.emoji or "")
    return None
