"""Latvian as it is typed on a phone gets its diacritics back; everything else stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.diacritics import Diacritics

TEXTS = [
    "Iestāde atbild par kompetences centru.",
    "Latvijā ir pašvaldības. Latvija ir maza.",
    "Iestādē ir iestāde.",
]


@pytest.fixture(scope="module")
def diacritics(tmp_path_factory: pytest.TempPathFactory) -> Diacritics:
    folder = tmp_path_factory.mktemp("words")
    Diacritics.learn(TEXTS).save(folder)
    return Diacritics.load(folder)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kura iestade atbild", "kura iestāde atbild"),
        ("Kadas pasvaldibas palidz?", "Kādas pašvaldības palīdz?"),
        ("vai mes varam pieteikties", "vai mēs varam pieteikties"),
        ("no ka sakt ar NVO", "no kā sākt ar NVO"),
    ],
)
def test_marks_are_given_back(diacritics: Diacritics, typed: str, meant: str) -> None:
    assert diacritics.restore(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "kāda iestade",
        "what are the plans of the centre",
        "plans",
        "какой план",
        "latvija ir maza",
        "",
        "💩 \x00",
        "4.4.1.1",
    ],
)
def test_what_is_marked_or_not_latvian_stays(diacritics: Diacritics, text: str) -> None:
    assert diacritics.restore(text) == text


def test_words_of_the_materials_come_before_the_dictionary() -> None:
    assert Diacritics.learn(["Šķūnēšana"]).restore("kas ir skunesana") == "kas ir šķūnēšana"


def test_without_any_text_the_dictionary_is_enough(tmp_path: Path) -> None:
    Diacritics.learn([]).save(tmp_path)
    assert Diacritics.load(tmp_path).restore("kas ir biedriba") == "kas ir biedrība"
