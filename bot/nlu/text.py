"""Text as it is compared: lower case, no diacritics, every character in its place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


def fold(text: str) -> str:
    """As long as `text`, so that a place found in one is the same place in the other."""
    return "".join(map(_fold_character, text))


@dataclass(frozen=True)
class Token:
    """A folded word and the half-open span of it."""

    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    return [Token(found.group(), found.start(), found.end()) for found in WORD.finditer(fold(text))]
