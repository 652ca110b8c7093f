"""The labelled questions are what they claim to be: their evidence exists, and the two halves share nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from knowledge.catalogue import Catalogue

HERE = Path(__file__).parent
MATERIALS = Path(__file__).parents[2] / "knowledge" / "materials"
HALVES = ("tune", "measured")


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def squeeze(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def halves() -> dict[str, list[dict[str, Any]]]:
    return {half: read_lines(HERE / "questions" / f"{half}.jsonl") for half in HALVES}


@pytest.fixture(scope="module")
def passages() -> list[tuple[str, str]]:
    catalogue = Catalogue.read([MATERIALS])
    return [(passage.locale, squeeze(passage.text)) for passage in catalogue.passages]


def answerable(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row.get("answerable", True)]


@pytest.mark.parametrize("half", HALVES)
def test_every_evidence_is_in_a_passage(
    half: str, halves: dict[str, list[dict[str, Any]]], passages: list[tuple[str, str]]
) -> None:
    texts = {squeeze(text) for row in answerable(halves[half]) for text in row["evidence"]}
    assert [text for text in sorted(texts) if not any(text in passage for _, passage in passages)] == []


@pytest.mark.parametrize("half", HALVES)
def test_every_question_can_be_answered_in_both_languages(
    half: str, halves: dict[str, list[dict[str, Any]]], passages: list[tuple[str, str]]
) -> None:
    for row in answerable(halves[half]):
        found = {locale for locale, text in passages for part in row["evidence"] if squeeze(part) in text}
        assert found == {"lv", "en"}, row["id"]


@pytest.mark.parametrize("half", HALVES)
def test_no_evidence_is_so_short_that_many_passages_hold_it(
    half: str, halves: dict[str, list[dict[str, Any]]], passages: list[tuple[str, str]]
) -> None:
    for row in answerable(halves[half]):
        right = [text for _, text in passages if any(squeeze(part) in text for part in row["evidence"])]
        assert len(right) <= 12, row["id"]


def test_the_halves_share_no_question_and_no_evidence(halves: dict[str, list[dict[str, Any]]]) -> None:
    questions = [row["question"].casefold() for rows in halves.values() for row in rows]
    assert [text for text, count in Counter(questions).items() if count > 1] == []
    topics = [{row["id"].rpartition("-")[0] for row in answerable(halves[half])} for half in HALVES]
    assert not topics[0] & topics[1]
    evidence = [{part for row in answerable(halves[half]) for part in row["evidence"]} for half in HALVES]
    assert not evidence[0] & evidence[1]


def test_ids_are_unique_and_locales_known(halves: dict[str, list[dict[str, Any]]]) -> None:
    rows = [row for half in halves.values() for row in half]
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["locale"] for row in rows} == {"lv", "en", "ru"}


def test_the_set_is_large_and_mostly_latvian(halves: dict[str, list[dict[str, Any]]]) -> None:
    for rows in halves.values():
        counts = Counter(row["locale"] for row in answerable(rows))
        assert counts.total() >= 200
        assert 0.65 <= counts["lv"] / counts.total() <= 0.75
        assert len(rows) - counts.total() >= 60
