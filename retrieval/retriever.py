"""Finding the answer: question -> ranked passages, or an honest "not here"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from knowledge.catalogue import Catalogue
from knowledge.document import Kind
from knowledge.passage import Passage
from retrieval.encoder import Encoder, Vector


@dataclass(frozen=True, slots=True)
class Hit:
    passage: Passage
    score: float


class Decision(StrEnum):
    ANSWER = "answer"
    SUGGEST = "suggest"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a passage that answers: whole sentences, items or rows of `hit.passage.text`.

    `highlights` are half-open character spans of `text`.
    """

    hit: Hit
    text: str
    highlights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """ANSWER: `excerpts` has one to three, best first. SUGGEST: they are what might be meant. NONE: nothing
    here answers. `confidence` is the calibrated probability (0 to 1) that the first excerpt answers.
    `locale` is the language of the first excerpt.
    """

    decision: Decision
    confidence: float
    excerpts: tuple[Excerpt, ...]
    locale: str


class Retriever:
    """Immutable once loaded and safe to share between threads; a rebuilt index is another Retriever."""

    @classmethod
    def load(cls, catalogue: Catalogue, encoder: Encoder, folder: Path) -> Retriever:
        """Open the index in `folder`. Raises IndexMismatch if it was built with another encoder or catalogue."""
        raise NotImplementedError

    def encode(self, question: str) -> Vector:
        """The question's vector, to be computed once a message and passed to `search`, `ask` and NLU."""
        raise NotImplementedError

    def search(
        self,
        query: str,
        *,
        locale: str | None = None,
        kinds: Sequence[Kind] = (),
        k: int = 10,
        vector: Vector | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[Hit]:
        """The k best passages. `locale` prefers, never excludes. `documents` (keys) limits before the search."""
        raise NotImplementedError

    def ask(
        self,
        question: str,
        *,
        locale: str,
        vector: Vector | None = None,
        kinds: Sequence[Kind] = (),
    ) -> Finding:
        raise NotImplementedError
