"""Telegram's HTML, parsed as strictly as the Bot API parses it; for the stand-in and for tests of rendering."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

KNOWN = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-zA-Z-]+(?:=\"[^\"]*\")?)*)\s*>")
ENTITY = re.compile(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
HREF = re.compile(r"href=\"([^\"]*)\"")


class CannotParse(ValueError):
    """The reason, in the Bot API's own words."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Bad Request: can't parse entities: {reason}")


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@dataclass
class Open:
    tag: str
    at: int
    href: str | None


@dataclass
class Parsed:
    text: str
    entities: list[dict[str, Any]]


def parse_html(source: str) -> Parsed:
    """The text as people see it, with its entities in UTF-16 units. Raises CannotParse."""
    text = ""
    entities: list[dict[str, Any]] = []
    stack: list[Open] = []
    at = 0
    while at < len(source):
        if source[at] == "<":
            match = TAG.match(source, at)
            byte = len(source[:at].encode())
            if match is None:
                raise CannotParse(f'Unsupported start tag "{source[at + 1 : at + 12]}" at byte offset {byte}')
            closing, tag, attributes = match[1], match[2].lower(), match[3]
            if tag not in KNOWN:
                raise CannotParse(f'Unsupported start tag "{tag}" at byte offset {byte}')
            if closing:
                entities += close_tag(stack, tag, text, byte)
            else:
                found = HREF.search(attributes)
                stack.append(Open(tag, utf16_length(text), html.unescape(found[1]) if found else None))
            at = match.end()
        elif match := ENTITY.match(source, at):
            text += html.unescape(match[0])
            at = match.end()
        else:
            text += source[at]
            at += 1
    if stack:
        raise CannotParse(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    return trim(Parsed(text, entities))


def close_tag(stack: list[Open], tag: str, text: str, byte: int) -> list[dict[str, Any]]:
    if not stack:
        raise CannotParse(f"Unexpected end tag at byte offset {byte}")
    opened = stack.pop()
    if opened.tag != tag:
        raise CannotParse(f'Unmatched end tag at byte offset {byte}, expected "</{opened.tag}>", found "</{tag}>"')
    entity: dict[str, Any] = {
        "type": KNOWN[tag],
        "offset": opened.at,
        "length": utf16_length(text) - opened.at,
    }
    if tag == "a":
        if not is_usable(opened.href):
            return []
        entity["url"] = opened.href
    return [entity] if entity["length"] else []


def is_usable(url: str | None) -> bool:
    return bool(url and re.match(r"(https?|tg|mailto|tel):", url))


def trim(parsed: Parsed) -> Parsed:
    """Telegram drops white space around a message."""
    left = len(parsed.text) - len(parsed.text.lstrip())
    shift = utf16_length(parsed.text[:left])
    text = parsed.text.strip()
    entities = []
    for entity in sorted(parsed.entities, key=lambda e: (e["offset"], -e["length"])):
        start = max(entity["offset"] - shift, 0)
        end = min(entity["offset"] + entity["length"] - shift, utf16_length(text))
        if end > start:
            entities.append({**entity, "offset": start, "length": end - start})
    return Parsed(text, entities[:100])
