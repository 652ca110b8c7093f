"""A slip is put right if that makes it a word of the materials, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.spelling import LETTERS, Spelling, list_neighbours

TEXTS = [
    "Kompetences centrs. Kompetences centrs palīdz.",
    "Sociālā inovācija, sociālā inovācija",
    "Projekts Projekts",
]


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling.learn(TEXTS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ko dara kompetnces centrs", "ko dara kompetences centrs"),
        ("soicala inovcija", "sociala inovacija"),
        ("Komppetences", "kompetences"),
        ("kas ir projejts?", "kas ir projekts?"),
    ],
)
def test_one_slip_in_a_word_is_put_right(spelling: Spelling, typed: str, meant: str) -> None:
    assert spelling.correct(typed) == meant


@pytest.mark.parametrize(
    "text",
    ["", "projekta", "inovācijas", "projects", "centri", "что такое", "asdf qwer", "ESF-SI-2023-NCC-01", "😀" * 9],
)
def test_known_words_short_words_and_other_letters_are_left_alone(spelling: Spelling, text: str) -> None:
    assert spelling.correct(text) == text


def test_another_prefix_is_no_slip() -> None:
    assert Spelling.learn(["iestājas iestājas"]).correct("partneris izstājas") == "partneris izstājas"


def test_a_word_that_occurs_once_is_not_what_was_meant() -> None:
    assert Spelling.learn(["Kompetences"]).correct("kompetnces") == "kompetnces"


def test_what_was_saved_puts_the_same_right(spelling: Spelling, tmp_path: Path) -> None:
    spelling.save(tmp_path)
    assert Spelling.load(tmp_path).correct("kompetnces") == "kompetences"


def test_without_materials_nothing_is_put_right() -> None:
    assert Spelling.learn([]).correct("kompetnces centrs") == "kompetnces centrs"


@given(st.text(alphabet=LETTERS, min_size=1, max_size=12))
def test_being_one_slip_apart_is_mutual(word: str) -> None:
    assert all(word in list_neighbours(other) for other in list(list_neighbours(word))[:20])


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    spelling = Spelling.learn(TEXTS)
    assert spelling.correct(spelling.correct(text)) == spelling.correct(text)
