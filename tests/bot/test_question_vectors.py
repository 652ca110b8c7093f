"""Vectors of questions on their way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from bot.question_vectors import MOST_AHEAD, QuestionVectors
from retrieval.encoder import Vector


class Encoder:
    """Counts what it encodes; waits at the gate while it is shut."""

    def __init__(self) -> None:
        self.encoded: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, text: str) -> Vector:
        self.gate.wait(10)
        self.encoded.append(text)
        if text == "broken":
            raise ValueError(text)
        return np.full(3, len(text), dtype=np.float32)


@pytest.fixture
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture
def vectors(encoder: Encoder) -> Iterator[QuestionVectors]:
    made = QuestionVectors(encoder)
    yield made
    encoder.gate.set()
    made.close()


def find(vectors: QuestionVectors, text: str) -> Vector:
    return asyncio.run(vectors.find(text))


def test_what_was_begun_is_encoded_once(vectors: QuestionVectors, encoder: Encoder) -> None:
    vectors.begin("kas ir sabiedrība?")
    assert find(vectors, "kas ir sabiedrība?")[0] == len("kas ir sabiedrība?")
    assert encoder.encoded == ["kas ir sabiedrība?"]


def test_what_was_not_begun_is_encoded_when_asked_for(vectors: QuestionVectors, encoder: Encoder) -> None:
    assert find(vectors, "cits")[0] == len("cits")
    assert encoder.encoded == ["cits"]


def test_a_vector_is_handed_over_once(vectors: QuestionVectors, encoder: Encoder) -> None:
    vectors.begin("divreiz")
    find(vectors, "divreiz")
    find(vectors, "divreiz")
    assert encoder.encoded == ["divreiz", "divreiz"]


def test_a_mistake_of_the_encoder_reaches_whoever_asks(vectors: QuestionVectors) -> None:
    vectors.begin("broken")
    with pytest.raises(ValueError, match="broken"):
        find(vectors, "broken")


def test_nothing_is_begun_for_nothing(vectors: QuestionVectors, encoder: Encoder) -> None:
    vectors.begin("  ")
    find(vectors, "x")
    assert encoder.encoded == ["x"]


def test_no_more_are_begun_than_can_wait(vectors: QuestionVectors, encoder: Encoder) -> None:
    encoder.gate.clear()
    for number in range(MOST_AHEAD + 20):
        vectors.begin(f"jautājums {number}")
    encoder.gate.set()
    find(vectors, "pēdējais")
    assert len(encoder.encoded) == MOST_AHEAD + 1


def test_what_nobody_came_for_makes_room(vectors: QuestionVectors, encoder: Encoder) -> None:
    for number in range(MOST_AHEAD):
        vectors.begin(f"jautājums {number}")
    find(vectors, "starp tiem")
    vectors.begin("jauns")
    find(vectors, "jauns")
    assert encoder.encoded.count("jauns") == 1
