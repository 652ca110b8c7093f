"""Questions that people ask and the helpdesk cannot answer: examples to know the next one by.

The tables in `elsewhere/` hold one a line, after its language: what other offices do (`services`), what has
nothing to do with us (`everyday`), what is near our field and not in the materials (`near`), and all of it from
the places of different people (`voices`). A question nearer to one of them than to any way a passage is asked for
is likely to have no answer here.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Matrix, Vector
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


def find_means(vectors: Matrix) -> dict[str, Vector]:
    """By language, of what people ask about anything. `vectors`: a row for each, in order."""
    languages = find_languages()
    return {str(one): np.asarray(vectors[languages == one].mean(axis=0)) for one in np.unique(languages)}


def find_languages() -> NDArray[np.str_]:
    return np.array([language for language, _ in read_unanswered()], dtype="U2")


def write_unanswered(vectors: Matrix, fresh: Path) -> None:
    """`vectors`: a row for each, in order."""
    np.save(fresh / VECTORS, centre_by_language(vectors, find_languages()))
