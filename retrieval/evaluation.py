"""Measuring: does the right passage come first, and is what cannot be answered left unanswered?"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.catalogue import Catalogue
from knowledge.passage import Passage
from retrieval.analysis import find_terms
from retrieval.building import build_index, current_folder
from retrieval.encoder import Encoder, Vector
from retrieval.hits import choose_shown
from retrieval.language import detect_language
from retrieval.lexical import LexicalIndex
from retrieval.ranking import Weights
from retrieval.retriever import Retriever

DEPTH = 10
MOST_WRONG = 0.05


@dataclass(frozen=True, slots=True)
class Question:
    """`evidence`: strings of which the right passage holds one. Without any it is one that cannot be answered."""

    id: str
    text: str
    locale: str
    evidence: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        return bool(self.evidence)


@dataclass
class Report:
    """`ranking[locale][method]` has hit@1, hit@3, mrr, ndcg@10; `abstention` auroc, coverage_at_5_wrong and what
    the product itself decided; `seconds` the time of a question, p50 and p95, in milliseconds."""

    questions: int
    ranking: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    abstention: dict[str, float] = field(default_factory=dict)
    milliseconds: dict[str, float] = field(default_factory=dict)
    misses: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {
            "questions": self.questions,
            "ranking": self.ranking,
            "abstention": self.abstention,
            "milliseconds": self.milliseconds,
            "misses": self.misses,
        }

    def as_table(self) -> str:
        lines = ["locale   method    n    hit@1  hit@3  MRR    nDCG@10"]
        for locale, methods in self.ranking.items():
            for method, told in methods.items():
                numbers = "  ".join(f"{told[name]:.3f}" for name in ("hit@1", "hit@3", "mrr", "ndcg@10"))
                lines.append(f"{locale:8} {method:8} {told['n']:4.0f}  {numbers}")
        if self.abstention:
            numbers = "  ".join(f"{name} {value:.3f}" for name, value in self.abstention.items())
            lines.append(f"abstention: {numbers}")
        lines.append("  ".join(f"{name} {value:.1f} ms" for name, value in self.milliseconds.items()))
        return "\n".join(lines)


def read_questions(path: Path) -> list[Question]:
    """Raises ValueError naming the line that is not a question."""
    questions = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            evidence = () if told.get("answerable") is False else tuple(told["evidence"])
            question = Question(str(told["id"]), str(told["question"]), str(told.get("locale", "lv")), evidence)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{path}, line {number}: not a question; write id, question, locale and evidence, or "
                "answerable: false."
            ) from error
        questions.append(question)
    return questions


def squeeze(text: str) -> str:
    return " ".join(text.replace("**", "").split()).casefold()


def find_right(question: Question, texts: Sequence[str]) -> frozenset[int]:
    """Places of the passages that hold evidence; `texts` are squeezed."""
    wanted = [squeeze(piece) for piece in question.evidence]
    return frozenset(i for i, text in enumerate(texts) if any(piece in text for piece in wanted))


def squeeze_passages(passages: Iterable[Passage]) -> list[str]:
    return [squeeze(f"{passage.title} {' '.join(passage.section)} {passage.text}") for passage in passages]


def score_ranking(ranked: Sequence[int], right: frozenset[int]) -> dict[str, float]:
    """nDCG with each right passage worth the same."""
    gains = [float(place in right) for place in ranked[:DEPTH]]
    first = next((rank for rank, gain in enumerate(gains, 1) if gain), 0)
    discounts = 1 / np.log2(np.arange(2, DEPTH + 2))
    ideal = float(discounts[: min(len(right), DEPTH)].sum()) or 1.0
    return {
        "hit@1": float(bool(gains and gains[0])),
        "hit@3": float(any(gains[:3])),
        "mrr": 1 / first if first else 0.0,
        "ndcg@10": float(np.dot(gains, discounts[: len(gains)])) / ideal,
    }


class Bench:
    """One catalogue, indexed, with the product and the two it is compared to."""

    def __init__(
        self, catalogue: Catalogue, encoder: Encoder, folder: Path, weights: Weights | None = None
    ) -> None:
        build_index(catalogue, encoder, folder, lambda _: None)
        self.retriever = Retriever.load(catalogue, encoder, folder, weights)
        built = current_folder(folder)
        assert built is not None
        self.passages = catalogue.passages
        self.texts = squeeze_passages(catalogue.passages)
        vectors, firsts = np.load(built / "vectors.npy"), np.load(built / "firsts.npy")
        self._whole = vectors[firsts[:-1]]
        self._terms = LexicalIndex.load(built / "terms", len(self.passages))
        self.places = {passage.id: place for place, passage in enumerate(self.passages)}

    def rank(self, question: Question, vector: Vector) -> dict[str, list[int]]:
        by_words = self._terms.scores(find_terms(question.text))
        by_meaning = self._whole @ self.retriever.centre(vector, detect_language(question.text, question.locale))
        hits = self.retriever.search(question.text, locale=spoken(question), vector=vector, k=DEPTH)
        return {
            "bm25": [int(i) for i in np.argsort(-by_words, kind="stable")[:DEPTH] if by_words[i] > 0],
            "dense": [int(i) for i in np.argsort(-by_meaning, kind="stable")[:DEPTH]],
            "product": [self.places[hit.passage.id] for hit in hits],
        }


def spoken(question: Question) -> str:
    """Russian is understood and answered in the language chosen, which is Latvian unless said otherwise."""
    return question.locale if question.locale in ("lv", "en") else "lv"


def measure_ranking(
    bench: Bench, questions: Sequence[Question], vectors: dict[str, Vector], report: Report
) -> None:
    gathered: dict[str, dict[str, list[dict[str, float]]]] = {}
    for question in questions:
        if not question.answerable:
            continue
        right = find_right(question, bench.texts)
        for method, ranked in bench.rank(question, vectors[question.id]).items():
            scores = score_ranking(ranked, right)
            for locale in (question.locale, "all"):
                gathered.setdefault(locale, {}).setdefault(method, []).append(scores)
            if method == "product" and not scores["hit@1"]:
                report.misses.append(describe_miss(bench, question, ranked, right))
    for locale in sorted(gathered, key=lambda name: (name == "all", name)):
        report.ranking[locale] = {
            method: {
                "n": float(len(rows)),
                **{name: float(np.mean([row[name] for row in rows])) for name in rows[0]},
            }
            for method, rows in gathered[locale].items()
        }


def describe_miss(
    bench: Bench, question: Question, ranked: Sequence[int], right: frozenset[int]
) -> dict[str, Any]:
    place = next((rank for rank, i in enumerate(ranked, 1) if i in right), None)
    found = bench.passages[ranked[0]] if ranked else None
    return {
        "id": question.id,
        "question": question.text,
        "locale": question.locale,
        "rank_of_right": place,
        "found": found.id if found else None,
        "right": sorted(bench.passages[i].id for i in right)[:4],
    }


def judge_answers(
    bench: Bench, questions: Sequence[Question], vectors: dict[str, Vector] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Of each question, how sure the product is and whether what an answer would show holds the evidence."""
    scores, right = [], []
    for question in questions:
        vector = vectors[question.id] if vectors else None
        sure, hits = bench.retriever.weigh(question.text, locale=spoken(question), vector=vector)
        shown = {bench.places[hit.passage.id] for hit in choose_shown(hits)}
        scores.append(sure)
        right.append(bool(shown & find_right(question, bench.texts)))
    return np.array(scores), np.array(right)


