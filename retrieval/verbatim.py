"""Questions asked word for word as somebody told that they are: in a phrasing, a heading or a title."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.passage import Passage
from retrieval.filters import matter_of
from retrieval.text import fold


@dataclass(frozen=True, slots=True)
class Verbatim:
    places: dict[str, frozenset[int]]
    """By the letters and figures of a question alone: the passages it is told of, all of one matter. What several
    have as a heading ("Kas var pieteikties?") is told of none."""

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> Verbatim:
        places: dict[str, set[int]] = defaultdict(set)
        titled: set[str] = set()
        for place, passage in enumerate(passages):
            for text in (*passage.asked, *passage.section[-1:], *list_title(passage, titled)):
                places[reduce_to_letters(text)].add(place)
        return cls(
            {
                letters: frozenset(told)
                for letters, told in places.items()
                if letters and len({matter_of(passages[place].document) for place in told}) == 1
            }
        )

    def tells(self, question: str, place: int) -> bool:
        """Whether the passage is told to answer exactly this."""
        return place in self.places.get(reduce_to_letters(question), ())


def list_title(passage: Passage, titled: set[str]) -> Iterable[str]:
    """Of a document's first passage alone."""
    if passage.document in titled:
        return ()
    titled.add(passage.document)
    return (passage.title,)


def reduce_to_letters(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isalnum())
