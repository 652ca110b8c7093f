"""Finding documents of the library: by facets, by words, by what they have in common."""

from __future__ import annotations

from dataclasses import dataclass

from bot.gateway.errors import Problem
from bot.helpdesk import Knowledge
from bot.wording import LOCALES
from knowledge.document import Document, Kind
from knowledge.passage import Passage
from knowledge.vocabulary import Vocabulary, load_vocabularies
from retrieval.text import strip_markdown

MOST_FOUND = 20
SHOWN = 240
"""Characters of a passage that a list of findings shows."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document, and with words to search for the passage of it that fits them best."""

    document: Document
    passage: Passage | None = None

    @property
    def url(self) -> str:
        return self.passage.url if self.passage else self.document.url

    @property
    def text(self) -> str:
        text = strip_markdown(self.passage.text) if self.passage else ""
        flat = " ".join(text.split())
        return flat if len(flat) <= SHOWN else flat[:SHOWN].rsplit(" ", 1)[0] + "…"


def take_kind(kind: str) -> list[Kind]:
    """Raises Problem 422 for a kind that there is not."""
    if not kind:
        return []
    if kind not in set(Kind):
        raise Problem(422, "unknown_facet", field="kind")
    return [Kind(kind)]


def take_code(facet: str, code: str) -> str | None:
    if not code:
        return None
    if code not in load_vocabularies()[facet].terms:
        raise Problem(422, "unknown_facet", field=facet)
    return code


def find(knowledge: Knowledge, locale: str, kind: str, q: str, facets: dict[str, str]) -> list[Found]:
    """By title; with words to search for, by how well they fit."""
    chosen = {facet: take_code(facet, code) for facet, code in facets.items()}
    documents = knowledge.catalogue.find_documents(locale=locale, kinds=take_kind(kind), **chosen)
    if not q.strip():
        return [Found(document) for document in documents]
    by_key = {document.key: document for document in documents}
    if not by_key:
        return []
    best: dict[str, Passage] = {}
    for hit in knowledge.retriever.search(q, locale=locale, k=60, documents=list(by_key)):
        best.setdefault(hit.passage.document, hit.passage)
    return [Found(by_key[key], passage) for key, passage in best.items() if key in by_key][:MOST_FOUND]


def list_terms(vocabulary: Vocabulary, locale: str) -> list[tuple[str, str]]:
    return [(code, term.label(locale)) for code, term in vocabulary.terms.items()]


def translations(knowledge: Knowledge, document: Document) -> dict[str, str]:
    told = {locale: knowledge.catalogue.translation(document, locale) for locale in LOCALES}
    return {locale: one.url for locale, one in told.items() if one is not None}


def label_facets(document: Document, locale: str) -> list[tuple[str, list[str]]]:
    held = {
        "theme": document.themes,
        "target_group": document.target_groups,
        "applicant": document.applicants,
        "region": document.regions,
        "stage": document.stages,
    }
    terms = {name: load_vocabularies()[name].terms for name in held}
    return [
        (name, [terms[name][code].label(locale) for code in codes if code in terms[name]])
        for name, codes in held.items()
        if codes
    ]


def find_related(knowledge: Knowledge, document: Document) -> list[Document]:
    """Up to four others that share most themes."""
    others = knowledge.catalogue.find_documents(locale=document.locale)
    shared = {one.key: len(set(one.themes) & set(document.themes) - {"other"}) for one in others}
    fitting = [one for one in others if one.id != document.id and shared[one.key]]
    return sorted(fitting, key=lambda one: -shared[one.key])[:4]
