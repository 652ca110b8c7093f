"""Finding the answer: question -> ranked passages, or an honest "not here"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.catalogue import Catalogue
from knowledge.document import Kind
from retrieval.analysis import find_grams, find_terms
from retrieval.building import current_folder, digest_of, read_manifest
from retrieval.candidates import Asked, Evidence
from retrieval.concepts import read_words
from retrieval.confidence import gather_facts, is_known, says_nothing
from retrieval.diacritics import Diacritics
from retrieval.disagreement import NO_WORSE, Told, find_contradicting
from retrieval.encoder import Encoder, Vector
from retrieval.errors import IndexMismatch, IndexMissing
from retrieval.excerpts import cut_excerpt
from retrieval.expectations import find_asked
from retrieval.filters import Filters
from retrieval.hits import MOST_SHOWN, Hit, choose_shown, drop_duplicates
from retrieval.language import detect_language
from retrieval.opening import open_candidates
from retrieval.ranking import Weights, fitted_weights
from retrieval.spelling import Spelling
from retrieval.text import clean
from retrieval.vectors import centre
from retrieval.verbatim import Verbatim

LONGEST_QUERY = 2000
SAID_SO = 0.95
"""How sure it is at least that the first passage answers what it is told to, word for word."""


class Decision(StrEnum):
    ANSWER = "answer"
    SUGGEST = "suggest"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a passage that answers: whole sentences, items or rows of `hit.passage.text`.

    `highlights` are half-open character spans of `text`.
    """

    hit: Hit
    text: str
    highlights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """ANSWER: `excerpts` has one to three, best first. SUGGEST: they are what might be meant. NONE: nothing
    here answers. `confidence` is the calibrated probability (0 to 1) that the first excerpt answers.
    `locale` is the language of the first excerpt. `disagree`: the second excerpt, of another document, tells
    another figure than the first for what was asked.
    """

    decision: Decision
    confidence: float
    excerpts: tuple[Excerpt, ...]
    locale: str
    disagree: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """Hits in order with the evidence for each, for deciding and for fitting; and the question, its slips put
    right, as it is looked for."""

    text: str
    asked: Asked
    hits: list[Hit]
    evidence: Evidence
    order: NDArray[np.int64]


