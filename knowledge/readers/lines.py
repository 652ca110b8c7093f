"""Putting sentences together again that a layout has cut into lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

FULL = 900
"""Characters above which a paragraph is divided at the end of a sentence."""
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]$")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[”\"»)]?\s+(?=[„\"«(]?[^\W\d_a-zāčēģīķļņšūž])")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:\d+|[^\W\d_]|piem|utt|tml|u\.c|nr|st|plkst|art|sk|t\.sk|e\.g|i\.e|No)\.$", re.I
)


def tidy(text: str) -> str:
    """One line in composed letters (NFC), without soft hyphens, control characters and doubled spaces."""
    composed = unicodedata.normalize("NFC", text.replace("\u00ad", "").replace("\u00a0", " "))
    kept = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in composed)
    kept = "".join(sign for sign in kept if unicodedata.category(sign) not in ("Cf", "Cs", "Co", "Cn"))
    return " ".join(kept.split())


def join_lines(lines: Iterable[str]) -> str:
    """One paragraph; a word divided at a line's end becomes whole, a compound keeps its hyphen."""
    made = ""
    for line in (line.strip() for line in lines):
        if not line:
            continue
        if _HYPHENATED.search(made) and line[0].islower():
            made = made[:-1] + line
        else:
            made = f"{made} {line}" if made else line
    return tidy(made)


def divide(text: str, full: int = FULL) -> Iterator[str]:
    """The text in pieces of whole sentences, none longer than `full` unless one sentence is."""
    if len(text) <= full:
        yield text
        return
    piece = ""
    for sentence in sentences(text):
        if piece and len(piece) + len(sentence) + 1 > full:
            yield piece
            piece = sentence
        else:
            piece = f"{piece} {sentence}" if piece else sentence
    if piece:
        yield piece


def sentences(text: str) -> list[str]:
    """Sentences; "plkst. 12", "2023. gada" and initials do not end one."""
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        piece = text[start : end.start()].rstrip()
        if not _ABBREVIATED.search(piece):
            found.append(text[start : end.end()].strip())
            start = end.end()
    return [*found, text[start:].strip()] if text[start:].strip() else found
