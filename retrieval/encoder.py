"""Turning text into vectors: the port, and the encoder that comes packaged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""Shape (dimensions,), unit length."""
Matrix = NDArray[np.float32]
"""Shape (n, dimensions), rows of unit length."""


class Encoder(Protocol):
    """`name` identifies model and version: an index remembers it and refuses another."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def encode_query(self, text: str) -> Vector: ...

    def encode_passages(self, texts: Sequence[str]) -> Matrix: ...


def load_encoder(name: str) -> Encoder:
    """`packaged`, or any sentence-transformers model by name or path. Loading takes up to seconds."""
    raise NotImplementedError
