"""A question word for word as it was told is known, whatever its capitals and marks; nothing else is."""

from __future__ import annotations

import pytest

from knowledge.catalogue import Catalogue
from retrieval.retriever import SAID_SO, Decision, Retriever
from retrieval.verbatim import Verbatim


@pytest.mark.parametrize(
    "question",
    ["Kas ir sociālā inovācija?", "kas ir socialā inovacija", "KAS VADA KOMPETENCES CENTRU", "What is EaSI?"],
)
def test_what_is_told_word_for_word_is_answered(retriever: Retriever, question: str) -> None:
    finding = retriever.ask(question, locale="lv")
    assert finding.decision is Decision.ANSWER
    assert finding.confidence >= SAID_SO


def test_a_heading_of_several_matters_is_told_of_none(catalogue: Catalogue) -> None:
    verbatim = Verbatim.of(catalogue.passages)
    headed = [at for at, one in enumerate(catalogue.passages) if one.section[-1:] == ("Kas var pieteikties?",)]
    assert len(headed) > 1
    assert not any(verbatim.tells("Kas var pieteikties?", at) for at in headed)


def test_a_longer_question_is_another(catalogue: Catalogue) -> None:
    verbatim = Verbatim.of(catalogue.passages)
    places = verbatim.places["kasvadakompetencescentru"]
    assert not any(verbatim.tells("Kas vada kompetences centru Igaunijā?", at) for at in places)


@pytest.mark.parametrize("question", ["", "?", "…"])
def test_nothing_is_told_of_no_letters(catalogue: Catalogue, question: str) -> None:
    verbatim = Verbatim.of(catalogue.passages)
    assert not any(verbatim.tells(question, at) for at in range(len(catalogue.passages)))
