"""A large library made from the shipped one: its texts with words exchanged, its vectors with noise."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.catalogue import Catalogue
from knowledge.passage import Passage
from retrieval.building import SHIPPED
from retrieval.diacritics import list_forms
from retrieval.encoder import Encoder, Matrix, Vector
from retrieval.vectors import VectorStore, file_name
from retrieval.windows import windows

EXCHANGED = 0.3
"""Of a text's words: by other Latvian forms, drawn so that few are frequent and most are rare."""


class Words:
    """Latvian forms, the r-th about as frequent as 1/r."""

    def __init__(self) -> None:
        self._forms = sorted(form for forms in list_forms().values() for form in forms)
        np.random.default_rng(3).shuffle(self._forms)

    def exchange(self, text: str, random: np.random.Generator) -> str:
        pieces = text.split(" ")
        ranks = len(self._forms) ** random.random(len(pieces)) - 1
        exchanged = random.random(len(pieces)) < EXCHANGED
        for i in np.flatnonzero(exchanged):
            if pieces[i].isalpha():
                pieces[i] = self._forms[int(ranks[i])]
        return " ".join(pieces)


def make_catalogue(size: int) -> Catalogue:
    """About `size` passages. A document and its translation are copied together: passages keep their twins. How
    they are asked for is told by hand, and so of the first copy alone."""
    passages = list(itertools.islice(copy_passages(Catalogue.read([SHIPPED]).passages), size))
    return Catalogue((), tuple(sorted(passages, key=lambda one: one.document)), (), (), {})


def copy_passages(shipped: Sequence[Passage]) -> Iterator[Passage]:
    matters = [(matter, list(own)) for matter, own in itertools.groupby(sorted(shipped, key=matter_of), matter_of)]
    words, random = Words(), np.random.default_rng(5)
    for copy in itertools.count():
        for matter, own in matters:
            for passage in own:
                yield dataclasses.replace(
                    passage,
                    document=f"{passage.locale}/{matter}-{copy}",
                    text=words.exchange(passage.text, random),
                    content_hash=f"{passage.content_hash}-{copy}",
                    asked=passage.asked if copy == 0 else (),
                )


def matter_of(passage: Passage) -> str:
    return passage.document.partition("/")[2]


class ShapedEncoder:
    """Passages' vectors are those of shipped ones with noise of their covariance, and nothing is encoded.

    The noise is as large as makes a vector as near to the one it was made from as a shipped one is to its nearest
    of another document. Questions are encoded as the product does.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.dimensions = encoder.name, encoder.dimensions
        passages = Catalogue.read([SHIPPED]).passages
        texts = [windows(passage) for passage in passages]
        store = VectorStore()
        store.read(SHIPPED / file_name(encoder))
        self._own = store.take([text for several in texts for text in several], self.dimensions)
        documents = np.repeat([matter_of(passage) for passage in passages], [len(several) for several in texts])
        values, directions = np.linalg.eigh(np.cov(self._own.T))
        self._spread = (directions * np.sqrt(np.maximum(values, 0))).astype(np.float32).T
        self._noise = measure_noise(self._own, documents)

    def encode_query(self, text: str) -> Vector:
        return self._encoder.encode_query(text)

    def encode_passages(self, texts: Sequence[str]) -> Matrix:
        seed = hashlib.blake2b("\0".join(texts).encode(), digest_size=8).digest()
        return self.make(len(texts), np.random.default_rng(int.from_bytes(seed)))

    def make(self, count: int, random: np.random.Generator) -> Matrix:
        chosen = self._own[random.integers(len(self._own), size=count)]
        noise = random.standard_normal((count, self.dimensions), dtype=np.float32) @ self._spread
        made: Matrix = chosen + self._noise * noise
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        return made


def measure_noise(vectors: Matrix, documents: NDArray[np.str_]) -> float:
    """Of noise drawn with the vectors' covariance, whose squared length is its trace on average."""
    cosines = vectors @ vectors.T
    cosines[documents[:, None] == documents[None, :]] = -1
    squared_distance = 2 - 2 * float(np.median(cosines.max(axis=1)))
    return float(np.sqrt(squared_distance / np.trace(np.cov(vectors.T))))
