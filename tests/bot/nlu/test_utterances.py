"""The utterances that measure understanding name only intents and codes that exist."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from knowledge.vocabulary import load_vocabularies

HERE = Path(__file__).parent
INTENTS = Path(__file__).parents[3] / "docs" / "intents.md"
SHAPES = {
    "amount": r"\d+",
    "own_share": r"\d{1,2}",
    "deadline": r"today|tomorrow|(this|next)_(week|month|year)|days:\d+|month:\d+|date:(\d{4}-)?\d\d-\d\d",
    "status": "open|forthcoming|closed",
    "ordinal": r"\d+|last",
    "call": r"[A-Z0-9.-]+",
    "language": "lv|en|ru",
    "email": r"\S+@\S+",
    "phone": r"\+?\d+",
}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    lines = (HERE / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_documented_intent_is_measured_and_no_other(rows: list[dict[str, Any]]) -> None:
    documented = set(re.findall(r"^\| `(\w+)` \| .* \| .* \|$", INTENTS.read_text(encoding="utf-8"), re.M))
    named = {row["intent"] for row in rows}
    assert named - documented == set()
    counts = Counter((row["intent"], row["locale"]) for row in rows)
    assert {intent for intent in named if counts[intent, "lv"] < 5} == set()


def test_every_entity_has_a_known_value(rows: list[dict[str, Any]]) -> None:
    vocabularies = load_vocabularies()
    for entity in (entity for row in rows for entity in row.get("entities", ())):
        if entity["entity"] in vocabularies:
            assert entity["value"] in vocabularies[entity["entity"]].terms, entity
        else:
            assert re.fullmatch(SHAPES[entity["entity"]], entity["value"]), entity


def test_no_text_comes_twice(rows: list[dict[str, Any]]) -> None:
    counts = Counter(row["text"].casefold() for row in rows)
    assert [text for text, count in counts.items() if count > 1] == []


def test_the_set_is_large_and_mostly_latvian(rows: list[dict[str, Any]]) -> None:
    counts = Counter(row["locale"] for row in rows)
    assert counts.total() >= 500
    assert counts["lv"] / counts.total() >= 0.55
    assert min(counts["en"], counts["ru"]) >= 60
