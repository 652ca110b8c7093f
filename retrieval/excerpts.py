"""Cutting a passage to what answers, and marking the words that were asked for."""

from __future__ import annotations

import re
from collections.abc import Collection

from retrieval.analysis import find_terms
from retrieval.text import split_sentences

LONG = 700
"""Characters up to which a passage is shown whole."""
_WORD = re.compile(r"[\w][\w./-]*\w|\w")


def cut_excerpt(text: str, terms: Collection[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Whole sentences, items and rows in their order, and the spans of the words asked for."""
    shown = text if len(text) <= LONG else shorten(text, terms)
    return shown, find_spans(shown, terms)


def shorten(text: str, terms: Collection[str]) -> str:
    """The best units that fit, with the line that leads in to a list they are taken from."""
    lines = text.split("\n")
    units = [(at, unit) for at, line in enumerate(lines) for unit in split_sentences(line)]
    held = [len(set(find_terms(unit)) & set(terms)) for _, unit in units]
    order = sorted(range(len(units)), key=lambda i: (-held[i], i))
    chosen: set[int] = set()
    size = 0
    for i in order:
        if size + len(units[i][1]) > LONG and chosen:
            continue
        chosen |= {i, *leads_in(units, i)}
        size = sum(len(units[j][1]) for j in chosen)
    return join_units([units[i] for i in sorted(chosen)])


def leads_in(units: list[tuple[int, str]], i: int) -> list[int]:
    """The nearest unit above that ends with a colon: without it an item says nothing."""
    above = next((j for j in range(i - 1, -1, -1) if units[j][1].rstrip().endswith(":")), None)
    return [above] if above is not None and units[above][0] != units[i][0] else []


def join_units(units: list[tuple[int, str]]) -> str:
    made = ""
    line = -1
    for at, unit in units:
        made += unit if not made else f"{' ' if at == line else chr(10)}{unit}"
        line = at
    return made


def find_spans(text: str, terms: Collection[str]) -> tuple[tuple[int, int], ...]:
    wanted = set(terms)
    return tuple(word.span() for word in _WORD.finditer(text) if wanted & set(find_terms(word.group())))
