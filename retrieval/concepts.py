"""Words that mean the same: what a question says in one language or one way, and a passage in another.

The tables in `lexicon/` hold them, a concept a line: its Latvian, English and Russian words, divided by ` | `. A
word of a question and a word of a passage meet if they share a concept, so that "mājaslapa", "website" and "сайт"
find "tīmekļa vietne" without a second encoding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from retrieval.analysis import STOP_WORDS, normal_forms, tokenize
from retrieval.text import fold

LEXICON = Path(__file__).parent / "lexicon"
COLUMNS = 3
SHORTEST = 3
"""Letters of the shortest prefix."""
CHATTER = frozenset(
    "ludzu paldies sveiki labdien pastasti pastastiet pasaki pasakiet uzskaiti uzskaitiet gribu velos zinat zinu "
    "vispar isti tad tur te vins vina man mani jusu please tell thanks hello want know explain about have has "
    "пожалуйста спасибо здравствуйте скажите расскажите такое есть если чтобы или мне меня вас ваш мой быть будет "
    "хочу этот эта это тоже уже бы там чем".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A telling word of a question: as it may be written, what it may mean, and whether it names or numbers
    something: such a word has no other way to be said."""

    forms: tuple[str, ...]
    concepts: frozenset[str]
    """As `find_concepts` names them."""
    named: bool


class Concepts:
    """Of lines `latvian words | english words | russian words`. A word that ends in `*` stands for all that begins
    so, any other for the forms that share its stem. Lines that begin with `#` are notes."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._prefixes: dict[str, set[int]] = {}
        self._exact: dict[str, set[int]] = {}
        for number, line in enumerate(lines):
            if not line.startswith("#"):
                for word in line.replace(" | ", " ").split():
                    self._add(number, word)

    def _add(self, number: int, word: str) -> None:
        if word.endswith("*"):
            self._prefixes.setdefault(fold(word[:-1]), set()).add(number)
            return
        for form in (fold(word), *normal_forms(word)):
            self._exact.setdefault(form, set()).add(number)

    def find(self, forms: Iterable[str]) -> frozenset[int]:
        """The concepts, as numbers of lines, that any of the forms (folded) may stand for."""
        found: set[int] = set()
        for form in forms:
            found |= self._exact.get(form, set())
            for end in range(SHORTEST, len(form) + 1):
                found |= self._prefixes.get(form[:end], set())
        return frozenset(found)


def read_lexicon() -> list[str]:
    """All lines of all tables, in a fixed order."""
    return [line for path in sorted(LEXICON.glob("*.tsv")) for line in path.read_text("utf-8").splitlines()]


@lru_cache(maxsize=1)
def known_concepts() -> Concepts:
    return Concepts(read_lexicon())


@lru_cache(maxsize=1)
def lexicon_digest() -> str:
    """An index holds concepts: it is of the lexicon as it was then."""
    return hashlib.sha256("\n".join(read_lexicon()).encode()).hexdigest()


@lru_cache(maxsize=200_000)
def concepts_of(term: str) -> frozenset[int]:
    """Of a term as the lexical index has it."""
    return known_concepts().find((term,))


def find_concepts(terms: Iterable[str]) -> list[str]:
    """Of all the terms of a text, each once, in a fixed order, as terms of a lexical index."""
    return sorted(map(str, frozenset[int]().union(*(concepts_of(term) for term in set(terms)))))


def read_words(text: str) -> list[Word]:
    """The telling words of a question, each once."""
    words: dict[str, Word] = {}
    for place, token in enumerate(tokenize(text)):
        plain = fold(token)
        if plain not in STOP_WORDS and plain not in CHATTER and plain not in words:
            forms = tuple(dict.fromkeys((plain, *normal_forms(token))))
            words[plain] = Word(forms, frozenset(find_concepts(forms)), names_something(token, place))
    return list(words.values())


def names_something(token: str, place: int) -> bool:
    """A number, an acronym, or a capital letter within a sentence."""
    if any(letter.isdigit() for letter in token):
        return True
    return len(token) > 1 and (token.isupper() or (place > 0 and token[0].isupper()))
