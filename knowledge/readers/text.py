"""Plain text in whatever encoding it was saved."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from knowledge.document import Block, BlockKind
from knowledge.readers.lines import join_lines
from knowledge.readers.reading import Text, Unreadable

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OLD = ("cp1257", "cp1252", "cp1251")
"""Single-byte encodings of Latvian, English and Russian files, from the days before UTF-8."""
_LATVIAN = frozenset("āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ")
_RUSSIAN = re.compile(r"[а-яё]{3,}")
_BULLET = re.compile(r"^(?P<indent>\s*)(?P<sign>[-*•·◦▪‣–—]|(?P<number>\d{1,3}|[a-z])[.)])\s+(?P<text>\S.*)$")
_RULE = re.compile(r"^\s*([=\-_*~])\1{2,}\s*$")
_NUMBERED = re.compile(r"^(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+\S")


def decode(data: bytes) -> str:
    """Raises Unreadable for what is no text in any encoding we know."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return _decode(data, name)
    if b"\0" in data[:100_000]:
        raise Unreadable("It holds binary data, not text; save it as text in UTF-8.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return max((_attempt(data, name) for name in OLD), key=_plausibility)


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise Unreadable(f"Its text is damaged (not whole {name.upper()}); save it anew as UTF-8.") from error


def _attempt(data: bytes, name: str) -> str:
    return data.decode(name, "replace")


def _plausibility(text: str) -> float:
    """Latvian letters and words of Russian ones speak for a decoding; odd signs against."""
    beyond = [sign for sign in text if ord(sign) > 127]
    latvian = sum(sign in _LATVIAN for sign in beyond)
    russian = sum(len(word) for word in _RUSSIAN.findall(text.lower()))
    odd = sum(not sign.isalpha() and sign not in "„“”«»–—…’‘€°§№ \u00a0" for sign in beyond)
    return (max(latvian, russian) - 2 * odd) / max(1, len(beyond))


def read_text(data: bytes) -> Text:
    blocks = tuple(make_blocks(decode(data)))
    if not blocks:
        raise Unreadable("It holds no text.")
    return Text("", blocks)


def make_blocks(text: str) -> Iterator[Block]:
    """Blank lines part paragraphs; a short line alone, numbered, in capitals or underlined is a heading."""
    for group in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")):
        lines = [line for line in group.split("\n") if line.strip()]
        if len(lines) > 1 and _RULE.match(lines[1]):
            yield Block(BlockKind.HEADING, join_lines(lines[:1]), 1 if "=" in lines[1] else 2)
            lines = lines[2:]
        lines = [line for line in lines if not _RULE.match(line)]
        if not lines:
            continue
        if len(lines) == 1 and (level := heading_level(lines[0])):
            yield Block(BlockKind.HEADING, join_lines(lines), level)
        else:
            yield from read_group(lines)


def heading_level(line: str) -> int:
    """0 if the line, alone in its paragraph, does not look like a heading."""
    text = line.strip()
    if len(text) > 90 or text[-1] in ".;:,!" or not any(sign.isalpha() for sign in text):
        return 0
    if numbered := _NUMBERED.match(text):
        return min(6, 2 + numbered["number"].count("."))
    if text.isupper() and len(text) > 3:
        return 2
    return 3 if text[0].isupper() and len(text.split()) <= 10 and not _BULLET.match(line) else 0


def read_group(lines: list[str], page: int | None = None) -> Iterator[Block]:
    """The lines of one paragraph, or of a list with its lead-in sentence."""
    held: list[str] = []
    kind, level, ordered = BlockKind.PARAGRAPH, 0, False
    indents: list[int] = []
    for line in lines:
        bullet = _BULLET.match(line)
        if bullet:
            if held:
                yield Block(kind, join_lines(held), level, ordered, page)
            kind, held, ordered = BlockKind.ITEM, [bullet["text"]], bullet["number"] is not None
            level = _nesting(indents, len(bullet["indent"].expandtabs(4)))
        else:
            held.append(line)
    if held:
        yield Block(kind, join_lines(held), level, ordered, page)


def _nesting(indents: list[int], indent: int) -> int:
    while indents and indents[-1] > indent:
        indents.pop()
    if not indents or indents[-1] < indent:
        indents.append(indent)
    return len(indents) - 1
