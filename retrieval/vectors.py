"""Vectors that were computed once and need never be computed again, kept by the text they stand for."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Encoder, Matrix

KEY_BYTES = 16
FEW = 200
BATCH = 64
"""Texts encoded between two saves: a build that is killed loses seconds of work."""

Progress = Callable[[str], None]


def key_of(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=KEY_BYTES).digest()


class VectorStore:
    """Vectors of one encoder in memory, in half precision, and the files they come from.

    Half precision is kept everywhere, so that a vector is the same whether it was shipped or encoded here.
    """

    def __init__(self) -> None:
        self._vectors: dict[bytes, NDArray[np.float16]] = {}

    def __len__(self) -> int:
        return len(self._vectors)

    def __contains__(self, text: str) -> bool:
        return key_of(text) in self._vectors

    def read(self, path: Path) -> None:
        """Add what `path` holds. A damaged file counts as empty: its vectors are encoded again."""
        try:
            with np.load(path) as saved:
                keys, vectors = saved["keys"], saved["vectors"]
        except (OSError, ValueError, KeyError, EOFError):
            return
        except Exception as error:  # zipfile and zlib raise their own for a file cut short
            if type(error).__module__ not in ("zipfile", "zlib"):
                raise
            return
        self._vectors.update((bytes(key), vector) for key, vector in zip(keys, vectors, strict=True))

    def add(self, texts: Sequence[str], vectors: Matrix) -> None:
        half = vectors.astype(np.float16)
        self._vectors.update((key_of(text), row) for text, row in zip(texts, half, strict=True))

    def take(self, texts: Sequence[str], dimensions: int) -> Matrix:
        """Rows of unit length for `texts`, all of which must be here."""
        rows = np.zeros((len(texts), dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = self._vectors[key_of(text)]
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        np.divide(rows, norms, out=rows, where=norms > 0)
        return rows

    def write(self, path: Path, texts: Iterable[str]) -> None:
        """Save the vectors of `texts` in one file, whole or not at all; the same texts give the same bytes."""
        keys = sorted({key_of(text) for text in texts})
        vectors = np.stack([self._vectors[key] for key in keys]) if keys else np.zeros((0, 0), np.float16)
        path.parent.mkdir(parents=True, exist_ok=True)
        flat = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(len(keys), KEY_BYTES)
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=".vectors-", suffix=".npz")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, keys=flat, vectors=vectors)
                file.flush()
                os.fsync(file.fileno())
            Path(scratch).replace(path)
        finally:
            Path(scratch).unlink(missing_ok=True)


def map_array(path: Path) -> NDArray[Any]:
    """Mapped into memory, as a plain array: each look into numpy's own kind of mapped array costs microseconds."""
    return np.asarray(np.load(path, mmap_mode="r"))


def centre(vectors: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without what all have in common, and of unit length again: e5's vectors all point the same way, and those
    that point most that way come first whatever is asked."""
    moved = np.asarray(vectors - mean, dtype=np.float32)
    norms = np.linalg.norm(moved, axis=-1, keepdims=True)
    made: NDArray[np.float32] = np.divide(moved, norms, out=np.zeros_like(moved), where=norms > 1e-9)
    return made


def centre_by_language(
    vectors: NDArray[np.float32],
    languages: NDArray[np.str_],
    priors: Mapping[str, NDArray[np.float32]] | None = None,
) -> NDArray[np.float32]:
    """Each without the mean of its language, so that none is nearer for the language it is in. Where a language
    may have few, `priors` has a mean for it that counts as FEW more of them."""
    made = vectors.copy()
    for language in np.unique(languages):
        rows = languages == language
        mean = vectors[rows].mean(axis=0)
        if priors and language in priors:
            mean = (vectors[rows].sum(axis=0) + FEW * priors[language]) / (rows.sum() + FEW)
        made[rows] = centre(vectors[rows], mean)
    return made


def file_name(encoder: Encoder) -> str:
    safe = "".join(letter if letter.isalnum() or letter in "-._" else "-" for letter in encoder.name)
    return f"vectors-{safe}.npz"


def encode_missing(
    store: VectorStore, texts: Sequence[str], encoder: Encoder, folder: Path, progress: Progress
) -> int:
    """Encode those of `texts` that `store` lacks, saving as it goes; how many there were."""
    missing = [text for text in dict.fromkeys(texts) if text not in store]
    # Texts of like length in one batch waste no padding, and the time left can be told from the characters.
    missing.sort(key=len)
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        store.add(batch, encoder.encode_passages(batch))
        store.write(folder / f"part-{key_of(batch[0]).hex()}.npz", batch)
        progress(f"Encoded {start + len(batch)} of {len(missing)} new pieces of text.")
    return len(missing)
