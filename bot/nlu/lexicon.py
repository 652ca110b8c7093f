"""Words of the controlled vocabularies, found in a text in any inflected form and told by their code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.nlu.informal import find_informal
from bot.nlu.particulars import Found, find_particulars
from bot.nlu.text import Token, fold, tokenize

FOLDER = Path(__file__).resolve().parent.parent.parent / "knowledge" / "vocabularies"
PRECEDENCE = ("applicant", "target_group", "theme", "region", "stage")
"""A word is read as the first of these that knows it: "pašvaldība" is an applicant, "seniori" a target group."""
MISLEADING = Path(__file__).with_name("misleading.yml")

_LATVIAN = (
    "a as ai u am e es ei i em o os s is us im um iem ie ais ajam ajai ajas aja ajos ajiem ju ja ji jus jos jam"
    " jiem jas jai su sus si siem zu zi ziem"
).split()
_ENGLISH = ["s", "es", "ies", "y"]
_RUSSIAN = (
    "а я ы и у ю е о ь й ой ей ом ем ам ям ами ями ах ях ов ев ий ый ая яя ое ее ые ие ого его ому ему ых их ым им"
    " ыми ими ую юю ии ию ием иями иям иях ия ью"
).split()
ENDINGS = tuple(sorted({*_LATVIAN, *_ENGLISH, *_RUSSIAN}, key=len, reverse=True))
SHORT_STEM = 4
"""Stems this short meet other words by chance: their endings are limited to the ones of their own declension."""
_DECLENSIONS = {
    "a": {"a", "as", "ai", "u", "am"},
    "as": {"a", "as", "ai", "u", "am"},
    "e": {"e", "es", "ei", "i", "u", "em"},
    "es": {"e", "es", "ei", "i", "u", "em"},
    "is": {"is", "a", "i", "im", "u", "iem", "us", "os"},
    "s": {"s", "a", "am", "u", "i", "iem", "us", "os", "is", "im"},
    "i": {"s", "a", "am", "u", "i", "iem", "us", "os", "is", "im"},
    "": {"", "s"},
}
_EXCEPT = re.compile(
    r"\b(?:nevis|bet ne|ne|neesam|neesmu|iznemot|not in|not|except|не|кроме)\s+(?:jau\s+)?"
    r"(?:par\s+|no\s+|from\s+|for\s+|the\s+|an?\s+|из\s+|в\s+)?$"
)


def split_word(word: str) -> tuple[str, str]:
    """Stem and ending of a folded word; the stem keeps at least three characters."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: len(word) - len(ending)], ending
    return word, ""


def stems(word: str) -> Iterator[tuple[str, str]]:
    """Every way to part a word into stem and known ending, the whole word first."""
    yield word, ""
    for ending in ENDINGS:
        if ending and word.endswith(ending) and len(word) - len(ending) >= 3:
            yield word[: len(word) - len(ending)], ending


@dataclass(frozen=True)
class Pattern:
    """One written form of a term: the stems and endings of its words, in order."""

    entity: str
    code: str
    words: tuple[tuple[str, str], ...]

    def matches(self, tokens: Sequence[Token]) -> bool:
        return len(tokens) == len(self.words) and all(
            _is_form(token.text, stem, ending) for token, (stem, ending) in zip(tokens, self.words, strict=True)
        )


def _is_form(word: str, stem: str, ending: str) -> bool:
    if not word.startswith(stem):
        return False
    rest = word[len(stem) :]
    if rest == ending:
        return True
    if len(stem) <= SHORT_STEM:
        return rest in _DECLENSIONS.get(ending, set())
    return rest == "" or rest in ENDINGS


class Lexicon:
    """Finds the longest form at each place; nothing after "nevis" ("not") counts."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._by_start: dict[str, list[Pattern]] = defaultdict(list)
        for pattern in patterns:
            self._by_start[pattern.words[0][0][:3]].append(pattern)
        for candidates in self._by_start.values():
            candidates.sort(key=lambda pattern: (-len(pattern.words), -len(pattern.words[0][0])))

    def find(self, text: str) -> list[Found]:
        folded = load_misleading().sub(lambda found: "_" * len(found.group()), fold(text))
        tokens = tokenize(folded)
        found = [item for entity in PRECEDENCE for item in self._find(entity, tokens)]
        told = [item for item in found if not _EXCEPT.search(folded[: item.start])]
        return [item for item in told if not _is_shadowed(item, told)]

    def _find(self, entity: str, tokens: Sequence[Token]) -> Iterator[Found]:
        place = 0
        while place < len(tokens):
            pattern = self._longest(entity, tokens, place)
            if pattern is None:
                place += 1
                continue
            last = tokens[place + len(pattern.words) - 1]
            yield Found(entity, pattern.code, tokens[place].start, last.end)
            place += len(pattern.words)

    def _longest(self, entity: str, tokens: Sequence[Token], place: int) -> Pattern | None:
        for pattern in self._by_start.get(tokens[place].text[:3], ()):
            if pattern.entity == entity and pattern.matches(tokens[place : place + len(pattern.words)]):
                return pattern
        return None


def _is_shadowed(item: Found, told: Sequence[Found]) -> bool:
    """Words that are an entity of higher rank already."""
    if item.entity not in ("target_group", "theme"):
        return False
    rank = PRECEDENCE.index(item.entity)
    return any(
        PRECEDENCE.index(other.entity) < rank and other.start < item.end and item.start < other.end
        for other in told
    )


def make_patterns(entity: str, code: str, forms: Iterable[str]) -> Iterator[Pattern]:
    seen = set()
    for form in forms:
        words = tuple(split_word(token.text) for token in tokenize(form))
        if words and words not in seen:
            seen.add(words)
            yield Pattern(entity, code, words)


def read_vocabulary(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each code with all its labels and forms, in every language."""
    told: dict[str, Any] = yaml.safe_load(path.read_text("utf-8")) or {}
    for code, term in (told.get("terms") or told).items():
        forms = [str(label) for label in (term.get("labels") or {}).values()]
        for written in (term.get("forms") or {}).values():
            forms += [str(form) for form in written]
        yield str(code), forms


@lru_cache(maxsize=1)
def load_misleading() -> re.Pattern[str]:
    return re.compile("|".join(yaml.safe_load(MISLEADING.read_text("utf-8"))))


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    patterns: list[Pattern] = []
    for path in sorted(FOLDER.glob("*.yml")):
        for code, forms in read_vocabulary(path):
            patterns += make_patterns(path.stem, code, forms)
    return Lexicon(patterns)


def find_entities(text: str) -> list[Found]:
    """Everything that can be read from a message: words of the vocabularies and particulars.

    Who says that they are no organisation is none, whichever the message names: "neesam biedrība, tikai draugi".
    """
    told, informal = load_lexicon().find(text), find_informal(text)
    if informal:
        told = [informal, *(item for item in told if item.entity != informal.entity)]
    return [*told, *find_particulars(text)]
