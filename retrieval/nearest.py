"""The pieces of text nearest to a question, among those that may be found.

A few thousand vectors are compared one by one. Of more, FAISS first looks over all in four bits for every two
dimensions, which takes a sixteenth of the memory and less than a tenth of the time, and only the best of those
are compared by their whole vectors.
"""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Matrix, Vector

EXACT_UP_TO = 10_000
"""Vectors that are searched one by one."""
LOOKED_OVER = 5
"""Times as many as are wanted that are compared exactly after the rough look: 99.6 % of the true 120 nearest of
100 000 are then found, and practically all of the true ten (docs/search-speed.md)."""
SLACK = 1.5
"""How many more than its share are looked at where a filter leaves only some of the vectors."""
MOST = 20_000
"""Looked at before those that the filter leaves are compared one by one instead."""
BLOCK = 65_536
Rows = NDArray[np.int64]


def make_index(vectors: Matrix, dimensions: int) -> faiss.Index:
    index: faiss.Index
    if len(vectors) <= EXACT_UP_TO or dimensions % 2:
        index = faiss.IndexFlatIP(dimensions)
    else:
        index = faiss.IndexPQFastScan(dimensions, dimensions // 2, 4, faiss.METRIC_INNER_PRODUCT)
        index.train(np.random.default_rng(7).choice(vectors, EXACT_UP_TO, replace=False))
    for start in range(0, len(vectors), BLOCK):
        index.add(np.ascontiguousarray(vectors[start : start + BLOCK], dtype=np.float32))
    return index


class Nearest:
    """`owners[row]` is whose vector it is: filters are of owners. Safe to share between threads."""

    def __init__(self, index: faiss.Index, vectors: Matrix, owners: Rows) -> None:
        self._index, self._vectors, self._owners = index, vectors, owners
        self._rough = not isinstance(index, faiss.IndexFlat)

    @classmethod
    def load(cls, built: Path, vectors: Matrix, owners: Rows) -> Nearest:
        """An exact index is mapped into memory, not read."""
        return cls(faiss.read_index(str(built / "vectors.faiss"), faiss.IO_FLAG_MMAP_IFC), vectors, owners)

    def find(self, vector: Vector, count: int, allowed: NDArray[np.bool_]) -> Rows:
        """At most `count` rows, nearest first, of owners that are allowed."""
        share = np.count_nonzero(allowed) / max(len(allowed), 1)
        pool = count * LOOKED_OVER if self._rough else count
        wanted = pool if share == 1 else int(pool / max(share, 1e-9) * SLACK) + 1
        if share > 0.1 or share * self._index.ntotal > EXACT_UP_TO:
            while wanted <= min(MOST, self._index.ntotal):
                rows = self._look_over(vector, wanted)
                kept = rows[allowed[self._owners[rows]]]
                if len(kept) >= pool:
                    return self._compare(vector, kept[:pool], count)
                wanted *= 4
        return self._compare(vector, np.flatnonzero(allowed[self._owners]), count)

    def _look_over(self, vector: Vector, wanted: int) -> Rows:
        rows: Rows = self._index.search(np.ascontiguousarray(vector[None, :], dtype=np.float32), wanted)[1][0]
        return rows[rows >= 0]

    def _compare(self, vector: Vector, rows: Rows, count: int) -> Rows:
        cosines = self._vectors[rows] @ vector
        return rows[np.argsort(-cosines, kind="stable")[:count]]
