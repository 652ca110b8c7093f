"""Our columns give the scores that bm25s gives."""

from __future__ import annotations

from pathlib import Path

import bm25s
import numpy as np
import pytest

from retrieval.lexical import LexicalIndex, find_best

WORDS = [f"w{number}" for number in range(50)]
RANDOM = np.random.default_rng(1)
DOCUMENTS = [[str(word) for word in RANDOM.choice(WORDS, RANDOM.integers(1, 30))] for _ in range(200)]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    LexicalIndex.build(DOCUMENTS).save(tmp_path / "terms")
    return LexicalIndex.load(tmp_path / "terms", len(DOCUMENTS))


@pytest.mark.parametrize("terms", [["w1"], ["w3", "w1", "w1", "nowhere"], WORDS])
def test_scores_are_those_of_bm25s(index: LexicalIndex, terms: list[str]) -> None:
    plain = bm25s.BM25(k1=1.2, b=0.6, method="lucene")
    plain.index(DOCUMENTS, show_progress=False)
    wanted = plain.get_scores([term for term in terms if term in WORDS])
    assert np.allclose(index.scores(terms), wanted, atol=1e-4)


@pytest.mark.parametrize("terms", [[], ["nowhere"], ["\0", "\ud800"]])
def test_unknown_terms_score_nothing(index: LexicalIndex, terms: list[str]) -> None:
    assert not index.scores(terms).any()
    assert [len(index.holders(term)) for term in terms] == [0] * len(terms)


def test_holders_are_the_documents_with_the_term(index: LexicalIndex) -> None:
    for word in WORDS:
        assert index.holders(word).tolist() == [i for i, held in enumerate(DOCUMENTS) if word in held]


def test_a_rarer_term_tells_more_and_an_unknown_one_most(index: LexicalIndex) -> None:
    rarest, commonest = sorted(WORDS, key=lambda word: len(index.holders(word)))[:: len(WORDS) - 1]
    unknown, rare, common = index.idf(["nowhere", rarest, commonest])
    assert unknown > rare > common


def test_documents_without_terms_are_kept_in_place() -> None:
    assert LexicalIndex.build([[], ["a"], []]).scores(["a"]).nonzero()[0].tolist() == [1]


@pytest.mark.parametrize("size", [0, 3, 100, 10_000])
@pytest.mark.parametrize("share", [0.0, 0.01, 1.0])
def test_the_best_are_found_without_sorting_all(size: int, share: float) -> None:
    random = np.random.default_rng(size)
    scores = (random.random(size) * (random.random(size) < share)).astype(np.float32)
    wanted = [i for i in np.argsort(-scores, kind="stable")[:40].tolist() if scores[i] > 0]
    assert find_best(scores, 40).tolist() == wanted
