"""Pages of a list in one message of the chat: each page is a message of the record, shown in the other's place."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton
from telegram import Message as TelegramMessage

from bot.channels.telegram.keyboards import Row, own_button, read_own_value
from bot.channels.telegram.people import CHANNEL
from bot.channels.telegram.rendering import Part, list_cards, render
from bot.replies import buttons
from bot.wording import LOCALES, say
from handoff import chats
from handoff.chats import get_message
from handoff.messages import Message

MORE = "more"


def turn(session: Session, chat: str, reference: int, place: int, base_url: str) -> Part:
    """The page at `place` (from 0) of the message `reference`. Raises IndexError for a page it never had."""
    ids = chats.list_pages(session, CHANNEL, chat, reference)
    if place < 0:
        raise IndexError(place)
    return draw(get_message(session, ids[place]), place, len(ids), base_url)


def draw(message: Message, place: int, pages: int, base_url: str) -> Part:
    """With the way to its neighbours; the bot is asked for more only from the last page."""
    row: Row = []
    if place > 0:
        row.append(own_button(say(message.locale, "telegram.earlier"), "page", place - 1))
    if place < pages - 1:
        row.append(own_button(say(message.locale, "telegram.later"), "page", place + 1))
        message = without_more(message)
    parts = render(message, base_url, above=[row])
    return replace(parts[0], keyboard=parts[-1].keyboard)


def place_shown(telegram_message: TelegramMessage) -> int:
    """Which page a message of the chat shows now, by its own buttons to the neighbours."""
    rows = telegram_message.reply_markup.inline_keyboard if telegram_message.reply_markup else ()
    for button in (button for row in rows for button in row):
        own = read_own_value(str(button.callback_data or ""))
        if own and own[0] == "page":
            neighbour = int(own[1][0])
            return neighbour + 1 if is_earlier(button) else neighbour - 1
    return 0


def is_earlier(button: InlineKeyboardButton) -> bool:
    return button.text in {say(locale, "telegram.earlier") for locale in LOCALES}


def name_choice(session: Session, chat: str, telegram_message: TelegramMessage, value: str) -> str | None:
    """The call that "the second" means in the list it was pressed below, however many lists came since; None where
    it is no choice of a call."""
    intent, facts = buttons.decode(value)
    ids = chats.list_pages(session, CHANNEL, chat, telegram_message.message_id)
    place = place_shown(telegram_message)
    if intent != "choose" or not facts.get("ordinal", "").isdigit() or not 0 <= place < len(ids):
        return None
    cards = list_cards(get_message(session, ids[place]))
    number = int(facts["ordinal"])
    if not 1 <= number <= len(cards):
        return None
    return buttons.encode("call_details", call=str(cards[number - 1].get("id")))


def without_more(message: Message) -> Message:
    kept = tuple(button for button in message.buttons if button.value.partition(":")[0] != MORE)
    return replace(message, buttons=kept)
