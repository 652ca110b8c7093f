"""What the weights are fitted on: documents, the questions asked of them, and folds of what belongs together."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from knowledge.catalogue import Catalogue
from retrieval.building import FITTED_MEANS, LANGUAGES, SHIPPED
from retrieval.encoder import load_encoder
from retrieval.evaluation import Bench, Question, find_right, read_questions
from retrieval.filters import matter_of
from retrieval.fitting.confidence import Judged, judge
from retrieval.fitting.order import Instance, Vectors, fit_order, gather
from retrieval.ranking import Weights, plain_weights
from retrieval.vectors import file_name

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Corpus:
    """`folds`: by question; questions about the same documents, or of the same topic, keep together."""

    catalogue: Catalogue
    folder: Path
    questions: Sequence[Question]
    folds: dict[str, int]

    def bench_with(self, weights: Weights) -> Bench:
        return Bench(self.catalogue, load_encoder("packaged"), self.folder, weights)


def find_documents(questions: Path) -> Path:
    """`NAME.lv.md` or the folder `NAME` beside `NAME.jsonl`; where there is neither, the shipped materials."""
    beside = (questions.with_suffix(".lv.md"), questions.with_suffix(""))
    return next((path for path in beside if path.exists()), SHIPPED)


def open_corpus(path: Path, folder: Path, first_fold: int) -> Corpus:
    """Documents of one's own are in one fold: what is told of them was fitted without them."""
    questions, documents = read_questions(path), find_documents(path)
    catalogue = Catalogue.read([documents])
    if documents != SHIPPED:
        return Corpus(catalogue, folder, questions, {question.id: first_fold for question in questions})
    bench = Bench(catalogue, load_encoder("packaged"), folder, plain_weights())
    folds = split_by_document(bench, questions)
    return Corpus(catalogue, folder, questions, {name: first_fold + fold for name, fold in folds.items()})


@dataclass(frozen=True, slots=True)
class Trial:
    corpora: Sequence[Corpus]
    vectors: Vectors
    instances: Sequence[Instance]

    @property
    def folds(self) -> dict[str, int]:
        return {name: fold for corpus in self.corpora for name, fold in corpus.folds.items()}

    def fit_without(self, fold: int | None) -> Weights:
        """Ranking weights fitted on all folds but this one."""
        folds = self.folds
        return fit_order([one for one in self.instances if folds[one.question] != fold])

    def judge_by_folds(self) -> Judged:
        parts = []
        for corpus in self.corpora:
            for fold in sorted(set(corpus.folds.values())):
                own = [question for question in corpus.questions if corpus.folds[question.id] == fold]
                parts.append(judge(corpus.bench_with(self.fit_without(fold)), own, self.vectors, corpus.folds))
        return Judged(*(np.concatenate([getattr(part, name) for part in parts]) for name in Judged.__slots__))


def prepare(paths: Sequence[Path], folder: Path) -> Trial:
    corpora = open_corpora(paths, folder / "asked")
    vectors = {name: vector for corpus in corpora for name, vector in encode_questions(corpus).items()}
    save_query_means([question for corpus in corpora for question in corpus.questions], vectors)
    centred = [move(corpus, folder / "centred" / corpus.folder.name) for corpus in corpora]
    instances = [one for corpus in centred for one in gather_from(corpus, vectors)]
    return Trial(centred, vectors, instances)


def open_corpora(paths: Sequence[Path], folder: Path) -> list[Corpus]:
    """The shipped materials have FOLDS folds of their own, all other documents together as many."""
    documents = [path for path in paths if find_documents(path) != SHIPPED]
    shared = {path: FOLDS + at % FOLDS for at, path in enumerate(documents)}
    return [open_corpus(path, folder / path.stem, shared.get(path, 0)) for path in paths]


def move(corpus: Corpus, folder: Path) -> Corpus:
    """With the vectors encoded already, but an index of its own: one built before would keep the means before."""
    folder.mkdir(parents=True)
    kept = corpus.folder / file_name(load_encoder("packaged"))
    if kept.exists():
        shutil.copy(kept, folder)
    return replace(corpus, folder=folder)


def encode_questions(corpus: Corpus) -> Vectors:
    retriever = corpus.bench_with(plain_weights()).retriever
    return {question.id: retriever.encode(question.text) for question in corpus.questions}


def save_query_means(questions: Sequence[Question], vectors: Vectors) -> None:
    FITTED_MEANS.mkdir(exist_ok=True)
    means = {
        language: np.mean([vectors[one.id] for one in questions if one.locale == language], axis=0)
        for language in LANGUAGES
    }
    np.savez(FITTED_MEANS / file_name(load_encoder("packaged")), **means)


def gather_from(corpus: Corpus, vectors: Vectors) -> list[Instance]:
    return gather(corpus.bench_with(plain_weights()), corpus.questions, vectors)


def split_by_document(bench: Bench, questions: Sequence[Question]) -> dict[str, int]:
    """Folds in which questions about the same documents, or of the same topic, keep together."""
    groups: dict[str, str] = {}

    def root(name: str) -> str:
        while groups.setdefault(name, name) != name:
            name = groups[name]
        return name

    for question in questions:
        right = find_right(question, bench.texts)
        tied = {matter_of(bench.passages[place].document) for place in right}
        names = [f"topic {question.id.rpartition('-')[0]}", *tied] if right else [f"alone {question.id}"]
        for name in names[1:]:
            groups[root(name)] = root(names[0])
        groups[root(f"question {question.id}")] = root(names[0])
    roots = {question.id: root(f"question {question.id}") for question in questions}
    distinct = sorted(set(roots.values()))
    numbers = np.random.default_rng(5).permutation(len(distinct)) % FOLDS
    fold_of = dict(zip(distinct, numbers.tolist(), strict=True))
    return {question: fold_of[name] for question, name in roots.items()}
