"""Giving Latvian its diacritics back before it is encoded: to the encoder "iestade" is not "iestāde".

Words come from the materials first, then from simplemma's list of Latvian forms. A word that exists without marks
is left alone; of several marked ones it is what the materials say most often, else the one with the fewest marks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
import simplemma
from numpy.typing import NDArray
from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

from retrieval.language import detect_language

_WORD = re.compile(r"[^\W\d_]+")
_MARKED = "āčēģīķļņšūž"
_FOLD = str.maketrans(_MARKED, "acegiklnsuz")
_LATVIAN = re.compile(f"[{_MARKED}]", re.IGNORECASE)
LONGEST = 40
"""Bytes of a word that is kept."""
SMALL_WORDS = {
    word.translate(_FOLD): word
    for word in (
        "kā kāds kāda kādi kādas kādu kādus kādam kādai kāpēc kādēļ tāpēc viņš viņa viņi jūs jūsu mēs mūsu mūs "
        "arī vēl līdz pēc šī šis šīs šo šajā tā tādi var būt būs bija esam vairāk tagad cik daudz kurš pašu "
        "paši šeit nevaru varētu gribētu vajadzētu jābūt obligāti vispār vienkārši pavisam tāds tāda"
    ).split()
}
Words = NDArray[np.bytes_]


@lru_cache(maxsize=1)
def list_forms() -> dict[str, tuple[str, ...]]:
    """Of each word without its marks, the Latvian forms it may stand for."""
    known: dict[str, list[str]] = {}
    for form in DefaultDictionaryFactory().get_dictionary("lv"):
        word = form.lower() if isinstance(form, str) else form.decode().lower()
        if _WORD.fullmatch(word):
            known.setdefault(word.translate(_FOLD), []).append(word)
    return {plain: tuple(set(words)) for plain, words in known.items()}


def learn_words(texts: Iterable[str]) -> dict[str, str]:
    """From `texts` in Latvian, the marked form of each word that can be told; those that stay are left out."""
    counts = Counter(word.lower() for text in texts for word in _WORD.findall(text))
    told: dict[str, list[str]] = {}
    for word in counts:
        told.setdefault(word.translate(_FOLD), []).append(word)
    learned = {plain: choose(plain, words) for plain, words in list_forms().items()}
    learned |= {
        plain: plain if plain in words else max(words, key=lambda word: (counts[word], word))
        for plain, words in told.items()
    }
    learned |= SMALL_WORDS
    return {plain: word for plain, word in learned.items() if plain != word}


def choose(plain: str, words: Iterable[str]) -> str:
    """Nothing tells them apart but this: a word that exists without marks is left alone."""
    held = set(words)
    return plain if plain in held else min(held, key=lambda word: (len(_LATVIAN.findall(word)), word))


class Diacritics:
    """The words that were learned, sorted, in two arrays that can be mapped into memory."""

    def __init__(self, plain: Words, marked: Words) -> None:
        self._plain, self._marked = plain, marked

    @classmethod
    def learn(cls, texts: Iterable[str]) -> Diacritics:
        pairs = sorted((plain.encode(), word.encode()) for plain, word in learn_words(texts).items())
        pairs = [pair for pair in pairs if len(pair[1]) <= LONGEST]
        return cls(*(np.array([pair[side] for pair in pairs], dtype=f"S{LONGEST}") for side in (0, 1)))

    def save(self, folder: Path) -> None:
        np.save(folder / "words-plain.npy", self._plain)
        np.save(folder / "words-marked.npy", self._marked)

    @classmethod
    def load(cls, folder: Path) -> Diacritics:
        return cls(*(np.load(folder / f"words-{side}.npy", mmap_mode="r") for side in ("plain", "marked")))

    def restore(self, text: str) -> str:
        """`text` unchanged where it is not Latvian or has marks already."""
        if _LATVIAN.search(text) or detect_language(text) != "lv" or looks_english(text):
            return text
        return _WORD.sub(lambda found: self._mark(found.group()), text)

    def _mark(self, word: str) -> str:
        wanted = word.lower().encode()
        place = int(np.searchsorted(self._plain, np.bytes_(wanted)))
        if place == len(self._plain) or bytes(self._plain[place]) != wanted:
            return word
        marked = bytes(self._marked[place]).decode()
        if word.isupper() and len(word) > 1:
            return word
        return marked.capitalize() if word[0].isupper() else marked


def looks_english(text: str) -> bool:
    """Of a few words that could be either, such as "plans": all are known to English, not all to Latvian."""
    words = _WORD.findall(text.lower())
    if detect_language(text, "en") == "lv":
        return False
    return all(simplemma.is_known(word, lang="en") for word in words)
