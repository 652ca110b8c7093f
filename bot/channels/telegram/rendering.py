"""A recorded message as it looks in a chat: text in parts, sources as links, buttons below the last part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from telegram import InlineKeyboardMarkup

from bot.channels.telegram.keyboards import Row, make_keyboard
from bot.channels.telegram.text import (
    Block,
    Span,
    complete,
    plain,
    read_markdown,
    split_blocks,
    write_html,
    write_plain,
)
from bot.replies.ages import tell_checked
from bot.wording import say
from handoff.messages import Author, Message, MessageKind, SourceLink

CITES = {MessageKind.ANSWER, MessageKind.CALL}
"""Kinds below whose text the sources are listed; elsewhere the buttons or cards lead to them."""


@dataclass(frozen=True, slots=True)
class File:
    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One Telegram message. `fallback` says the same without formatting. With a `file` the words are below it."""

    html: str
    fallback: str
    keyboard: InlineKeyboardMarkup | None = None
    file: File | None = None


def render(message: Message, base_url: str, *, above: Sequence[Row] = ()) -> list[Part]:
    """Never empty. `above` are rows of this channel's own buttons."""
    blocks = [
        *name_speaker(message),
        *link_titles(read_markdown(message.text, base_url), message, base_url),
        *cite_sources(message, base_url),
    ]
    parts = split_blocks(blocks) or [[plain(message.text.strip() or "…")]]
    made = [Part(write_html(part), write_plain(part)) for part in parts]
    made[-1] = replace(made[-1], keyboard=make_keyboard(message.buttons, *above))
    return made


def name_speaker(message: Message) -> list[Block]:
    """Who is speaking is always clear: a person's words are marked as a person's."""
    if message.author is not Author.COORDINATOR:
        return []
    name = message.data.get("name")
    key = "telegram.coordinator_named" if name else "telegram.coordinator"
    return [plain(say(message.locale, key, name=name), bold=True)]


def link_titles(blocks: Iterable[Block], message: Message, base_url: str) -> list[Block]:
    """The title of a call is the way to its page."""
    pages = {
        str(card.get("title")): complete(str(card.get("url") or ""), base_url) for card in list_cards(message)
    }
    return [
        replace(block, spans=tuple(replace(span, href=span.href or pages.get(span.text)) for span in block.spans))
        for block in blocks
    ]


def list_cards(message: Message) -> list[dict[str, object]]:
    cards = message.data.get("calls") if isinstance(message.data, dict) else None
    return [card for card in cards if isinstance(card, dict)] if isinstance(cards, list) else []


def cite_sources(message: Message, base_url: str) -> list[Block]:
    if message.kind not in CITES or not message.sources:
        return []
    single = len(message.sources) == 1
    heading = plain(say(message.locale, "telegram.source" if single else "telegram.sources"), italic=True)
    return [heading, *(cite(source, base_url, tell_age(message, source)) for source in message.sources)]


def tell_age(message: Message, source: SourceLink) -> str:
    return tell_checked(message.locale, message.data.get("dates"), source.document)


def cite(source: SourceLink, base_url: str, age: str = "") -> Block:
    title = f"{source.title} – {source.section}" if source.section else source.title
    told = (Span(f" ({age})"),) if age else ()
    return Block((Span("📄 "), Span(title, href=complete(source.url, base_url)), *told), tight=True)
