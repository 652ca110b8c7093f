"""Light Markdown as Telegram shows it: spans of text, written as its HTML and split where a reader would.

A message is a list of blocks (paragraphs, list items), a block a list of spans. Splitting works on these and
never on written HTML, so a tag cannot be cut.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST = 4096
"""UTF-16 units of a message after its tags are taken away [Bot API, sendMessage]."""
MOST_ENTITIES = 100
"""What Telegram formats in one message; it leaves the rest plain."""
GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    href: str | None = None

    @property
    def entities(self) -> int:
        return self.bold + self.italic + self.code + (self.href is not None)


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """`tight` blocks follow the one before on the next line, others after an empty one."""

    spans: Line
    tight: bool = False


def utf16_length(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def plain(text: str, *, bold: bool = False, italic: bool = False, tight: bool = False) -> Block:
    return Block((Span(text, bold=bold, italic=italic),), tight)


@cache
def markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])


def read_markdown(text: str, base_url: str = "") -> list[Block]:
    """Paragraphs, list items and headings of light Markdown. Nothing in it is lost but the marks themselves.

    `base_url` goes before links that begin with `/`.
    """
    return list(read_blocks(markdown().parse(text), base_url))


def read_blocks(tokens: Sequence[Token], base_url: str = "") -> Iterator[Block]:
    marks: list[str] = []
    counters: list[int | None] = []
    first = True
    heading = False
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            counters.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None)
            first = len(counters) == 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            counters.pop()
        elif token.type == "list_item_open":
            marks = [list_mark(counters)]
        elif token.type == "heading_open":
            heading = True
        elif token.type == "heading_close":
            heading = False
        elif token.type == "inline":
            spans = [*([Span(mark) for mark in marks]), *read_inline(token.children or [], base_url, bold=heading)]
            yield Block(tuple(spans), tight=bool(counters) and not first)
            marks, first = [], False
        elif token.type in {"fence", "code_block"}:
            yield Block((Span(token.content.rstrip("\n"), code=True),))
        elif token.type == "hr":
            yield plain("———")


def list_mark(counters: list[int | None]) -> str:
    """`• ` or `2. `, indented by nesting; counts the item."""
    indent = "   " * (len(counters) - 1)
    number = counters[-1]
    if number is None:
        return f"{indent}• "
    counters[-1] = number + 1
    return f"{indent}{number}. "


def read_inline(tokens: Sequence[Token], base_url: str = "", *, bold: bool = False) -> Iterator[Span]:
    style = Span("", bold=bold)
    for token in tokens:
        match token.type:
            case "strong_open":
                style = replace(style, bold=True)
            case "strong_close":
                style = replace(style, bold=bold)
            case "em_open" | "em_close":
                style = replace(style, italic=token.type == "em_open")
            case "link_open":
                style = replace(style, href=complete(str(token.attrGet("href") or ""), base_url))
            case "link_close":
                style = replace(style, href=None)
            case "softbreak" | "hardbreak":
                yield replace(style, text="\n")
            case "code_inline":
                yield replace(style, text=token.content, code=True)
            case _:
                if token.content:
                    yield replace(style, text=token.content)


def complete(url: str, base_url: str) -> str | None:
    """An address that may be opened from a chat; None for any other."""
    if base_url and re.match(r"/(?!/)", url):
        return base_url + url
    return url if re.match(r"(https?://|mailto:|tel:)", url) else None


def write_html(blocks: Iterable[Block]) -> str:
    parts: list[str] = []
    for block in blocks:
        if parts:
            parts.append("\n" if block.tight else GAP)
        parts.extend(write_span(span) for span in block.spans)
    return "".join(parts)


def write_span(span: Span) -> str:
    written = html.escape(span.text, quote=False)
    if not span.text.strip():
        return written
    if span.code:
        written = f"<code>{written}</code>"
    if span.italic:
        written = f"<i>{written}</i>"
    if span.bold:
        written = f"<b>{written}</b>"
    if span.href:
        written = f'<a href="{html.escape(span.href)}">{written}</a>'
    return written


def write_plain(blocks: Iterable[Block]) -> str:
    """The same words without any formatting: what is sent if Telegram refuses the HTML."""
    parts: list[str] = []
    for block in blocks:
        if parts:
            parts.append("\n" if block.tight else GAP)
        parts.extend(span.text for span in block.spans)
    return "".join(parts)


def measure(block: Block) -> int:
    return sum(utf16_length(span.text) for span in block.spans)


def split_blocks(blocks: Iterable[Block], *, longest: int = LONGEST) -> list[list[Block]]:
    """Messages of at most `longest` UTF-16 units, cut between blocks; a block that is too long alone is cut
    after a sentence, else between words, else between characters."""
    messages: list[list[Block]] = []
    used = entities = 0
    for block in (piece for whole in blocks for piece in cut_block(whole, longest)):
        formats = sum(span.entities for span in block.spans)
        gap = 1 if block.tight else len(GAP)
        fits = used + gap + measure(block) <= longest and entities + formats <= MOST_ENTITIES
        if messages and fits:
            messages[-1].append(block)
            used, entities = used + gap + measure(block), entities + formats
        elif write_plain([block]).strip():
            messages.append([block])
            used, entities = measure(block), formats
    return messages


def cut_block(block: Block, longest: int) -> Iterator[Block]:
    line: list[Span] = []
    left = longest
    tight = block.tight
    for span in block.spans:
        rest = span
        while utf16_length(rest.text) > left:
            head, tail = cut_text(rest.text, left, anywhere=not line)
            if head:
                line.append(replace(rest, text=head))
            if line:
                yield Block(tuple(line), tight)
            line, left, tight = [], longest, True
            rest = replace(rest, text=tail)
        if rest.text:
            line.append(rest)
            left -= utf16_length(rest.text)
    if line:
        yield Block(tuple(line), tight)


def cut_text(text: str, room: int, *, anywhere: bool) -> tuple[str, str]:
    """As much of `text` as goes into `room` units, and the rest; nothing if only a cut inside a word would do,
    unless `anywhere`."""
    window = text[: fitting(text, room)]
    if not window:
        return "", text
    for pattern in (r"[.!?…][\"”“)]?\s", r"\s"):
        ends = [found.end() for found in re.finditer(pattern, window)]
        if ends and ends[-1] > len(window) // 2:
            return window[: ends[-1]].rstrip(), text[ends[-1] :].lstrip()
    return (window, text[len(window) :]) if anywhere else ("", text)


def fitting(text: str, room: int) -> int:
    """How many characters of `text` take at most `room` UTF-16 units."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > room:
            return index
    return len(text)
