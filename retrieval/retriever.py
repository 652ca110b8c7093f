"""Finding the answer: question -> ranked passages, or an honest "not here"."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import faiss
import numpy as np

from knowledge.catalogue import Catalogue
from knowledge.document import Kind
from knowledge.passage import Passage
from retrieval.encoder import Encoder, Vector
from retrieval.errors import IndexMissing
from retrieval.text import fold, split_units
from retrieval.vectors import VectorStore, file_name
from retrieval.windows import whole


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

    def __init__(self, catalogue: Catalogue, encoder: Encoder, vectors: np.ndarray) -> None:
        self._passages = catalogue.passages
        self._encoder = encoder
        self._index = faiss.IndexFlatIP(encoder.dimensions)
        self._index.add(vectors)
        self._mean = vectors.mean(axis=0) if len(vectors) else np.zeros(encoder.dimensions, np.float32)
        self._terms = [Counter(terms(f"{passage.context} {passage.text}")) for passage in self._passages]
        frequency = Counter(term for counted in self._terms for term in counted)
        self._idf = {term: math.log(1 + len(self._terms) / n) for term, n in frequency.items()}

    @classmethod
    def load(cls, catalogue: Catalogue, encoder: Encoder, folder: Path) -> Retriever:
        """Open the index in `folder`. Raises IndexMismatch if it was built with another encoder or catalogue."""
        store = VectorStore()
        store.read(folder / file_name(encoder))
        texts = [whole(passage) for passage in catalogue.passages]
        if any(text not in store for text in texts):
            raise IndexMissing(
                f"The index in {folder} does not hold these materials: build it with `helpdesk index`."
            )
        return cls(catalogue, encoder, store.take(texts, encoder.dimensions))

    def encode(self, question: str) -> Vector:
        """The question's vector, to be computed once a message and passed to `search`, `ask` and NLU."""
        return self._encoder.encode_query(question)

    def _scores(self, query: str, vector: Vector) -> np.ndarray:
        n = self._index.ntotal
        found, places = self._index.search(vector[None, :].astype(np.float32), n)
        dense = np.zeros(n, np.float32)
        dense[places[0]] = found[0]
        asked = Counter(terms(query))
        most = sum(self._idf.get(term, math.log(1 + n)) for term in asked) or 1.0
        lexical = np.array([sum(self._idf[t] for t in asked if t in held) / most for held in self._terms])
        return np.asarray((dense - 0.8) * 4 + 0.5 * lexical)

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
        if not query.strip() or not self._passages:
            return []
        scores = self._scores(query, self.encode(query) if vector is None else vector)
        allowed = set(documents) if documents is not None else None
        for place, passage in enumerate(self._passages):
            if (kinds and passage.kind not in kinds) or (allowed is not None and passage.document not in allowed):
                scores[place] = -np.inf
            elif locale and passage.locale == locale:
                scores[place] += 0.1
        order = np.argsort(-scores)[:k]
        return [Hit(self._passages[i], float(scores[i])) for i in order if np.isfinite(scores[i])]

    def ask(
        self,
        question: str,
        *,
        locale: str,
        vector: Vector | None = None,
        kinds: Sequence[Kind] = (),
    ) -> Finding:
        hits = self.search(question, locale=locale, kinds=kinds, k=3, vector=vector)
        if not hits:
            return Finding(Decision.NONE, 0.0, (), locale)
        confidence = 1 / (1 + math.exp(-8 * (hits[0].score - 0.55)))
        excerpts = tuple(
            Excerpt(hit, "\n".join(split_units(hit.passage.text)), ())
            for hit in hits
            if hit.score > hits[0].score - 0.15
        )
        decision = (
            Decision.ANSWER if confidence > 0.5 else Decision.SUGGEST if confidence > 0.35 else Decision.NONE
        )
        shown = excerpts if decision is not Decision.NONE else ()
        return Finding(decision, confidence, shown, hits[0].passage.locale)


def terms(text: str) -> list[str]:
    return [word[:5] for word in re.findall(r"\w{3,}", fold(text))]
