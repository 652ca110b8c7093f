"""The shipped materials: whole, in both languages, and honest about what is invented."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from knowledge.call import CallStatus
from knowledge.catalogue import Catalogue
from knowledge.document import Document, Kind

MATERIALS = Path(__file__).parents[2] / "knowledge" / "materials"
NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)

FACTS = {
    "lv": (
        "Sabiedrības integrācijas fonds",
        "2021. gada 1. maijā",
        "no 500 000 līdz 1 500 000 eiro",
        "trešais zemākais rezultāts",
        "351 162",
        "289 500",
        "340 592",
        "37 694",
        "2.4.5. uzdevums",
        "2024. gada 30. jūnijam",
        "ap 189 000",
    ),
    "en": (
        "Society Integration Foundation",
        "1 May 2021",
        "EUR 500,000 to EUR 1,500,000",
        "third lowest result",
        "351,162",
        "289,500",
        "340,592",
        "37,694",
        "task 2.4.5",
        "30 June 2024",
        "about 189,000",
    ),
}
"""Figures of the report that people ask for, as each language writes them."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.read([MATERIALS])


def texts(document: Document) -> str:
    body = (block.text for block in document.blocks)
    return "\n".join(chain((document.title, document.summary), body))


def test_no_file_has_a_problem(catalogue: Catalogue) -> None:
    assert catalogue.problems == ()


def test_every_matter_is_told_in_both_languages(catalogue: Catalogue) -> None:
    locales = defaultdict(set)
    for document in catalogue.documents:
        locales[document.id].add(document.locale)
    assert {id for id, found in locales.items() if found != {"lv", "en"}} == set()


def test_translations_agree_in_all_but_words(catalogue: Catalogue) -> None:
    for document in catalogue.documents:
        if document.locale == "lv":
            other = catalogue.translation(document, "en")
            assert other is not None, document.id
            assert [block.kind for block in document.blocks] == [block.kind for block in other.blocks], document.id
            assert (document.kind, document.demo, document.themes, document.applicants, document.regions) == (
                other.kind,
                other.demo,
                other.themes,
                other.applicants,
                other.regions,
            )


def test_there_is_enough_of_every_kind(catalogue: Catalogue) -> None:
    counts = Counter(document.kind for document in catalogue.documents if document.locale == "lv")
    assert counts.total() >= 80
    assert set(counts) == set(Kind)
    assert counts[Kind.CALL] >= 13


@pytest.mark.parametrize("locale", ["lv", "en"])
def test_the_figures_of_the_report_are_told(catalogue: Catalogue, locale: str) -> None:
    told = "\n".join(texts(document) for document in catalogue.documents if document.locale == locale)
    assert [fact for fact in FACTS[locale] if fact not in told] == []


def test_links_are_well_formed(catalogue: Catalogue) -> None:
    for link in chain.from_iterable(document.links for document in catalogue.documents):
        parts = urlsplit(link.url)
        assert parts.scheme == "https" and parts.netloc and " " not in link.url  # noqa: PT018
        assert link.title.strip()


def test_inventions_say_so_in_title_and_text(catalogue: Catalogue) -> None:
    for document in catalogue.documents:
        assert document.demo == document.title.startswith("[Demo]")
        if document.demo:
            assert re.search("izdomāt|invented", texts(document)), document.key
            assert document.source in {"Demonstrācijas dati", "Demonstration data"}


def test_inventions_can_be_left_out(catalogue: Catalogue) -> None:
    real = Catalogue.read([MATERIALS], demo=False)
    assert not any(document.demo for document in real.documents)
    assert 0 < len(real.documents) < len(catalogue.documents)


def test_facts_name_their_source_and_review(catalogue: Catalogue) -> None:
    for document in catalogue.documents:
        assert document.source
        assert document.reviewed_on is not None


def test_demonstration_calls_show_every_status_and_shape(catalogue: Catalogue) -> None:
    calls = [call for call in catalogue.calls if call.demo and call.locale == "lv"]
    statuses = Counter(call.status(NOON) for call in calls)
    assert set(statuses) == set(CallStatus)
    assert statuses[CallStatus.OPEN] >= 6
    assert any(not call.deadlines for call in calls)
    assert any(len(call.deadlines) > 2 for call in calls)
    assert any(call.stages == 2 for call in calls)
    assert any(call.closed_early for call in calls)


def test_the_one_real_call_is_closed(catalogue: Catalogue) -> None:
    real = [call for call in catalogue.calls if not call.demo]
    assert {call.id for call in real} == {"esf-si-2023-ncc-01"}
    assert {call.status(NOON) for call in real} == {CallStatus.CLOSED}


def test_latvian_is_written_as_latvian(catalogue: Catalogue) -> None:
    for document in catalogue.documents:
        if document.locale == "lv":
            text = texts(document)
            assert '"' not in text, document.key
            assert text.count("„") == text.count("”"), document.key
            assert re.search(r"[āčēģīķļņšūž]", text), document.key
