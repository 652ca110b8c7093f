"""Text as a search compares it: without case and diacritics, so that "Cesis" finds "Cēsīs"."""

from __future__ import annotations

import unicodedata

LONGEST = 20_000
"""Letters kept to search through, per request; the newest."""


def fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


def add_folded(kept: str, *texts: str) -> str:
    more = " ".join(fold(text) for text in texts if text)
    return f"{kept} {more}".strip()[-LONGEST:]
