"""Building the index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from knowledge.catalogue import Catalogue
from retrieval.encoder import Encoder
from retrieval.vectors import VectorStore, encode_missing, file_name
from retrieval.windows import whole

Progress = Callable[[str], None]


def build_index(catalogue: Catalogue, encoder: Encoder, folder: Path, progress: Progress) -> None:
    store = VectorStore()
    kept = folder / file_name(encoder)
    store.read(kept)
    for part in folder.glob("part-*.npz"):
        store.read(part)
    texts = [whole(passage) for passage in catalogue.passages]
    if encode_missing(store, texts, encoder, folder, progress) or not kept.exists():
        store.write(kept, texts)
    for part in folder.glob("part-*.npz"):
        part.unlink()
