"""The questions asked of their documents: those fitted on, with their candidates, and those only measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.answers.reliability import Judgement
from knowledge.catalogue import Catalogue
from knowledge.passage import Passage
from retrieval.building import SHIPPED
from retrieval.encoder import load_encoder
from retrieval.evaluation import (
    Bench,
    Question,
    Report,
    find_right,
    judge_answers,
    measure_abstention,
    measure_ranking,
    read_questions,
    spoken,
)
from retrieval.fitting.order import Array, Vectors
from retrieval.fitting.trial import Trial, encode_questions, gather_from, open_corpora
from retrieval.plain_search import score_plainly
from retrieval.ranking import plain_weights

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = ROOT / "tests" / "retrieval"
TUNED = {
    "materials": QUESTIONS / "questions" / "tune.jsonl",
    **{path.stem: path for path in sorted((QUESTIONS / "developed").glob("*.jsonl"))},
}
PLAIN = "dense, plain"
MEASURED = {
    "measured": (QUESTIONS / "questions" / "measured.jsonl", SHIPPED),
    "unseen report": (QUESTIONS / "unseen" / "unseen.jsonl", QUESTIONS / "unseen" / "report.lv.md"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that can be answered, with its candidates as the product finds them."""

    question: Question
    corpus: str
    passages: Sequence[Passage]
    features: Array
    shared: NDArray[np.bool_]
    right: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measured:
    name: str
    bench: Bench
    questions: Sequence[Question]
    vectors: Vectors
    report: Report
    judged: Judgement


def measure_all(folder: Path) -> list[Measured]:
    return [measure(name, path, documents, folder / name) for name, (path, documents) in MEASURED.items()]


def measure(name: str, path: Path, documents: Path, folder: Path) -> Measured:
    questions = read_questions(path)
    bench = Bench(Catalogue.read([documents]), load_encoder("packaged"), folder)
    vectors = {question.id: bench.retriever.encode(question.text) for question in questions}
    report = Report(len(questions))
    measure_ranking(bench, questions, vectors, report)
    add_plain(bench, questions, report)
    measure_abstention(bench, questions, vectors, report)
    scores, right = judge_answers(bench, questions, vectors)
    can = np.array([question.answerable for question in questions])
    return Measured(name, bench, questions, vectors, report, Judgement(scores, right, can))


def add_plain(bench: Bench, questions: Sequence[Question], report: Report) -> None:
    """Adds to each language's methods the packaged encoder as it comes, over whole passages."""
    asked = [(question, bench.retriever.spell(question.text)) for question in questions]
    rows: dict[str, list[dict[str, float]]] = {}
    for question, scores in score_plainly(load_encoder("packaged-plain"), bench.passages, asked):
        for locale in (question.locale, "all"):
            rows.setdefault(locale, []).append(scores)
    for locale, scored in rows.items():
        means = {name: float(np.mean([row[name] for row in scored])) for name in scored[0]}
        report.ranking[locale][PLAIN] = {"n": float(len(scored)), **means}


def open_trial(folder: Path) -> Trial:
    """As retrieval.fitting prepares it, but by the means of questions that are kept: nothing is written."""
    corpora = open_corpora(list(TUNED.values()), folder)
    vectors = {name: vector for corpus in corpora for name, vector in encode_questions(corpus).items()}
    return Trial(corpora, vectors, [one for corpus in corpora for one in gather_from(corpus, vectors)])


def gather_asked(trial: Trial) -> list[Asked]:
    found = []
    for name, corpus in zip(TUNED, trial.corpora, strict=True):
        bench = corpus.bench_with(plain_weights())
        answerable = [question for question in corpus.questions if question.answerable]
        found += [ask(bench, name, question, trial.vectors) for question in answerable]
    return found


def ask(bench: Bench, corpus: str, question: Question, vectors: Vectors) -> Asked:
    ranked = bench.retriever.rank(question.text, locale=spoken(question), vector=vectors[question.id])
    assert ranked is not None
    right = find_right(question, bench.texts)
    evidence = ranked.evidence
    return Asked(
        question,
        corpus,
        [bench.passages[place] for place in evidence.places],
        evidence.features.astype(np.float64),
        evidence.shared,
        np.array([place in right for place in evidence.places], bool),
    )
