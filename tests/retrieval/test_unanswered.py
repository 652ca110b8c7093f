"""The tables of what the helpdesk cannot answer, and what they do to a question like one of theirs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from retrieval.evaluation import read_questions
from retrieval.retriever import Decision, Retriever
from retrieval.unanswered import TABLES, read_unanswered
from tests.retrieval.test_phrasings import fold

HERE = Path(__file__).parent


def test_each_is_a_question_in_a_language_and_told_once() -> None:
    questions = read_unanswered()
    assert {language for language, _ in questions} == {"lv", "en", "ru"}
    assert all(2 <= len(question.split()) <= 30 for _, question in questions)
    assert [one for one, times in Counter(fold(question) for _, question in questions).items() if times > 1] == []


def test_none_of_them_is_a_question_that_is_measured() -> None:
    """Else the measure would tell how well they are remembered."""
    told = {fold(question) for _, question in read_unanswered()}
    for path in sorted(HERE.glob("*/*.jsonl")):
        assert [one.id for one in read_questions(path) if fold(one.text) in told] == [], path.name


@pytest.mark.parametrize(
    ("table", "most"), [("services", 0.05), ("everyday", 0.05), ("near", 0.1), ("voices", 0.1)]
)
def test_few_of_them_are_answered(table: str, most: float, retriever: Retriever) -> None:
    lines = (TABLES / f"{table}.tsv").read_text("utf-8").splitlines()[::5]
    asked = [line.partition("\t")[2] for line in lines]
    decisions = [retriever.ask(one, locale="lv").decision for one in asked]
    assert decisions.count(Decision.ANSWER) <= most * len(asked)
