"""Any sentence-transformers model by name or path: slower to load than the packaged one, but free to choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retrieval.encoder import Matrix, Vector, shorten
from retrieval.errors import EncoderUnavailable


class SentenceEncoder:
    """Uses the model's own prompts for queries and passages where it has them; e5 models get theirs by name."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EncoderUnavailable(
                f"HELPDESK_ENCODER is {name}, which needs sentence-transformers: run `make encoders`."
            ) from error
        try:
            self._model: Any = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError) as error:
            raise EncoderUnavailable(f"The encoder {name} cannot be loaded: {error}") from error
        self.name = name
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        prompts = self._model.prompts or {}
        e5 = "e5" in name.lower()
        self._query = prompts.get("query") or ("query: " if e5 else "")
        self._passage = prompts.get("passage") or prompts.get("document") or ("passage: " if e5 else "")

    def encode_query(self, text: str) -> Vector:
        return np.asarray(self._encode([self._query + shorten(text)])[0])

    def encode_passages(self, texts: Sequence[str]) -> Matrix:
        return self._encode([self._passage + text for text in texts])

    def _encode(self, texts: Sequence[str]) -> Matrix:
        made = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(made, dtype=np.float32)
