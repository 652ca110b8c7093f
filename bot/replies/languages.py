"""Which language a message is in, and in which the person is answered."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from bot.helpdesk import Helpdesk
from bot.nlu.text import tokenize
from bot.replies import buttons
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import LOCALES, say
from handoff.messages import Draft, Effect, MessageKind

FUNCTION_WORDS = Path(__file__).with_name("function_words.yml")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATVIAN_LETTERS = re.compile(r"[āčēģīķļņšūž]", re.IGNORECASE)


@cache
def load_function_words(locale: str) -> frozenset[str]:
    told: dict[str, str] = yaml.safe_load(FUNCTION_WORDS.read_text("utf-8"))
    return frozenset(told[locale].split())


def detect_language(text: str) -> str | None:
    """`lv`, `en` or `ru`; None where a few words could be any of them."""
    if _CYRILLIC.search(text):
        return "ru"
    if _LATVIAN_LETTERS.search(text):
        return "lv"
    words = [token.text for token in tokenize(text)]
    english, latvian = (sum(word in load_function_words(locale) for word in words) for locale in ("en", "lv"))
    if english == latvian or len(words) < 2:
        return None
    return "en" if english > latvian else "lv"


def answer_locale(text: str, current: str) -> str:
    """The language to answer in: the message's own if we speak it and are sure, else the one chosen."""
    detected = detect_language(text)
    return detected if detected in LOCALES and detected is not None else current


def switch(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """To the language named, else to the one the wish was said in."""
    wanted = situation.first("language") or detect_language(situation.text) or situation.locale
    if wanted not in LOCALES:
        return [_draft_not_spoken(situation)]
    return [
        Draft(
            MessageKind.SMALLTALK,
            say(wanted, "bot.languages.switched"),
            wanted,
            effect=Effect("locale", {"locale": wanted}),
        )
    ]


def _draft_not_spoken(situation: Situation) -> Draft:
    locale = situation.locale
    offered = tuple(
        buttons.button(say(other, "bot.languages.name"), "switch_language", language=other) for other in LOCALES
    )
    return Draft(MessageKind.SMALLTALK, say(locale, "bot.languages.understands_ru"), locale, buttons=offered)