class Retriever:
    """Immutable once loaded and safe to share between threads; a rebuilt index is another Retriever."""

    def __init__(
        self,
        catalogue: Catalogue,
        encoder: Encoder,
        built: Path,
        weights: Weights | None = None,
    ) -> None:
        self._encoder = encoder
        self._weights = weights or fitted_weights()
        self.passages = catalogue.passages
        self._places = {passage.id: place for place, passage in enumerate(self.passages)}
        self._candidates = open_candidates(catalogue, built)
        self._filters, self._verbatim = Filters(self.passages), Verbatim.of(self.passages)
        self._documents = np.array([passage.document for passage in self.passages], dtype=object)
        self._diacritics, self._spelling = Diacritics.load(built), Spelling.load(built)
        with np.load(built / "query_means.npz") as means:
            self._query_means = {language: means[language] for language in means.files}

    @classmethod
    def load(
        cls,
        catalogue: Catalogue,
        encoder: Encoder,
        folder: Path,
        weights: Weights | None = None,
    ) -> Retriever:
        """Open the index in `folder`. Raises IndexMismatch if it was built with another encoder or catalogue."""
        built = current_folder(folder)
        manifest = read_manifest(built) if built else None
        if built is None or manifest is None:
            raise IndexMissing(f"There is no index in {folder}; build it with `helpdesk index`.")
        if manifest.encoder != encoder.name:
            raise IndexMismatch(
                f"The index was built with the encoder {manifest.encoder}, not {encoder.name}: set "
                "HELPDESK_ENCODER back, or build the index anew with `helpdesk index`."
            )
        if manifest.digest != digest_of(catalogue.passages, encoder):
            raise IndexMismatch("The index is of other materials: build it anew with `helpdesk index`.")
        return cls(catalogue, encoder, built, weights)

    @property
    def answers_from(self) -> float:
        """The confidence from which an answer is given."""
        return self._weights.answer_from

    @property
    def encoder_name(self) -> str:
        return self._encoder.name

    def encode(self, question: str) -> Vector:
        """The vector of the question as it is spelt, to be computed once a message and passed to `ask`."""
        return self._encode(self._read(question))

    def accent(self, question: str) -> str:
        """Latvian typed without diacritics with them again; slips stay."""
        return self._diacritics.restore(clean(question, LONGEST_QUERY))

    def spell(self, question: str) -> str:
        """Slips put right, and Latvian typed without diacritics with them again."""
        return self._diacritics.restore(self._read(question))

    def read_ahead(self) -> None:
        """Load what the first question would else wait for: the lexicon and the lists of forms, half a second."""
        self.search("palīdzība", k=1)

    def _encode(self, text: str) -> Vector:
        return self._encoder.encode_query(self._diacritics.restore(text))

    def _read(self, question: str) -> str:
        return self._spelling.correct(clean(question, LONGEST_QUERY))

    def centre(self, vector: Vector, language: str) -> Vector:
        """A question's vector without what all questions in its language have in common."""
        return centre(vector, self._query_means[language])

    def search(
        self,
        query: str,
        *,
        locale: str | None = None,
        kinds: Sequence[Kind] = (),
        k: int = 10,
        vector: Vector | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[Hit]:
        """The k best passages. `locale` prefers, never excludes: of a matter told in both languages it is the one
        looked at. `documents` (keys) limits before the search. Near-duplicates are left out."""
        ranked = self.rank(
            query,
            locale=locale,
            kinds=kinds,
            vector=vector,
            documents=documents,
            k=max(k * 2, 20),
        )
        return drop_duplicates(ranked.hits if ranked else [], k)

    def rank(
        self,
        query: str,
        *,
        locale: str | None = None,
        kinds: Sequence[Kind] = (),
        vector: Vector | None = None,
        documents: Sequence[str] | None = None,
        k: int = 50,
        by_twins: bool = True,
    ) -> Ranked | None:
        """None where nothing can be looked for or in. `by_twins`: also by what a passage's translation says."""
        text = self._read(query)
        language = detect_language(text, locale or "lv")
        allowed = self._filters.allow(locale or ("lv" if language == "ru" else language), kinds, documents)
        if not any(letter.isalnum() for letter in text) or allowed is None:
            return None
        centred = self.centre(self._encode(text) if vector is None else vector, language)
        foreign = not (allowed & self._filters.are_in(language)).any()
        words = read_words(text)
        asked = Asked(
            centred,
            find_terms(text),
            find_grams(text),
            words,
            find_asked(text),
            foreign,
        )
        evidence = self._candidates.gather(asked, allowed, by_twins=by_twins)
        shared = self._filters.are_in(language)[evidence.places]
        scores = self._weights.score(evidence.features, shared)
        order = np.argsort(-scores, kind="stable")[:k].astype(np.int64)
        hits = [Hit(self.passages[evidence.places[i]], float(scores[i])) for i in order]
        evidence.describe_query(text, language, shared, scores)
        return Ranked(text, asked, hits, evidence, order)

    def ask(
        self,
        question: str,
        *,
        locale: str,
        vector: Vector | None = None,
        kinds: Sequence[Kind] = (),
    ) -> Finding:
        ranked = self.rank(question, locale=locale, kinds=kinds, vector=vector)
        confidence, hits = self._weigh(ranked)
        decision = self._decide(confidence, ranked.evidence) if ranked and hits else Decision.NONE
        if ranked is None or decision is Decision.NONE:
            return Finding(decision, confidence, (), locale)
        chosen = choose_shown(hits) if decision is Decision.ANSWER else hits[:MOST_SHOWN]
        other = self._find_contradicting(ranked.asked, hits) if decision is Decision.ANSWER else None
        if other:
            chosen = [chosen[0], other, *(hit for hit in chosen[1:] if hit is not other)][:MOST_SHOWN]
        terms = set(ranked.asked.terms)
        shown = tuple(Excerpt(hit, *cut_excerpt(hit.passage.text, terms)) for hit in chosen)
        return Finding(decision, confidence, shown, hits[0].passage.locale, disagree=other is not None)

    def _find_contradicting(self, asked: Asked, hits: Sequence[Hit]) -> Hit | None:
        near = [hit for hit in hits if hit.score >= hits[0].score - NO_WORSE]
        told = [Told(hit.passage, *self._candidates.vectors_of(self._places[hit.passage.id])) for hit in near]
        at = find_contradicting(asked.kinds, asked.vector, told[0], told[1:])
        return near[at + 1] if at is not None else None

    def weigh(
        self,
        question: str,
        *,
        locale: str,
        vector: Vector | None = None,
        kinds: Sequence[Kind] = (),
    ) -> tuple[float, list[Hit]]:
        """How sure it is that the first of the hits answers, and the distinct hits."""
        return self._weigh(self.rank(question, locale=locale, kinds=kinds, vector=vector))

    def _weigh(self, ranked: Ranked | None) -> tuple[float, list[Hit]]:
        if ranked is None or not ranked.hits or says_nothing(ranked.evidence):
            return 0.0, []
        sure, first = self._weights.probability(self.describe(ranked)), self._places[ranked.hits[0].passage.id]
        if self._verbatim.tells(ranked.text, first):
            sure = max(sure, SAID_SO)
        return sure, drop_duplicates(ranked.hits[:12])

    def _decide(self, confidence: float, evidence: Evidence) -> Decision:
        if confidence >= self._weights.answer_from:
            return Decision.ANSWER
        asked_back = confidence >= self._weights.suggest_from or is_known(evidence)
        return Decision.SUGGEST if asked_back else Decision.NONE

    def describe(self, ranked: Ranked) -> NDArray[np.float64]:
        """The facts from which confidence is told."""
        return gather_facts(ranked.evidence, ranked.order, self._documents)
