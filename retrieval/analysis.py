"""Words of a text as lexical search needs them: lemmas and stems without diacritics, and character n-grams."""

from __future__ import annotations

import re
from functools import lru_cache

import simplemma
from LatvianStemmer import stem

from retrieval.text import fold, strip_markdown

_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-./][A-Za-z0-9]+)+|\w+")
_IDENTIFIER = re.compile(r"(?=.*\d).*[-./]")
GRAM = 4
STOP_WORDS = frozenset(
    # Latvian, without diacritics
    "un vai ir kas ko kam kur kad ka ja jo par no uz ar bez pie pec lidz tas ta tie to sis si es mes jus vini "
    "var ari lai bet nav man mums jums tikai jau vel pa aiz pret kads kada kadi kadas kadu kadus kura kurs kuri "
    # English
    "the a an is are was what which who how where when why do does did can of to in for on with from by at as "
    "and or not be it its we you they i there this that "
    # Russian
    "и в на с по к у о от до за из для это как что кто где когда почему какой какая какие каких ли не а мы вы я "
    "он".split()
)


def tokenize(text: str) -> list[str]:
    """Words as written; identifiers such as ESF-SI-2023-NCC-01 or 4.4.1.1 stay whole."""
    return _TOKEN.findall(strip_markdown(text))


@lru_cache(maxsize=200_000)
def normal_forms(token: str) -> tuple[str, ...]:
    """Lemma's stem and the word's own stem, folded: the second meets what was typed without diacritics."""
    if _IDENTIFIER.match(token):
        return (
            fold(token),
            *(fold(part) for part in re.split(r"[-./]", token) if len(part) > 2),
        )
    lemma = simplemma.lemmatize(token.lower(), lang=("lv", "en"))
    return tuple(dict.fromkeys(fold(stem(form)) for form in (lemma.lower(), token.lower())))


def find_terms(text: str) -> list[str]:
    """With repetitions; function words left out."""
    return [form for token in tokenize(text) for form in _terms_of(token)]


@lru_cache(maxsize=200_000)
def _terms_of(token: str) -> tuple[str, ...]:
    return () if fold(token) in STOP_WORDS else normal_forms(token)


def find_grams(text: str) -> list[str]:
    """Four letters at a time of each folded word and its borders; short words whole."""
    return [gram for token in tokenize(text) for gram in _grams_of(token)]


@lru_cache(maxsize=200_000)
def _grams_of(token: str) -> tuple[str, ...]:
    word = fold(token)
    padded = f"_{word}_"
    starts = range(0 if word in STOP_WORDS else max(1, len(padded) - GRAM + 1))
    return tuple(padded[i : i + GRAM] for i in starts)
