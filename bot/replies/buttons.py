"""What a button's opaque value means: an intent and its particulars, as short as Telegram wants it.

`list_calls:theme=ageing;applicant=association` is the intent `list_calls` with two entities.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from bot.replies.call_codes import code_call
from bot.wording import say
from handoff.messages import Button

LONGEST_VALUE = 64
LONGEST_TITLE = 60
_VALUE = re.compile(r"(?P<intent>[a-z_]+)(?::(?P<facts>[^\s]*))?")


class UnknownButton(ValueError):
    """The value of a button that no version of this bot has offered."""


def encode(intent: str, **facts: str | int) -> str:
    """A call whose id is too long goes by its code. Raises ValueError if the value would be longer than a channel
    can carry all the same."""
    value = write(intent, facts)
    if len(value.encode()) > LONGEST_VALUE and "call" in facts:
        value = write(intent, {**facts, "call": code_call(str(facts["call"]))})
    if len(value.encode()) > LONGEST_VALUE:
        raise ValueError(f"{value!r} is longer than {LONGEST_VALUE} bytes")
    return value


def write(intent: str, facts: Mapping[str, str | int]) -> str:
    return intent + (":" + ";".join(f"{name}={fact}" for name, fact in facts.items()) if facts else "")


def decode(value: str) -> tuple[str, dict[str, str]]:
    """The intent and the entities of a pressed button. Raises UnknownButton."""
    found = _VALUE.fullmatch(value)
    if found is None:
        raise UnknownButton(value)
    facts = [fact.partition("=") for fact in (found["facts"] or "").split(";") if fact]
    if not all(name and separator for name, separator, _ in facts):
        raise UnknownButton(value)
    return found["intent"], {name: fact for name, _, fact in facts}


def rasa_message(value: str) -> str:
    """The same as Rasa reads it: `/list_calls{"theme": "ageing"}`. Raises UnknownButton."""
    intent, facts = decode(value)
    return f"/{intent}{json.dumps(facts, ensure_ascii=False)}" if facts else f"/{intent}"


def shorten(title: str, longest: int = LONGEST_TITLE) -> str:
    """A title that fits on a button, cut at a word."""
    if len(title) <= longest:
        return title
    return title[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,.:;–-") + "…"


def button(title: str, intent: str, **facts: str | int) -> Button:
    return Button(shorten(title), encode(intent, **facts))


def picking(title: str, place: int, intent: str, **facts: str | int) -> Button:
    """Means what it names, however many lists came since. A name too long for a button is told by its place."""
    try:
        return button(title, intent, **facts)
    except ValueError:
        return button(title, "choose", ordinal=place)


def person(locale: str) -> Button:
    return button(say(locale, "bot.buttons.person"), "ask_person")


def consultation(locale: str) -> Button:
    return button(say(locale, "bot.buttons.consultation"), "consultation")


def open_calls(locale: str) -> Button:
    return button(say(locale, "bot.buttons.open_calls"), "list_calls", reset=1)


def yes(locale: str) -> Button:
    return button(say(locale, "bot.buttons.yes"), "affirm")


def no(locale: str) -> Button:
    return button(say(locale, "bot.buttons.no"), "deny")
