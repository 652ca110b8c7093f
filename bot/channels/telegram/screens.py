"""The channel's own small menus besides subscriptions: language, erasing, opening a private chat."""

from __future__ import annotations

from telegram import InlineKeyboardButton

from bot.channels.telegram import deep_link
from bot.channels.telegram.keyboards import own_button
from bot.channels.telegram.subscription_menu import Screen, make_screen
from bot.wording import say

LANGUAGES = {"lv": "Latviešu", "en": "English"}


def ask_language(locale: str) -> Screen:
    row = [own_button(name, "lang", code) for code, name in LANGUAGES.items()]
    return make_screen(say(locale, "telegram.language.ask"), [row])


def ask_erase(locale: str) -> Screen:
    row = [
        own_button(say(locale, "telegram.erase.confirm"), "erase", "yes"),
        own_button(say(locale, "telegram.erase.keep"), "erase", "no"),
    ]
    return make_screen(say(locale, "telegram.erase.ask"), [row])


def tell(locale: str, key: str, **facts: object) -> Screen:
    return Screen(say(locale, f"telegram.{key}", **facts))


def go_private(locale: str, username: str, payload: str) -> Screen:
    button = InlineKeyboardButton(say(locale, "telegram.group.open_private"), url=deep_link(username, payload))
    return make_screen(say(locale, "telegram.group.private"), [[button]])
