"""Light Markdown (bold, links, lists) of materials and messages as safe HTML; everything else in it is text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from urllib.parse import urlsplit

from markupsafe import Markup, escape

_MARKS = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|\[(?P<title>[^\]]+)\]\((?P<url>[^()\s]+)\)")
SCHEMES = {"http", "https", "mailto", "tel"}


def is_safe(url: str) -> bool:
    """An address of a scheme that only leads somewhere, or a page of our own."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    own = not parts.scheme and not parts.netloc and url.startswith("/") and not url.startswith("//")
    return parts.scheme.lower() in SCHEMES or own


def render_light(text: str) -> Markup:
    """A whole message: paragraphs, lists of lines that begin with `- `, bold and links."""
    made = Markup()
    for is_list, lines in groupby(text.strip().split("\n"), key=lambda line: line.startswith(("- ", "• "))):
        told = list(lines)
        made += _render_list(told) if is_list else _render_paragraphs("\n".join(told))
    return made


def _render_list(lines: Iterable[str]) -> Markup:
    items = Markup().join(Markup("<li>{}</li>").format(render_marks(line[2:])) for line in lines)
    return Markup("<ul>{}</ul>").format(items)


def _render_paragraphs(text: str) -> Markup:
    told = (part.strip("\n") for part in re.split(r"\n{2,}", text))
    return Markup().join(Markup("<p>{}</p>").format(_break(part)) for part in told if part)


def _break(text: str) -> Markup:
    return Markup("<br>").join(render_marks(line) for line in text.split("\n"))


def render_marks(text: str) -> Markup:
    made, end = Markup(), 0
    for mark in _MARKS.finditer(text):
        made += escape(text[end : mark.start()]) + _render(mark)
        end = mark.end()
    return made + escape(text[end:])


def _render(mark: re.Match[str]) -> Markup:
    if mark["bold"] is not None:
        return Markup("<strong>{}</strong>").format(render_marks(mark["bold"]))
    if not is_safe(mark["url"]):
        return escape(mark["title"])
    return Markup('<a href="{}">{}</a>').format(mark["url"], mark["title"])
