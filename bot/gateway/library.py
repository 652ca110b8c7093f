"""The public library: everything the helpdesk knows, where the sources of its answers lead to."""

from __future__ import annotations

import json
from typing import Annotated, Any
from xml.sax.saxutils import escape

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from bot.gateway.conversations import problems, rates_of
from bot.gateway.document_html import render_document
from bot.gateway.errors import Problem
from bot.gateway.languages import preferred_locale
from bot.gateway.pages import describe_call
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk, Knowledge
from bot.wording import LOCALES, say
from knowledge.call import FundingCall
from knowledge.document import Document, Kind
from knowledge.vocabulary import Vocabulary, load_vocabularies

router = APIRouter()
Code = Annotated[str, Query(max_length=60)]
Words = Annotated[str, Query(max_length=300)]
FACETS = ("theme", "target_group", "region", "stage")
MOST = 100
SCHEMA_TYPES = {
    Kind.FAQ: "FAQPage",
    Kind.EVENT: "Event",
    Kind.ORGANISATION: "Organization",
    Kind.CALL: "MonetaryGrant",
}


class DocumentOut(BaseModel):
    id: str
    locale: str
    kind: str
    title: str
    summary: str
    url: str
    themes: list[str]
    regions: list[str]
    stages: list[str]
    reviewed_on: str | None
    demo: bool

    @classmethod
    def of(cls, one: Document) -> DocumentOut:
        return cls(
            id=one.id,
            locale=one.locale,
            kind=one.kind,
            title=one.title,
            summary=one.summary,
            url=one.url,
            themes=list(one.themes),
            regions=list(one.regions),
            stages=list(one.stages),
            reviewed_on=one.reviewed_on.isoformat() if one.reviewed_on else None,
            demo=one.demo,
        )


class DocumentsOut(BaseModel):
    documents: list[DocumentOut]
    total: int


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


def find(knowledge: Knowledge, locale: str, kind: str, q: str, facets: dict[str, str]) -> list[Document]:
    """By title; with words to search for, by how well they fit."""
    chosen = {facet: take_code(facet, code) for facet, code in facets.items()}
    found = knowledge.catalogue.find_documents(locale=locale, kinds=take_kind(kind), **chosen)
    if not q.strip():
        return found
    by_key = {document.key: document for document in found}
    hits = knowledge.retriever.search(q, locale=locale, k=60, documents=list(by_key))
    ordered = dict.fromkeys(hit.passage.document for hit in hits)
    return [by_key[key] for key in ordered if key in by_key][:20]


@router.get("/api/v1/library", tags=["anyone"], summary="Documents of the library", responses=problems(422, 429))
def list_documents(
    request: Request,
    helpdesk: Desk,
    kind: Code = "",
    q: Words = "",
    theme: Code = "",
    region: Code = "",
    stage: Code = "",
    target_group: Code = "",
    locale: Code = "",
) -> DocumentsOut:
    rates_of(request).count_address(request, "questions" if q else "readings")
    spoken = locale if locale in LOCALES else preferred_locale(request)
    facets = {"theme": theme, "region": region, "stage": stage, "target_group": target_group}
    found = find(helpdesk.knowledge, spoken, kind, q, facets)
    return DocumentsOut(documents=[DocumentOut.of(one) for one in found], total=len(found))


