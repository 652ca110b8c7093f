"""Commands: what they are called in each language, the menu, and what they ask the bot for."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.ext import ExtBot

from bot.replies import buttons
from bot.wording import LOCALES, say


@dataclass(frozen=True, slots=True)
class Command:
    """`asks` is the value of the button that would ask the bot the same; None for what the channel does itself.
    `others` are further names it goes by, never shown."""

    key: str
    names: dict[str, str]
    asks: str | None = None
    others: tuple[str, ...] = ()
    in_groups: bool = False

    @property
    def all_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.names.values(), *self.others]))


COMMANDS = (
    Command("calls", {"lv": "konkursi", "en": "calls"}, buttons.encode("list_calls", reset=1), in_groups=True),
    Command(
        "deadlines",
        {"lv": "termini", "en": "deadlines"},
        buttons.encode("list_calls", by="month"),
        in_groups=True,
    ),
    Command("subscribe", {"lv": "abonet", "en": "subscribe"}),
    Command("subscriptions", {"lv": "abonementi", "en": "subscriptions"}, others=("stop", "atrakstities")),
    Command("person", {"lv": "cilveks", "en": "person"}, buttons.encode("ask_person"), ("human", "koordinators")),
    Command("status", {"lv": "kur", "en": "status"}, buttons.encode("request_status"), ("pieteikums",)),
    Command("language", {"lv": "valoda", "en": "language"}, others=("lang",)),
    Command("privacy", {"lv": "privatums", "en": "privacy"}, buttons.encode("privacy"), in_groups=True),
    Command("data", {"lv": "mani_dati", "en": "my_data"}, others=("dati", "data", "export")),
    Command("erase", {"lv": "dzest", "en": "erase"}, others=("delete",)),
    Command(
        "help", {"lv": "palidziba", "en": "help"}, buttons.encode("help"), ("paligs", "komandas"), in_groups=True
    ),
)
BY_KEY = {command.key: command for command in COMMANDS}
ASKING = tuple(command for command in COMMANDS if command.asks)


def find_command(name: str) -> Command | None:
    """By any of its names, in whatever language."""
    wanted = name.lower()
    return next((command for command in COMMANDS if wanted in command.all_names), None)


def make_menu(locale: str, *, groups: bool = False) -> list[BotCommand]:
    shown = [command for command in COMMANDS if command.in_groups or not groups]
    return [
        BotCommand(command.names[locale], say(locale, f"telegram.commands.{command.key}")) for command in shown
    ]


async def publish_menus(bot: ExtBot[None], default_locale: str) -> None:
    """For people whose Telegram speaks one of our languages, and for all others in the default one."""
    for locale in (None, *LOCALES):
        for scope, groups in ((BotCommandScopeAllPrivateChats(), False), (BotCommandScopeAllGroupChats(), True)):
            menu = make_menu(locale or default_locale, groups=groups)
            await bot.set_my_commands(menu, scope=scope, language_code=locale)
