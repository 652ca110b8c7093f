"""The document no weight was fitted on, and the questions asked of it alone."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

UNSEEN = Path(__file__).parent / "unseen"
MATERIALS = Path(__file__).parents[2] / "knowledge" / "materials"


def squeeze(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def report() -> str:
    return squeeze((UNSEEN / "report.lv.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    lines = (UNSEEN / "unseen.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_evidence_is_in_the_report(report: str, rows: list[dict[str, Any]]) -> None:
    wanted = [part for row in rows for part in row.get("evidence", [])]
    assert [part for part in wanted if squeeze(part) not in report] == []


def test_each_evidence_occurs_once(report: str, rows: list[dict[str, Any]]) -> None:
    wanted = {part for row in rows for part in row.get("evidence", [])}
    assert [part for part in sorted(wanted) if report.count(squeeze(part)) != 1] == []


def test_the_set_is_as_large_as_promised(rows: list[dict[str, Any]]) -> None:
    counts = Counter(row["locale"] for row in rows if row.get("answerable", True))
    assert counts["lv"] >= 60
    assert counts["en"] >= 10
    assert counts["ru"] >= 10
    assert sum(not row.get("answerable", True) for row in rows) >= 20
    assert len({row["id"] for row in rows}) == len(rows)


def test_the_report_says_that_it_is_invented_and_stays_out_of_the_catalogue(report: str) -> None:
    assert "Testa dokuments." in report
    assert "pilnībā izdomāti" in report
    assert not [path for path in MATERIALS.rglob("*.md") if "Liepavot" in path.read_text(encoding="utf-8")]
