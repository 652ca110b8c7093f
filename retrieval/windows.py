"""What of a passage is encoded: the whole of it with its context, and every two neighbouring sentences.

A long passage says several things, and its one vector is a blur of them; a window of two sentences is about as
long as an answer. A passage is as near to a question as the nearest of its windows.
"""

from __future__ import annotations

from knowledge.passage import Passage
from retrieval.text import split_units, strip_markdown

WINDOW = 2


def whole(passage: Passage) -> str:
    return strip_markdown(f"{passage.context}\n{passage.text}" if passage.context else passage.text)


def heading(passage: Passage) -> str:
    """What stands above a passage: a page's title, and for a FAQ the question that the passage answers."""
    return strip_markdown(f"{passage.title}. {' '.join(passage.section)}")


def windows(passage: Passage) -> list[str]:
    """Texts to encode for `passage`, the whole first. Equal passages give equal texts."""
    units = split_units(strip_markdown(passage.text))
    if len(units) <= 1:
        return [whole(passage)]
    steps = range(max(1, len(units) - WINDOW + 1))
    return [
        whole(passage),
        *(f"{passage.title}. {' '.join(units[i : i + WINDOW])}" for i in steps),
    ]
