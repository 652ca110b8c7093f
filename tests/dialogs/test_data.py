"""The dialogues name only calls, documents and codes that exist, and enough of them change course."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.catalogue import Catalogue
from knowledge.vocabulary import load_vocabularies

HERE = Path(__file__).parent
MATERIALS = Path(__file__).parents[2] / "knowledge" / "materials"
KEYS = {
    "kind", "not_kind", "says", "not_says", "calls", "not_calls", "first_call", "source", "buttons", "form",
    "asks", "owner", "reason", "locale",
}  # fmt: skip
ASKED = {None, "applicant", "region", "stage", "theme", "matter", "contact", "consent", "confirm"}
CONSULTED = {"applicant": "applicant", "region": "region", "stage": "stage", "theme": "theme"}
IN_WORDS = {"matter", "contact"}
"""What the form keeps as it was said."""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def read_files() -> dict[str, list[dict[str, Any]]]:
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(HERE.glob("*.yml"))}


def expectations() -> Iterator[dict[str, Any]]:
    for dialogue in (dialogue for dialogues in read_files().values() for dialogue in dialogues):
        yield from (turn.get("gets", {}) for turn in dialogue["turns"])


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.read([MATERIALS])


def test_there_are_enough_and_a_third_change_course() -> None:
    files = read_files()
    names = [dialogue["name"] for dialogues in files.values() for dialogue in dialogues]
    assert len(names) >= 80
    assert len(set(names)) == len(names)
    assert len(files["interruptions"]) >= 40


def test_every_turn_says_or_presses_and_expects_something_known() -> None:
    for dialogue in (dialogue for dialogues in read_files().values() for dialogue in dialogues):
        for turn in dialogue["turns"]:
            assert ("says" in turn) != ("presses" in turn), dialogue["name"]
            assert turn["gets"], dialogue["name"]
            assert set(turn["gets"]) <= KEYS, dialogue["name"]


def test_every_call_and_source_exists(catalogue: Catalogue) -> None:
    calls = {call.id for call in catalogue.calls}
    documents = {document.id for document in catalogue.documents}
    for gets in expectations():
        named = [call for key in ("calls", "not_calls", "first_call") for call in as_list(gets.get(key, []))]
        assert set(named) <= calls, named
        assert set(as_list(gets.get("source", []))) <= documents


def test_every_form_names_known_questions_and_codes() -> None:
    vocabularies = load_vocabularies()
    for gets in expectations():
        assert set(as_list(gets.get("asks"))) <= ASKED
        for name, value in (gets.get("form") or {}).items():
            assert name in {*CONSULTED, *IN_WORDS}, name
            assert name in IN_WORDS or value in vocabularies[CONSULTED[name]].terms, value
