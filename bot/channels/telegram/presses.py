"""Pressed buttons: the bot's own go into the record as said; the channel's change the message they stand below."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from telegram import CallbackQuery, InlineKeyboardMarkup, LinkPreviewOptions, Message, Update
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import CallbackContext, ExtBot

from bot.channels.notices import index_calls
from bot.channels.telegram import erasing, pages, screens, staff, subscription_menu
from bot.channels.telegram.failures import is_not_modified
from bot.channels.telegram.keyboards import read_own_value
from bot.channels.telegram.outgoing import post, write_screen
from bot.channels.telegram.people import CHANNEL, choose_locale, client_id, ensure_conversation, record
from bot.channels.telegram.rendering import Part
from bot.channels.telegram.subscription_menu import Screen
from bot.channels.wishes import name_wish
from bot.helpdesk import Helpdesk
from bot.wording import say
from handoff import chats, subscriptions
from handoff.conversations import ConversationView, Owner
from handoff.corrections import set_locale
from handoff.errors import HandoffError, Invalid, NotFound

Context = CallbackContext[Any, Any, Any, Any]
Handle = Callable[[Update, Callable[[Session], Any]], Awaitable[Any]]
MORE = "more"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to do once the press is in the record: change the message, say a word in passing, show typing,
    delete the uploaded `files` of an erased conversation."""

    part: Part | None = None
    word: str | None = None
    typing: bool = False
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Press:
    query: CallbackQuery
    message: Message
    conversation: ConversationView

    @property
    def chat(self) -> str:
        return str(self.message.chat_id)

    @property
    def locale(self) -> str:
        return self.conversation.locale


