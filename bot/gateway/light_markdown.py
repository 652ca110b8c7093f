"""Light Markdown (bold, links) of materials as safe HTML; everything else in it is text."""

from __future__ import annotations

import re
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
