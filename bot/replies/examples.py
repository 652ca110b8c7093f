"""Rasa's training examples as a fallback for Rasa: the intent of the example that is spelled most alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from bot.nlu.text import tokenize

FOLDER = Path(__file__).resolve().parent.parent / "training" / "nlu"
ALIKE = 0.5
"""Share of common letter triples (Dice) from which two messages are taken to mean the same."""


@dataclass(frozen=True)
class Examples:
    """`places` lists, for each triple of letters, the examples that have it; `sizes` how many each has."""

    intents: list[str]
    sizes: list[int]
    places: dict[str, list[int]]

    def nearest(self, text: str) -> tuple[str, float] | None:
        """The intent, and how alike its example is (0 to 1)."""
        said = triples(text)
        common = Counter(place for triple in said for place in self.places.get(triple, ()))
        scored = ((2 * count / (len(said) + self.sizes[place]), place) for place, count in common.items())
        score, place = max(scored, default=(0.0, -1))
        return (self.intents[place], score) if place >= 0 else None


def triples(text: str) -> set[str]:
    padded = "".join(f" {token.text} " for token in tokenize(text)).replace("  ", " ")
    return {padded[place : place + 3] for place in range(len(padded) - 2)}


def read_examples() -> Iterator[tuple[str, str]]:
    for path in sorted(FOLDER.rglob("*.yml")):
        for item in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            for line in item["examples"].splitlines():
                yield line.removeprefix("- "), item["intent"]


@cache
def load_examples() -> Examples:
    intents, sizes, places = [], [], defaultdict(list)
    for place, (text, intent) in enumerate(read_examples()):
        found = triples(text)
        intents.append(intent)
        sizes.append(len(found))
        for triple in found:
            places[triple].append(place)
    return Examples(intents, sizes, dict(places))
