"""What is said in one language or one way is found where it is said in another."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from retrieval.concepts import (
    COLUMNS,
    LEXICON,
    Concepts,
    find_concepts,
    known_concepts,
    read_words,
)
from retrieval.coverage import CoverageIndex
from retrieval.expectations import KINDS, find_asked, find_told
from retrieval.lexical import LexicalIndex

PASSAGES = ["timekl vietn maks", "biedrib nauda", "sociala inovacij"]


@pytest.fixture(scope="module")
def covering() -> CoverageIndex:
    terms = [text.split() for text in PASSAGES]
    meant = [find_concepts(words) for words in terms]
    built = [LexicalIndex.build(words) for words in (terms, meant)]
    return CoverageIndex(built[0], built[1], built[0], built[1])


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("cik maksās mājaslapa", 0),
        ("what does the website cost", 0),
        ("сколько стоит сайт", 0),
        ("money for our ngo", 1),
        ("деньги для общества", 1),
        ("kas ir sociālie jauninājumi", 2),
    ],
)
def test_other_words_and_other_languages_meet_the_passage(
    covering: CoverageIndex, question: str, place: int
) -> None:
    coverage = covering.measure(read_words(question), np.arange(3), foreign=True)
    assert int(np.argmax(coverage.shares)) == place


def test_the_word_itself_counts_more_than_another_for_it(covering: CoverageIndex) -> None:
    itself, another = (
        covering.measure(read_words(text), np.arange(3), foreign=False).shares[0]
        for text in ("vietne", "mājaslapa")
    )
    assert itself > another > 0


def test_a_foreign_word_that_no_concept_knows_tells_nothing(covering: CoverageIndex) -> None:
    words = read_words("website цобака")
    assert len(covering.measure(words, np.arange(3), foreign=True).weights) == 1
    assert len(covering.measure(words, np.arange(3), foreign=False).weights) == 2


@pytest.mark.parametrize("question", ["", "???", "kas ir un vai"])
def test_without_telling_words_nothing_is_covered(covering: CoverageIndex, question: str) -> None:
    coverage = covering.measure(read_words(question), np.arange(3), foreign=False)
    assert coverage.shares.tolist() == [0, 0, 0]


def test_names_and_numbers_are_told_from_other_words() -> None:
    named = {word.forms[0]: word.named for word in read_words("Vai Cēsīs pasākums 4.4.1.1 un SIF ir atvērts")}
    assert named == {"cesis": True, "pasakums": False, "4.4.1.1": True, "sif": True, "atverts": False}


@pytest.mark.parametrize("path", sorted(LEXICON.glob("*.tsv")), ids=lambda path: path.stem)
def test_every_line_of_the_lexicon_has_words_in_three_languages(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert [line for line in lines if len([part for part in line.split(" | ") if part.strip()]) != COLUMNS] == []
    assert [line for line, count in Counter(lines).items() if count > 1] == []


def test_no_prefix_of_the_lexicon_is_so_short_that_it_takes_other_words() -> None:
    words = {word for path in LEXICON.glob("*.tsv") for word in path.read_text("utf-8").split()}
    assert [word for word in sorted(words) if word.endswith("*") and len(word) < 4] == []


def test_a_prefix_stands_for_all_that_begins_with_it_and_a_word_for_its_forms() -> None:
    concepts = Concepts(["# a note", "vietn* saits | web site* | сайт*"])
    assert concepts.find(["vietnes"]) == concepts.find(["saits"]) == concepts.find(["саита"]) == {1}
    assert concepts.find(["viesis"]) == frozenset()
    assert known_concepts().find(["majaslapa"]) & known_concepts().find(["website"])


@pytest.mark.parametrize(
    ("question", "kind", "tells", "lacks"),
    [
        ("kas ir centra direktors", "person", "Direktors ir Jānis Bērziņš.", "Centru vada fonds."),
        ("kurš uzvarēja konkursā", "winner", "Konkursā uzvarēja biedrība.", "Konkurss ir atvērts."),
        ("kad ir nākamā kārta", "next", "Nākamā kārta sāksies 2027. gadā.", "Kārta beidzās 2023. gadā."),
        ("how much does it cost", "amount", "It costs EUR 50.", "It costs little."),
    ],
)
def test_what_is_asked_for_is_looked_for(question: str, kind: str, tells: str, lacks: str) -> None:
    at = KINDS.index(kind)
    assert find_asked(question)[at]
    assert find_told([tells, lacks])[:, at].tolist() == [True, False]
