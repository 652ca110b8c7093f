"""What is searched for when a question leans on the one before."""

from __future__ import annotations

import pytest

from bot.replies.follow_up import is_follow_up, join, strip_lead_in


@pytest.mark.parametrize("text", ["un kas to apmaksā?", "bet kāpēc?", "who pays for it?", "а кто это делает?"])
def test_a_short_question_with_a_pronoun_is_a_follow_up(text: str) -> None:
    assert is_follow_up(text)


@pytest.mark.parametrize(
    "text", ["kas ir sociālā inovācija?", "kā dibināt biedrību?", "what is a pilot?", "kas apmaksā to jūsu centru"]
)
def test_a_question_that_stands_alone_is_none(text: str) -> None:
    assert not is_follow_up(text)


@pytest.mark.parametrize(
    ("before", "said", "joined"),
    [
        ("Kas ir kompetences centrs?", "un kas to apmaksā?", "kas apmaksā kompetences centrs?"),
        ("What is the competence centre?", "and who pays for it?", "who pays for the competence centre?"),
    ],
)
def test_the_subject_takes_the_place_of_the_pronoun(before: str, said: str, joined: str) -> None:
    assert join(before, said) == joined


@pytest.mark.parametrize(
    ("said", "searched"),
    [
        ("gribēju zināt, kas ir centra partneri", "kas ir centra partneri"),
        ("Labdien! Vai varat pateikt, kas ir prototips?", "kas ir prototips"),
        ("Could you tell me what social innovation is?", "what social innovation is"),
        ("sakiet, lūdzu, kas vada centru?", "kas vada centru"),
        ("kas ir prototips?", "kas ir prototips?"),
        ("gribu zināt", "gribu zināt"),
    ],
)
def test_polite_words_are_not_searched_for(said: str, searched: str) -> None:
    assert strip_lead_in(said).rstrip("?") == searched.rstrip("?")


@pytest.mark.parametrize("said", ["kas ir prototips?", "Kādi ir posmi…", "gribu zināt", "un kas to apmaksā ?"])
def test_a_question_without_polite_words_stays_as_it_was_said(said: str) -> None:
    assert strip_lead_in(said) == said


def test_of_a_long_name_its_last_words_are_enough() -> None:
    before = "kas ir nacionālais sociālo inovāciju kompetences centrs?"
    assert join(before, "un kas to apmaksā?", words=2) == "kas apmaksā kompetences centrs?"


@pytest.mark.parametrize("text", ["piemēri?", "kādi posmi"])
def test_a_word_or_two_lean_on_the_question_before(text: str) -> None:
    assert is_follow_up(text)
