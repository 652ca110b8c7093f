"""The invented documents that weights are fitted on too, so that they hold not only for the shipped ones."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from knowledge.catalogue import Catalogue
from retrieval.evaluation import squeeze
from retrieval.fitting.trial import find_documents

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in (HERE / "developed").glob("*.jsonl"))
MATERIALS = HERE.parents[1] / "knowledge" / "materials"


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def rows(name: str) -> list[dict[str, Any]]:
    return read_rows(HERE / "developed" / f"{name}.jsonl")


def test_every_evidence_is_in_a_passage(name: str, rows: list[dict[str, Any]]) -> None:
    passages = [
        squeeze(passage.text)
        for passage in Catalogue.read([find_documents(HERE / "developed" / f"{name}.jsonl")]).passages
    ]
    wanted = {squeeze(part) for row in rows for part in row.get("evidence", [])}
    assert [part for part in sorted(wanted) if not any(part in text for text in passages)] == []


def test_all_three_languages_ask_and_some_of_it_cannot_be_answered(rows: list[dict[str, Any]]) -> None:
    counts = Counter(row["locale"] for row in rows if row.get("answerable", True))
    assert counts["lv"] >= 0.5 * counts.total()
    assert min(counts["en"], counts["ru"]) >= 0.1 * counts.total()
    assert len(rows) - counts.total() >= 15
    assert len({row["id"] for row in rows}) == len({row["question"].casefold() for row in rows}) == len(rows)


@pytest.mark.parametrize("name", ["plan", "survey"])
def test_a_third_of_what_one_document_is_asked_cannot_be_answered(name: str) -> None:
    rows = read_rows(HERE / "developed" / f"{name}.jsonl")
    counts = Counter(row["locale"] for row in rows if row.get("answerable", True))
    assert counts == {"lv": 100, "en": 45, "ru": 35}
    assert len(rows) - counts.total() == 60


def test_nothing_of_them_is_measured_or_shipped(name: str, rows: list[dict[str, Any]]) -> None:
    told = [*(HERE / "questions").glob("*.jsonl"), *(HERE / "unseen").glob("*.jsonl")]
    others = {row["question"].casefold() for path in told for row in read_rows(path)}
    assert not others & {row["question"].casefold() for row in rows}
    shipped = [path.read_text(encoding="utf-8") for path in MATERIALS.rglob("*.md")]
    for document in Catalogue.read([find_documents(HERE / "developed" / f"{name}.jsonl")]).documents:
        assert not [text for text in shipped if document.title in text]
