"""Plain text as retrieval needs it: cleaned, folded, and cut into sentences, list items and table rows."""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")
_MARKDOWN = re.compile(r"\*\*|__|`|!?\[([^\]]*)\]\([^)]*\)")
# A full stop ends a sentence unless an abbreviation, an initial or an ordinal stands before it.
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”»)]*\s+(?=[\"„«(]?[A-ZĀČĒĢĪĶĻŅŠŪŽА-ЯЁ0-9])")
_NO_END = re.compile(
    r"(?:^|[\s(„\"])(?:[A-ZĀČĒĢĪĶĻŅŠŪŽ]|\d{1,4}|u\.tml|u\.c|piem|t\.i|t\.sk|t\.s|utt|nr|sk|tālr|plkst|milj|tūkst|"
    r"e\.g|i\.e|etc|no|art|sec|approx|vs|dr|prof)\.$",
    re.IGNORECASE,
)


def clean(text: str, limit: int | None = None) -> str:
    """NFC, without control and invisible characters, white space single; at most `limit` characters."""
    if limit is not None:
        text = text[: limit * 2]
    text = unicodedata.normalize("NFC", _CONTROL.sub(" ", text))
    return _SPACE.sub(" ", text).strip()[:limit]


def fold(text: str) -> str:
    """Lower case without diacritics: as people type Latvian on a phone."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def strip_markdown(text: str) -> str:
    """The words alone: bold marks gone, a link's title without its address."""
    return _MARKDOWN.sub(lambda mark: mark.group(1) or "", text)


def split_sentences(line: str) -> list[str]:
    """The sentences of one line, in order; joined by spaces they give the line again."""
    sentences: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(line):
        head = line[start : end.end()].rstrip()
        if not _NO_END.search(head):
            sentences.append(head)
            start = end.end()
    tail = line[start:].strip()
    return [*sentences, tail] if tail else sentences


def split_units(text: str) -> list[str]:
    """The pieces an answer may be cut into: sentences, list items, table rows. Lines are never joined."""
    return [unit for line in text.split("\n") for unit in split_sentences(line)]
