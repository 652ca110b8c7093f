"""A slip of the finger put right before a question is looked for: "kompetnces" is no word, "kompetences" is ours.

Only a word that nobody knows is touched (not the materials in any form, nor simplemma), if one
letter left out, put in, changed or swapped with its neighbour makes it a word of the materials that begins alike:
a prefix makes another word ("izstājas" is no slip of "iestājas"). What is shown and kept is the question as it was
typed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import simplemma
from numpy.typing import NDArray

from retrieval.analysis import normal_forms
from retrieval.text import fold

SHORTEST = 6
"""Letters; shorter words have too many neighbours."""
LONGEST = 30
"""Longer words are left alone, and not learned."""
SAME_BEGINNING = 2
"""Letters that a slip leaves as they are."""
OFTEN = 2
"""A word that the materials hold once may be a slip itself."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[^\W\d_]+")
Words = NDArray[np.bytes_]


class Spelling:
    """The folded words of the materials and their stems, sorted, in arrays that can be mapped, and how often each
    word occurs: 0 for what is a stem only."""

    def __init__(self, words: Words, counts: NDArray[np.int64]) -> None:
        self._words, self._counts = words, counts

    @classmethod
    def learn(cls, texts: Iterable[str]) -> Spelling:
        counts = Counter(word for text in texts for word in _WORD.findall(fold(text)))
        stems = {form for word in counts for form in normal_forms(word)}
        kept = sorted(word.encode() for word in {*counts, *stems} if word.isascii() and len(word) <= LONGEST)
        told = [counts[word.decode()] for word in kept]
        return cls(np.array(kept, dtype=f"S{LONGEST}"), np.array(told, dtype=np.int64))

    def save(self, folder: Path) -> None:
        np.save(folder / "spelling-words.npy", self._words)
        np.save(folder / "spelling-counts.npy", self._counts)

    @classmethod
    def load(cls, folder: Path) -> Spelling:
        return cls(*(np.load(folder / f"spelling-{part}.npy", mmap_mode="r") for part in ("words", "counts")))

    def correct(self, text: str) -> str:
        """With each slip replaced by the folded word that was meant; the rest as it is."""
        return _WORD.sub(lambda found: self._correct(found.group()), text)

    def _correct(self, word: str) -> str:
        plain = fold(word)
        if not (SHORTEST <= len(plain) <= LONGEST and plain.isascii()) or self._is_known(word, plain):
            return word
        begins, rest = plain[:SAME_BEGINNING], plain[SAME_BEGINNING:]
        near = np.array(sorted(begins + end for end in list_neighbours(rest)), dtype=f"S{LONGEST}")
        places, held = self._find(near)
        counts = np.where(held, self._counts[places], 0) if held.any() else np.zeros(len(near), np.int64)
        best = int(np.argmax(counts))
        return near[best].decode() if counts[best] >= OFTEN else word

    def _is_known(self, word: str, plain: str) -> bool:
        forms = np.array([plain, *normal_forms(word)], dtype=f"S{LONGEST}")
        if self._find(forms)[1].any():
            return True
        return any(simplemma.is_known(word.lower(), lang=language) for language in ("lv", "en"))

    def _find(self, words: Words) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Where each word is, and whether it is there."""
        if not len(self._words):
            return np.zeros(len(words), np.int64), np.zeros(len(words), bool)
        places = np.minimum(np.searchsorted(self._words, words), len(self._words) - 1)
        return places, self._words[places] == words


def list_neighbours(word: str) -> set[str]:
    """All words one letter away: left out, swapped with the next, changed, or put in (Damerau's four slips)."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    left_out = {head + tail[1:] for head, tail in cuts if tail}
    swapped = {word[:i] + b + a + word[i + 2 :] for i, (a, b) in enumerate(pairwise(word))}
    changed = {head + letter + tail[1:] for head, tail in cuts if tail for letter in LETTERS}
    put_in = {head + letter + tail for head, tail in cuts for letter in LETTERS}
    return (left_out | swapped | changed | put_in) - {word}
