"""Inline keyboards. Their values need no memory of ours, so that a button still works after a restart.

Values of the bot's own buttons pass as they are (bot.replies.buttons). Those of this channel alone begin with `~`:
`~page:12:1` is the second page of the message with seq 12.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.text import utf16_length
from handoff.messages import Button

OWN = "~"
LONGEST_VALUE = 64
WIDE_ROW = 30
"""Characters of two titles that still fit beside each other on a narrow phone."""
MOST_BUTTONS = 90

Row = list[InlineKeyboardButton]


def own_value(action: str, *facts: object) -> str:
    """Raises ValueError if it would be longer than Telegram carries."""
    value = OWN + ":".join([action, *(str(fact) for fact in facts)])
    if len(value.encode()) > LONGEST_VALUE:
        raise ValueError(f"{value!r} is longer than {LONGEST_VALUE} bytes")
    return value


def read_own_value(value: str) -> tuple[str, list[str]] | None:
    """Action and facts; None for a value of the bot's."""
    if not value.startswith(OWN):
        return None
    action, *facts = value[len(OWN) :].split(":")
    return action, facts


def own_button(title: str, action: str, *facts: object) -> InlineKeyboardButton:
    return InlineKeyboardButton(title, callback_data=own_value(action, *facts))


def bot_button(button: Button) -> InlineKeyboardButton | None:
    """None for what Telegram would refuse: the message matters more than one of its buttons."""
    if not button.title.strip() or not 1 <= len(button.value.encode()) <= LONGEST_VALUE:
        return None
    return InlineKeyboardButton(button.title.strip(), callback_data=button.value)


def arrange(buttons: Iterable[InlineKeyboardButton]) -> list[Row]:
    """Short titles in pairs, long ones alone."""
    rows: list[Row] = []
    for button in list(buttons)[:MOST_BUTTONS]:
        last = rows[-1] if rows else []
        if len(last) == 1 and utf16_length(last[0].text) + utf16_length(button.text) <= WIDE_ROW:
            last.append(button)
        else:
            rows.append([button])
    return rows


def make_keyboard(buttons: Sequence[Button], *above: Row) -> InlineKeyboardMarkup | None:
    made = [made for button in buttons if (made := bot_button(button))]
    rows = [row for row in above if row] + arrange(made)
    return InlineKeyboardMarkup(rows) if rows else None
