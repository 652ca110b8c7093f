"""Questions that people ask and the helpdesk cannot answer: examples to know the next one by.

The tables in `elsewhere/` hold one a line, after its language: what other offices do (`services`), what has
nothing to do with us (`everyday`), and what is near our field and not in the materials (`near`). A question
nearer to one of them than to any way a passage is asked for is likely to have no answer here.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from retrieval.encoder import Matrix
from retrieval.vectors import centre_by_language

TABLES = Path(__file__).parent / "elsewhere"
VECTORS = "elsewhere.npy"


@lru_cache(maxsize=1)
def read_unanswered() -> tuple[tuple[str, str], ...]:
    """Language and question of each."""
    lines = [line for table in sorted(TABLES.glob("*.tsv")) for line in table.read_text("utf-8").splitlines()]
    return tuple((language, question) for language, _, question in (line.partition("\t") for line in lines))


def list_unanswered() -> list[str]:
    return [question for _, question in read_unanswered()]


def unanswered_digest() -> str:
    """An index holds their vectors: it is of the tables as they were then."""
    return hashlib.sha256("\n".join(map("\t".join, read_unanswered())).encode()).hexdigest()


def write_unanswered(vectors: Matrix, fresh: Path) -> None:
    """`vectors`: a row for each, in order."""
    languages = np.array([language for language, _ in read_unanswered()], dtype="U2")
    np.save(fresh / VECTORS, centre_by_language(vectors, languages, vectors.mean(axis=0)))
