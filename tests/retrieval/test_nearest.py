"""The rough look over many vectors finds what comparing all of them finds, and filters hold."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest

from retrieval.encoder import Matrix
from retrieval.nearest import EXACT_UP_TO, Nearest, make_index
from retrieval.vectors import map_array

DIMENSIONS = 64


def make_vectors(count: int) -> Matrix:
    """In clusters, as texts are."""
    random = np.random.default_rng(1)
    centres = random.standard_normal((200, DIMENSIONS), dtype=np.float32)
    made = centres[random.integers(200, size=count)]
    made += random.standard_normal((count, DIMENSIONS), dtype=np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def open_saved(vectors: Matrix, folder: Path) -> Nearest:
    np.save(folder / "vectors.npy", vectors)
    faiss.write_index(make_index(vectors, DIMENSIONS), str(folder / "vectors.faiss"))
    return Nearest.load(folder, map_array(folder / "vectors.npy"), np.arange(len(vectors)) // 2)


@pytest.fixture(scope="module", params=[50, 3000, EXACT_UP_TO + 2000])
def vectors(request: pytest.FixtureRequest) -> Matrix:
    return make_vectors(request.param)


@pytest.fixture(scope="module")
def nearest(vectors: Matrix, tmp_path_factory: pytest.TempPathFactory) -> Nearest:
    return open_saved(vectors, tmp_path_factory.mktemp("nearest"))


@pytest.mark.parametrize("share", [1.0, 0.5, 0.02, 0.0])
def test_the_nearest_of_those_allowed_are_found(vectors: Matrix, nearest: Nearest, share: float) -> None:
    allowed = np.random.default_rng(2).random(len(vectors) // 2) < share
    rows = np.flatnonzero(np.repeat(allowed, 2))
    found = [nearest.find(vector, 100, allowed) for vector in vectors[:20]]
    assert all(allowed[one // 2].all() for one in found)
    assert {len(one) for one in found} == {min(100, len(rows))}
    truth = [rows[np.argsort(-(vectors[rows] @ vector))[:10]] for vector in vectors[:20]]
    shared = [len(set(a) & set(b[:10])) for a, b in zip(truth, found, strict=True)]
    assert sum(shared) >= 0.98 * sum(len(one) for one in truth)


def test_the_nearest_come_first(vectors: Matrix, nearest: Nearest) -> None:
    cosines = vectors[nearest.find(vectors[7], 30, np.ones(len(vectors) // 2, bool))] @ vectors[7]
    assert cosines[0] == pytest.approx(1)
    assert (np.diff(cosines) <= 1e-6).all()