def measure_abstention(
    bench: Bench, questions: Sequence[Question], vectors: dict[str, Vector], report: Report
) -> None:
    """`wrong`: of what is answered, the share that is not right (unanswerable, or the wrong passage shown)."""
    can = np.array([question.answerable for question in questions])
    if can.all():
        return
    scores, good = judge_answers(bench, questions, vectors)
    report.abstention = {"auroc": auroc(scores, can), **coverage_at(scores, can, good)}
    decided = scores >= bench.retriever.answers_from
    report.abstention |= {
        "answered_of_answerable": float(decided[can].mean()),
        "refused_of_unanswerable": float((~decided[~can]).mean()),
        "wrong_of_answered": float((~good[decided]).mean()) if decided.any() else 0.0,
    }


def auroc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """The chance that an answerable question scores above an unanswerable one; ties count half."""
    above = scores[positive][:, None] - scores[~positive][None, :]
    return float((above > 0).mean() + 0.5 * (above == 0).mean())


def coverage_at(
    scores: NDArray[np.float64], answerable: NDArray[np.bool_], right: NDArray[np.bool_]
) -> dict[str, float]:
    """The largest share of answerable questions answered while at most 5 % of the answers are wrong."""
    best = 0.0
    for threshold in np.unique(scores):
        taken = scores >= threshold
        if (~right[taken]).mean() <= MOST_WRONG:
            best = max(best, float(taken[answerable].mean()))
    return {"coverage_at_5_wrong": best}


def evaluate(
    questions_path: Path, catalogue: Catalogue, encoder: Encoder, weights: Weights | None = None
) -> Report:
    """Index the catalogue in a scratch place and ask it every question. Raises ValueError for a bad file."""
    questions = read_questions(questions_path)
    if not questions or not catalogue.passages:
        raise ValueError("There are no questions, or no passages to find.")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(catalogue, encoder, Path(folder), weights)
        return measure(bench, questions)


def measure(bench: Bench, questions: Sequence[Question], vectors: dict[str, Vector] | None = None) -> Report:
    report = Report(len(questions))
    if vectors is None:
        vectors = {question.id: bench.retriever.encode(question.text) for question in questions}
    measure_ranking(bench, questions, vectors, report)
    measure_abstention(bench, questions, vectors, report)
    report.milliseconds = time_questions(bench, questions[:100], vectors)
    return report


def time_questions(bench: Bench, questions: Sequence[Question], vectors: dict[str, Vector]) -> dict[str, float]:
    whole, search = [], []
    for question in questions:
        began = time.perf_counter()
        bench.retriever.ask(question.text, locale=spoken(question))
        whole.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        bench.retriever.search(question.text, locale=spoken(question), vector=vectors[question.id])
        search.append((time.perf_counter() - began) * 1000)
    return {
        "question_p50": float(np.percentile(whole, 50)),
        "question_p95": float(np.percentile(whole, 95)),
        "search_p50": float(np.percentile(search, 50)),
        "search_p95": float(np.percentile(search, 95)),
    }