class Presses:
    def __init__(self, helpdesk: Helpdesk, bot: ExtBot[Any], handle: Handle) -> None:
        self._helpdesk = helpdesk
        self._bot = bot
        self._handle = handle

    async def receive(self, update: Update, _: Context) -> None:
        query = update.callback_query
        if query is None or not isinstance(query.message, Message) or not query.data:
            await self._answer(query, None)
            return
        outcome: Outcome = await self._handle(update, lambda session: self._press(session, query))
        for path in outcome.files:
            (self._helpdesk.settings.data / "uploads" / path).unlink(missing_ok=True)
        await self._answer(query, outcome.word)
        await self._show(query.message, outcome)

    async def _answer(self, query: CallbackQuery | None, word: str | None) -> None:
        """Always, so that the button stops turning; too late is no harm."""
        try:
            if query is not None:
                await query.answer(word)
        except TelegramError as error:
            log.debug("a press was not acknowledged: %s", type(error).__name__)

    async def _show(self, message: Message, outcome: Outcome) -> None:
        try:
            if outcome.part is not None:
                await edit_text(self._bot, message.chat_id, message.message_id, outcome.part)
            if outcome.typing:
                await self._bot.send_chat_action(message.chat_id, ChatAction.TYPING)
        except TelegramError as error:
            log.warning("a message was not changed: %s", type(error).__name__)

    def _press(self, session: Session, query: CallbackQuery) -> Outcome:
        message = query.message
        assert isinstance(message, Message)
        if message.chat.type != message.chat.PRIVATE or query.from_user.id != message.chat_id:
            return Outcome()
        locale = choose_locale(query.from_user, self._helpdesk.settings)
        chats.open_chat(session, CHANNEL, str(message.chat_id))
        own = read_own_value(query.data or "")
        if own and own[0] == "staff":
            return Outcome(*staff.press(session, message, own[1], locale, self._base_url))
        if own and own[0] == "erase":
            screen, files = erasing.decide(session, message, own[1], locale)
            return Outcome(part=write_screen(screen, self._base_url), files=files)
        press = Press(query, message, ensure_conversation(session, message.chat_id, locale))
        return self._press_own(session, press, *own) if own else self._press_bots(session, press)

    @property
    def _base_url(self) -> str:
        return self._helpdesk.settings.base_url

    def _press_bots(self, session: Session, press: Press) -> Outcome:
        """Recorded with the button's title. "More" is shown in place of the message it was asked below."""
        value = press.query.data or ""
        key = client_id("press", press.query.id)
        title = find_title(press.message, value) or value
        try:
            named = pages.name_choice(session, press.chat, press.message, value)
            recorded = record(
                session, press.conversation, key, title, value=named or value, trusted=named is not None
            )
        except (Invalid, ValueError):
            return Outcome(word=say(press.locale, "telegram.stale_button"))
        if value.partition(":")[0] == MORE:
            chats.set_edits_next(session, CHANNEL, press.chat, press.message.message_id)
        return Outcome(typing=recorded.conversation.owner is not Owner.COORDINATOR)

    def _press_own(self, session: Session, press: Press, action: str, facts: list[str]) -> Outcome:
        try:
            return self._act(session, press, action, facts)
        except (HandoffError, ValueError, IndexError, KeyError):
            return Outcome(word=say(press.locale, "telegram.stale_button"))

    def _act(self, session: Session, press: Press, action: str, facts: list[str]) -> Outcome:
        if action == "page":
            page = pages.turn(session, press.chat, press.message.message_id, int(facts[0]), self._base_url)
            return Outcome(part=page)
        if action in {"mysubs", "stop"}:
            return self._act_below_notice(session, press, action)
        screens_by_action: dict[str, Callable[[], Screen]] = {
            "sub": lambda: self._subscribe(session, press, facts),
            "subs": lambda: self._list(session, press),
            "set": lambda: self._settings(session, press),
            "day": lambda: self._set_day(session, press, int(facts[0]), facts[1] == "on"),
            "weekly": lambda: self._set_weekly(session, press, facts[0] == "on"),
            "end": lambda: self._end(session, press, int(facts[0])),
            "endall": lambda: self._end_all(session, press),
            "lang": lambda: self._set_language(session, press, facts[0]),
        }
        return Outcome(part=write_screen(screens_by_action[action](), self._base_url))

    def _act_below_notice(self, session: Session, press: Press, action: str) -> Outcome:
        """A notice keeps its text: the list comes as a message of its own, and stopping is said in passing."""
        if action == "mysubs":
            post(session, press.chat, self._list(session, press), key=f"press:{press.query.id}")
            return Outcome()
        return Outcome(word=self._end_all(session, press).text)

    def _subscribe(self, session: Session, press: Press, chosen: list[str]) -> Screen:
        wish = subscription_menu.read_choice(chosen)
        if wish is None:
            return subscription_menu.ask_next(press.locale, chosen)
        try:
            made = subscriptions.subscribe(
                session,
                wish,
                channel=CHANNEL,
                address=press.chat,
                locale=press.locale,
                conversation_id=press.conversation.id,
            )
        except Invalid:
            return screens.tell(press.locale, "subscriptions.too_many", count=subscriptions.MOST)
        calls = index_calls(self._helpdesk, press.locale)
        return subscription_menu.confirm(press.locale, wish, made.subscriber, calls, created=made.created)

    def _list(self, session: Session, press: Press, note: str = "") -> Screen:
        held = subscriptions.list_subscriptions(session, CHANNEL, press.chat)
        calls = index_calls(self._helpdesk, press.locale)
        return subscription_menu.list_screen(press.locale, held, calls, note=note)

    def _settings(self, session: Session, press: Press) -> Screen:
        subscriber = subscriptions.find_subscriber(session, CHANNEL, press.chat)
        if subscriber is None:
            return self._list(session, press)
        hour = self._helpdesk.settings.notices_hour
        return subscription_menu.settings_screen(press.locale, subscriber, hour)

    def _set_day(self, session: Session, press: Press, day: int, on: bool) -> Screen:
        subscriber = subscriptions.find_subscriber(session, CHANNEL, press.chat)
        days = set(subscriber.days if subscriber else ())
        subscriptions.set_days(session, CHANNEL, press.chat, days | {day} if on else days - {day})
        return self._settings(session, press)

    def _set_weekly(self, session: Session, press: Press, on: bool) -> Screen:
        subscriptions.set_weekly(session, CHANNEL, press.chat, weekly=on)
        return self._settings(session, press)

    def _end(self, session: Session, press: Press, subscription_id: int) -> Screen:
        try:
            ended = subscriptions.end_subscription(session, CHANNEL, press.chat, subscription_id)
        except NotFound:
            return self._list(session, press)
        calls = index_calls(self._helpdesk, press.locale)
        what = name_wish(press.locale, ended.wish, calls)
        return self._list(session, press, say(press.locale, "telegram.subscriptions.ended", what=what))

    def _end_all(self, session: Session, press: Press) -> Screen:
        subscriptions.end_all(session, CHANNEL, press.chat)
        return screens.tell(press.locale, "subscriptions.ended_all")

    def _set_language(self, session: Session, press: Press, code: str) -> Screen:
        set_locale(session, press.conversation.id, code)
        return screens.tell(code, "language.changed")


def find_title(message: Message, value: str) -> str | None:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return next((button.text for row in rows for button in row if button.callback_data == value), None)


async def edit_text(bot: ExtBot[Any], chat_id: int, message_id: int, part: Part) -> None:
    """Nothing to change is as good as changed. Raises TelegramError."""
    markup: InlineKeyboardMarkup | None = part.keyboard
    try:
        await bot.edit_message_text(
            part.html,
            chat_id,
            message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=markup,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
    except BadRequest as error:
        if not is_not_modified(error):
            raise
