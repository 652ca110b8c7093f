"""Which passages may be found, by language, kind and document: known beforehand, not looked for in each search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.document import Kind
from knowledge.passage import Passage

Flags = NDArray[np.bool_]
"""One a passage."""


class Filters:
    def __init__(self, passages: Sequence[Passage]) -> None:
        self._none = np.zeros(len(passages), bool)
        self._by_locale = mark_each(passage.locale for passage in passages)
        self._by_kind = mark_each(passage.kind for passage in passages)
        self._preferred = prefer_languages(passages)
        self._places = place_documents(passages)

    def are_in(self, language: str) -> Flags:
        return self._by_locale.get(language, self._none)

    def allow(self, locale: str, kinds: Sequence[Kind], documents: Sequence[str] | None) -> Flags | None:
        """Of a matter told in both languages, the passages in `locale`; with `documents` (keys), only and all of
        theirs. None if no passage is left."""
        allowed = self._preferred.get(locale, ~self._none)
        if documents is not None:
            allowed = self._none.copy()
            for document in documents:
                allowed[self._places.get(document, [])] = True
        if kinds:
            allowed = allowed & np.logical_or.reduce([self._by_kind.get(kind, self._none) for kind in kinds])
        return allowed if allowed.any() else None


def place_documents(passages: Sequence[Passage]) -> dict[str, list[int]]:
    """By document: the places of its passages, in order."""
    places: dict[str, list[int]] = {}
    for place, passage in enumerate(passages):
        places.setdefault(passage.document, []).append(place)
    return places


def mark_each(told: Iterable[str]) -> dict[str, Flags]:
    """By what is told of the passages, in their order: of which it is told."""
    values = list(told)
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    each = np.fromiter((numbers[value] for value in values), np.int64, len(values))
    return {value: each == number for value, number in numbers.items()}


def prefer_languages(passages: Sequence[Passage]) -> dict[str, Flags]:
    """By language: the passages in it, and those of matters that are not told in it."""
    named = [passage.document.partition("/")[::2] for passage in passages]
    told: dict[str, set[str]] = {}
    for locale, matter in named:
        told.setdefault(locale, set()).add(matter)
    return {
        language: np.array([locale == language or matter not in held for locale, matter in named], bool)
        for language, held in told.items()
    }


def pair_twins(passages: Sequence[Passage]) -> NDArray[np.int64]:
    """The place of each passage's translation; its own where the other language has none, or is cut otherwise."""
    held = place_documents(passages)
    twins = np.arange(len(passages), dtype=np.int64)
    for document, own in held.items():
        locale, _, matter = document.partition("/")
        other = held.get(f"{'en' if locale == 'lv' else 'lv'}/{matter}", [])
        if len(other) == len(own):
            twins[own] = other
    return twins


def matter_of(document: str) -> str:
    """The same for a document and its translation."""
    return document.partition("/")[2] or document
