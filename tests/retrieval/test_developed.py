"""The invented documents that weights are fitted on too, so that they hold not only for the shipped ones."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from knowledge.catalogue import Catalogue

HERE = Path(__file__).parent
NAMES = ("plan", "survey")
MATERIALS = HERE.parents[1] / "knowledge" / "materials"


def squeeze(text: str) -> str:
    return " ".join(text.split())


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
        squeeze(passage.text) for passage in Catalogue.read([HERE / "developed" / f"{name}.lv.md"]).passages
    ]
    wanted = {squeeze(part) for row in rows for part in row.get("evidence", [])}
    assert [part for part in sorted(wanted) if not any(part in text for text in passages)] == []


def test_a_third_cannot_be_answered_and_all_three_languages_ask(rows: list[dict[str, Any]]) -> None:
    counts = Counter(row["locale"] for row in rows if row.get("answerable", True))
    assert counts == {"lv": 100, "en": 45, "ru": 35}
    assert len(rows) - counts.total() == 60
    assert len({row["id"] for row in rows}) == len({row["question"].casefold() for row in rows}) == len(rows)


def test_nothing_of_them_is_measured_or_shipped(name: str, rows: list[dict[str, Any]]) -> None:
    told = [*(HERE / "questions").glob("*.jsonl"), *(HERE / "unseen").glob("*.jsonl")]
    others = {row["question"].casefold() for path in told for row in read_rows(path)}
    assert not others & {row["question"].casefold() for row in rows}
    title = (HERE / "developed" / f"{name}.lv.md").read_text(encoding="utf-8").splitlines()[0]
    assert not [path for path in MATERIALS.rglob("*.md") if title in path.read_text(encoding="utf-8")]
