"""The subscription menu: three questions, one message that changes, nothing remembered between presses.

What was chosen so far is in the buttons themselves: `~sub:<theme>:<applicant>` asks for the region; `-` is any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.keyboards import Row, arrange, own_button
from bot.channels.wishes import PARTS, name_wish, offered_codes
from bot.wording import say
from handoff.notices import REMINDER_DAYS, Wish
from handoff.subscriptions import SubscriberView, SubscriptionView
from knowledge.call import FundingCall
from knowledge.vocabulary import load_vocabularies

ANY = "-"


@dataclass(frozen=True, slots=True)
class Screen:
    """What one message of the menu shows. `text` is light Markdown."""

    text: str
    rows: tuple[tuple[InlineKeyboardButton, ...], ...] = ()

    @property
    def keyboard(self) -> InlineKeyboardMarkup | None:
        return InlineKeyboardMarkup(self.rows) if self.rows else None


def make_screen(text: str, rows: Sequence[Row]) -> Screen:
    return Screen(text, tuple(tuple(row) for row in rows))


def ask_next(locale: str, chosen: Sequence[str]) -> Screen:
    """The question after the `chosen` ones (codes, or ANY)."""
    step = PARTS[len(chosen)]
    offered = [
        own_button(load_vocabularies()[step].terms[code].label(locale), "sub", *chosen, code)
        for code in offered_codes(step)
    ]
    rows = [
        [own_button(say(locale, f"telegram.subscriptions.any_{step}"), "sub", *chosen, ANY)],
        *arrange(offered),
    ]
    if chosen:
        rows.append([own_button(say(locale, "telegram.subscriptions.back"), "sub", *chosen[:-1])])
    return make_screen(say(locale, f"telegram.subscriptions.ask_{step}"), rows)


def read_choice(chosen: Sequence[str]) -> Wish | None:
    """The wish once all is chosen; None before. Raises ValueError for a code that is not offered."""
    for step, code in zip(PARTS, chosen, strict=False):
        if code != ANY and code not in load_vocabularies()[step].terms:
            raise ValueError(code)
    if len(chosen) < len(PARTS):
        return None
    theme, applicant, region = (None if code == ANY else code for code in chosen)
    return Wish(theme, applicant, region)


def confirm(
    locale: str, wish: Wish, subscriber: SubscriberView, calls: dict[str, FundingCall], *, created: bool
) -> Screen:
    what = name_wish(locale, wish, calls)
    if not created:
        text = say(locale, "telegram.subscriptions.exists", what=what)
    elif not subscriber.days:
        text = say(locale, "telegram.subscriptions.done_no_reminders", what=what)
    else:
        key = "done_call" if wish.call_id else "done"
        text = say(locale, f"telegram.subscriptions.{key}", what=what, days=", ".join(map(str, subscriber.days)))
    rows = [
        [own_button(say(locale, "telegram.subscriptions.settings"), "set")],
        [own_button(say(locale, "notices.settings"), "subs")],
    ]
    return make_screen(text, rows)


def list_screen(
    locale: str, held: Sequence[SubscriptionView], calls: dict[str, FundingCall], *, note: str = ""
) -> Screen:
    add = [own_button(say(locale, "telegram.subscriptions.new"), "sub")]
    before = f"{note}\n\n" if note else ""
    if not held:
        return make_screen(before + say(locale, "telegram.subscriptions.none"), [add])
    names = [name_wish(locale, item.wish, calls) for item in held]
    lines = [say(locale, "telegram.subscriptions.list"), *(f"{n}. {name}" for n, name in enumerate(names, 1))]
    rows = [
        [own_button(cut(say(locale, "telegram.subscriptions.end", what=name)), "end", item.id)]
        for item, name in zip(held, names, strict=True)
    ]
    rows += [add, [own_button(say(locale, "telegram.subscriptions.settings"), "set")]]
    rows.append([own_button(say(locale, "telegram.subscriptions.end_all"), "endall")])
    return make_screen(before + "\n".join(lines), rows)


def settings_screen(locale: str, subscriber: SubscriberView, hour: int) -> Screen:
    """Each press turns one thing on or off."""
    rows = [
        [
            own_button(
                say(locale, "telegram.subscriptions.day_choice", mark=mark(day in subscriber.days), days=day),
                "day",
                day,
                "off" if day in subscriber.days else "on",
            )
            for day in REMINDER_DAYS
        ],
        [
            own_button(
                say(locale, "telegram.subscriptions.weekly", mark=mark(subscriber.weekly)),
                "weekly",
                "off" if subscriber.weekly else "on",
            )
        ],
        [own_button(say(locale, "notices.settings"), "subs")],
    ]
    return make_screen(say(locale, "telegram.subscriptions.settings_text", hour=f"{hour}.00"), rows)


def mark(on: bool) -> str:
    return "✅" if on else "⬜"


def cut(title: str, longest: int = 60) -> str:
    return title if len(title) <= longest else title[: longest - 1].rstrip() + "…"
