"""Opening a built index: all that candidates are gathered from, most of it mapped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from knowledge.catalogue import Catalogue
from knowledge.passage import Passage
from retrieval.building import FIELDS
from retrieval.candidates import Candidates, Parts, own_rows
from retrieval.filters import pair_twins
from retrieval.lexical import LexicalIndex
from retrieval.nearest import Nearest
from retrieval.phrasings import Phrasings
from retrieval.unanswered import VECTORS as UNANSWERED
from retrieval.vectors import map_array


def open_candidates(catalogue: Catalogue, built: Path) -> Candidates:
    size = len(catalogue.passages)
    vectors, firsts = map_array(built / "vectors.npy"), np.load(built / "firsts.npy")
    parts = Parts(
        nearest=Nearest.load(built, vectors, own_rows(firsts)),
        vectors=vectors,
        firsts=firsts,
        headings=map_array(built / "headings.npy"),
        told=np.load(built / "told.npy") if size else np.zeros((0, 0), bool),
        fields={name: LexicalIndex.load(built / name, size) for name in FIELDS} if size else {},
        phrasings=Phrasings.load(built),
        unanswered=map_array(built / UNANSWERED),
        twins=pair_twins(catalogue.passages),
        demonstrations=np.array([is_demonstration(catalogue, passage) for passage in catalogue.passages], bool),
    )
    return Candidates(parts)


def is_demonstration(catalogue: Catalogue, passage: Passage) -> bool:
    document = catalogue.document(passage.document)
    return document is not None and document.demo
