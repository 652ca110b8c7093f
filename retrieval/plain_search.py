"""Searching by an encoder alone, whole passages by cosine: what the product is compared to, and encoders by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from knowledge.catalogue import Catalogue
from knowledge.passage import Passage
from retrieval.encoder import Encoder
from retrieval.evaluation import Question, find_right, read_questions, score_ranking, squeeze_passages
from retrieval.vectors import centre
from retrieval.windows import whole


def score_plainly(
    encoder: Encoder, passages: Sequence[Passage], asked: Sequence[tuple[Question, str]]
) -> Iterator[tuple[Question, dict[str, float]]]:
    """Of each question that can be answered, asked in the words beside it: its scores (score_ranking)."""
    told, texts = encoder.encode_passages([whole(passage) for passage in passages]), squeeze_passages(passages)
    told = centre(told, told.mean(axis=0))
    for question, words in asked:
        if right := find_right(question, texts):
            near = told @ encoder.encode_query(words)
            yield question, score_ranking([int(place) for place in np.argsort(-near, kind="stable")], right)


def measure_plainly(encoder: Encoder, questions: Path, documents: Path, every: int = 1) -> list[float]:
    """Of every so-manieth of the questions that can be answered: 1 / the rank of the first right passage, 0 beyond
    the tenth."""
    asked = [(one, one.text) for one in read_questions(questions)[::every]]
    passages = Catalogue.read([documents]).passages
    return [scores["mrr"] for _, scores in score_plainly(encoder, passages, asked)]