@router.get("/library", include_in_schema=False)
def show_library(
    request: Request,
    helpdesk: Desk,
    kind: Code = "",
    q: Words = "",
    theme: Code = "",
    region: Code = "",
    stage: Code = "",
    target_group: Code = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    locale = choose_locale(request)
    if q:
        rates_of(request).count_address(request, "questions")
    chosen = {"theme": theme, "target_group": target_group, "region": region, "stage": stage}
    found = find(helpdesk.knowledge, locale, kind, q, chosen)
    first = (page - 1) * MOST
    return render(
        request,
        "library/list.html",
        documents=found[first : first + MOST],
        total=len(found),
        page=page,
        pages=max(1, -(-len(found) // MOST)),
        kinds_titled=[(str(one), say(locale, f"library.kinds.{one}")) for one in Kind],
        kind=kind,
        q=q,
        facets=[(name, list_terms(load_vocabularies()[name], locale), chosen[name]) for name in FACETS],
        chosen=chosen,
        narrowed=bool(kind or q or any(chosen.values())),
    )


def list_terms(vocabulary: Vocabulary, locale: str) -> list[tuple[str, str]]:
    return [(code, term.label(locale)) for code, term in vocabulary.terms.items()]


@router.get("/library/{locale}/{document_id}", include_in_schema=False)
def show_document(locale: str, document_id: str, request: Request, helpdesk: Desk) -> Response:
    knowledge = helpdesk.knowledge
    document = knowledge.catalogue.document(f"{locale}/{document_id}")
    if document is None:
        raise Problem(404, "not_found")
    passages = [passage for passage in knowledge.catalogue.passages if passage.document == document.key]
    call = next((one for one in knowledge.catalogue.calls if one.document == document.key), None)
    return render(
        request,
        "library/document.html",
        locale=locale if locale in LOCALES else None,
        languages=translations(knowledge, document),
        document=document,
        body=render_document(document, passages),
        call=call,
        call_facts=describe_call(helpdesk, call, locale) if call else None,
        labels=label_facets(document, locale),
        related=find_related(knowledge, document),
        structured=describe_for_machines(helpdesk, document, call),
    )


def translations(knowledge: Knowledge, document: Document) -> dict[str, str]:
    told = {locale: knowledge.catalogue.translation(document, locale) for locale in LOCALES}
    return {locale: one.url for locale, one in told.items() if one is not None}


def label_facets(document: Document, locale: str) -> list[tuple[str, list[str]]]:
    vocabularies = load_vocabularies()
    held = {
        "theme": document.themes,
        "target_group": document.target_groups,
        "applicant": document.applicants,
        "region": document.regions,
        "stage": document.stages,
    }
    return [
        (
            name,
            [vocabularies[name].terms[code].label(locale) for code in codes if code in vocabularies[name].terms],
        )
        for name, codes in held.items()
        if codes
    ]


def find_related(knowledge: Knowledge, document: Document) -> list[Document]:
    """Up to four others that share most themes."""
    others = knowledge.catalogue.find_documents(locale=document.locale)
    shared = {one.key: len(set(one.themes) & set(document.themes) - {"other"}) for one in others}
    fitting = [one for one in others if one.id != document.id and shared[one.key]]
    return sorted(fitting, key=lambda one: -shared[one.key])[:4]


def describe_for_machines(helpdesk: Helpdesk, document: Document, call: FundingCall | None) -> str:
    """schema.org as JSON that is safe inside a script element."""
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": SCHEMA_TYPES.get(document.kind, "Article"),
        "name": document.title,
        "description": document.summary,
        "inLanguage": document.locale,
        "url": helpdesk.settings.base_url + document.url,
    }
    if document.reviewed_on:
        told["dateModified"] = document.reviewed_on.isoformat()
    if document.kind is Kind.EVENT and document.fields.get("starts_at"):
        told["startDate"] = str(document.fields["starts_at"])
    if call and call.deadlines:
        told["expires"] = call.deadlines[-1].isoformat()
    return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")


@router.get("/sitemap.xml", include_in_schema=False)
def map_site(helpdesk: Desk) -> Response:
    base = helpdesk.settings.base_url
    paths = ["/", "/library", "/calls", "/chat", "/accessibility", "/privacy"]
    paths += [document.url for document in helpdesk.knowledge.catalogue.documents]
    lines = "".join(f"<url><loc>{escape(base + path)}</loc></url>" for path in paths)
    opening = '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return Response(f"{opening}{lines}</urlset>", media_type="application/xml")
