"""Which language a message is in, and in which the person is answered."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import yaml

from bot.helpdesk import Helpdesk
from bot.nlu.text import fold, tokenize
from bot.replies import buttons, calls
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import LOCALES, say
from handoff.messages import Author, Button, Draft, Effect, MessageKind

FUNCTION_WORDS = Path(__file__).with_name("function_words.yml")
_NOT_SPOKEN = re.compile(
    r"\b(?:nesaprotu|neprotu|nerunaju|nemaku|nezinu)\b|\b(?:do not|don't|dont|cannot|can't|cant|no)\b|\bне\b"
)
"""With a language: the one a person has not."""
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
    named = situation.first("language")
    if named and _NOT_SPOKEN.search(fold(situation.text)):
        if detect_language(situation.text) == "ru":
            return [_draft_not_spoken(situation)]
        named = next(locale for locale in LOCALES if locale != named)
    wanted = named or detect_language(situation.text) or situation.locale
    if wanted not in LOCALES:
        return [_draft_not_spoken(situation)]
    return [
        Draft(
            MessageKind.SMALLTALK,
            say(wanted, "bot.languages.switched"),
            wanted,
            effect=Effect("locale", {"locale": wanted}),
        ),
        *_tell_again(helpdesk, wanted, situation, memory),
    ]


def _tell_again(helpdesk: Helpdesk, wanted: str, situation: Situation, memory: Memory) -> list[Draft]:
    """The list that was on the screen, in the language wished for."""
    said = [message for message in situation.recent if message.author is Author.BOT]
    if memory.form or not said or said[-1].kind is not MessageKind.CALLS:
        return []
    return [calls.draft_calls(helpdesk, wanted, memory)]


def _draft_not_spoken(situation: Situation) -> Draft:
    locale = situation.locale
    return Draft(
        MessageKind.SMALLTALK, say(locale, "bot.languages.understands_ru"), locale, buttons=offer_languages()
    )


def offer_languages() -> tuple[Button, ...]:
    return tuple(
        buttons.button(say(other, "bot.languages.name"), "switch_language", language=other) for other in LOCALES
    )


def explain_language(situation: Situation, memory: Memory, drafts: list[Draft]) -> list[Draft]:
    """To the first message in Russian: that it is understood, and why the answer is in another language."""
    if memory.told_languages or situation.value is not None or detect_language(situation.text) != "ru":
        return drafts
    memory.told_languages = True
    if situation.intent in ("switch_language", "distress"):
        return drafts
    locale, first = situation.locale, drafts[0]
    told = replace(
        first,
        text=f"{first.text}\n\n{say(locale, 'bot.languages.answers_ru')}",
        buttons=(
            *first.buttons,
            *(button for button in offer_languages() if button.title != say(locale, "bot.languages.name")),
        ),
    )
    return [told, *drafts[1:]]
