"""docs/security-asvs.md tells of every requirement of ASVS 5.0, level 2, once, and its evidence is there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from bot.settings import ROOT

PAGE = (ROOT / "docs" / "security-asvs.md").read_text("utf-8")
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2,
    "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1,
    "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4,
    "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1,
    "17.2": 4, "17.3": 2,
}  # fmt: skip
"""How many requirements of levels 1 and 2 each section has; they are its first ones. 253 in all."""
VERDICTS = {"holds", "partly", "open", "yours"}
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in PAGE.splitlines()
    if re.match(r"\| \d", line)
]
NAMED = sorted(
    set(re.findall(r"`((?:tests|bot|handoff|knowledge|docs|tools|requirements)/[^`]+|pyproject\.toml)`", PAGE))
)


def list_numbers() -> list[str]:
    return [f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)]


@cache
def functions_of(path: Path) -> frozenset[str]:
    found = ast.walk(ast.parse(path.read_text("utf-8")))
    return frozenset(one.name for one in found if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_requirement_is_told_of_once() -> None:
    absent = [
        number
        for line in re.findall(r"^Not here: (.*(?:\n.+)?)$", PAGE, re.MULTILINE)
        for number in re.findall(r"\d+\.\d+\.\d+", line)
    ]
    told = Counter([row[0] for row in ROWS] + absent)
    assert set(told) == set(list_numbers())
    assert [number for number, times in told.items() if times > 1] == []
    assert len(told) == 253


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_line_has_a_verdict_and_evidence(row: list[str]) -> None:
    _, asks, verdict, how, evidence = row if len(row) == 5 else [*row[:3], "", row[-1]]
    assert asks
    assert verdict in VERDICTS
    assert "`" in evidence
    assert how or verdict == "holds", "what is missing is said"


@pytest.mark.parametrize("name", NAMED)
def test_evidence_is_there(name: str) -> None:
    path, _, test = name.partition("::")
    assert (ROOT / path).exists()
    assert not test or test in functions_of(ROOT / path)


def test_most_lines_that_hold_are_held_by_a_test() -> None:
    holding = [row[-1] for row in ROWS if row[2] == "holds"]
    assert sum("tests/" in evidence for evidence in holding) > 0.7 * len(holding)


def test_the_counts_at_the_top_are_those_of_the_tables() -> None:
    counted = Counter(row[2] for row in ROWS)
    holds, partly, left, yours = (counted[verdict] for verdict in ("holds", "partly", "open", "yours"))
    told = f"{holds} hold, {partly} partly, {left} are open, {yours} are yours."
    assert f"Of 253, {253 - len(ROWS)} are not here; {told}" in PAGE
