"""Passages are found by how people ask for them, and those nobody told that of are not put behind."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from knowledge.catalogue import Catalogue
from retrieval.building import SHIPPED, build_index
from retrieval.encoder import load_encoder
from retrieval.evaluation import read_questions
from retrieval.retriever import Decision, Retriever

HERE = Path(__file__).parent
MATERIAL = """---
id: {id}
kind: faq
locale: lv
title: "{title}"
summary: "Paraugs."
source: "Paraugs"
reviewed_on: 2026-11-24
---

{body}
"""
SECTIONS = {
    "telpas": ("Darba telpas", "Galdi ir otrajā stāvā. Atslēgu izsniedz dežurants."),
    "kavejumi": ("Kavējumi", "Aizdevums ir jāatdod trīs nedēļu laikā."),
    "klusums": ("Iekšējā kārtība", "Sarunām ir paredzēts foajē."),
}


def open_library(folder: Path, asked: dict[str, str]) -> Retriever:
    for name, (title, text) in SECTIONS.items():
        body = "\n".join(f"? {one}" for one in asked.get(name, "").splitlines())
        written = MATERIAL.format(id=name, title=title, body=f"{body}\n\n{text}")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.lv.md").write_text(written, "utf-8")
    catalogue = Catalogue.read([folder])
    assert not catalogue.problems
    build_index(catalogue, load_encoder("packaged"), folder / "index", lambda _: None)
    return Retriever.load(catalogue, load_encoder("packaged"), folder / "index")


@pytest.mark.parametrize("question", ["vai varu paturēt grāmatu ilgāk", "vai varu paturet gramatu ilgak"])
def test_a_passage_is_found_by_how_it_is_asked_for(tmp_path: Path, question: str) -> None:
    library = open_library(tmp_path, {"kavejumi": "vai grāmatu var paturēt ilgāk\nнадо ли вернуть книгу вовремя"})
    assert library.search(question)[0].passage.document == "lv/kavejumi"
    assert library.search("надо ли вернуть книгу")[0].passage.document == "lv/kavejumi"


def test_one_that_nobody_told_of_is_found_by_its_own_words_beside_those_told_of(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"kavejumi": "vai grāmatu var paturēt ilgāk", "telpas": "kur var mācīties"})
    assert library.search("kas ir paredzēts sarunām")[0].passage.document == "lv/klusums"


def test_what_is_asked_is_never_shown(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"kavejumi": "vai grāmatu var paturēt ilgāk"})
    hit = library.search("vai grāmatu var paturēt ilgāk")[0]
    assert "paturēt" not in hit.passage.text + hit.passage.context


def test_every_shipped_passage_is_asked_for_in_other_words() -> None:
    passages = Catalogue.read([SHIPPED]).passages
    assert [passage.id for passage in passages if len(passage.asked) < 2] == []


def test_no_question_that_is_measured_is_among_them() -> None:
    """Else the measure would tell how well they are remembered."""
    asked = {fold(one) for passage in Catalogue.read([SHIPPED]).passages for one in passage.asked}
    for path in sorted(HERE.glob("questions/*.jsonl")):
        for question in map(fold, (one.text for one in read_questions(path))):
            assert question not in asked, f"{path.name}: {question}"


def fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def test_what_is_asked_as_told_is_never_refused(retriever: Retriever) -> None:
    told = [(passage.locale, one) for passage in retriever.passages for one in passage.asked][::40]
    decisions = Counter(retriever.ask(one, locale=locale).decision for locale, one in told)
    assert decisions[Decision.NONE] <= len(told) / 50
    assert decisions[Decision.ANSWER] >= len(told) * 0.9
