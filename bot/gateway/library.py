"""The public library: everything the helpdesk knows, where the sources of its answers lead to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from bot.gateway.conversations import problems, rates_of
from bot.gateway.document_html import render_document
from bot.gateway.errors import Problem
from bot.gateway.languages import preferred_locale
from bot.gateway.library_finding import find, find_related, label_facets, list_terms, translations
from bot.gateway.light_markdown import is_safe
from bot.gateway.pages import describe_call
from bot.gateway.structured_data import describe_for_machines
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from bot.wording import LOCALES, say
from knowledge.document import Document, Kind
from knowledge.vocabulary import load_vocabularies

router = APIRouter()
Code = Annotated[str, Query(max_length=60)]
Words = Annotated[str, Query(max_length=300)]
FACETS = ("theme", "target_group", "region", "stage")
MOST = 100


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
    return DocumentsOut(documents=[DocumentOut.of(one.document) for one in found], total=len(found))


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
        found=found[first : first + MOST],
        total=len(found),
        page=page,
        pages=[link_page(request, number) for number in range(1, -(-len(found) // MOST) + 1)],
        kinds_titled=[(str(one), say(locale, f"library.kinds.{one}")) for one in Kind],
        kind=kind,
        q=q,
        facets=[(name, list_terms(load_vocabularies()[name], locale), chosen[name]) for name in FACETS],
        chosen=chosen,
        narrowed=bool(kind or q or any(chosen.values())),
    )


def link_page(request: Request, number: int) -> str:
    """The same list, another page of it."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if value and name != "page"]
    return f"/library?{urlencode([*kept, ('page', number)])}"


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
        body=render_document(document, passages, say(locale, "library.page_mark", page="{page}")),
        call=call,
        call_facts=describe_call(helpdesk, call, locale) if call else None,
        labels=label_facets(document, locale),
        contacts=list_contacts(document),
        times=list_times(document),
        moves=list_moves(document),
        related=find_related(knowledge, document),
        structured=describe_for_machines(helpdesk, document, call),
    )


def list_contacts(document: Document) -> list[tuple[str, str, str]]:
    """Name, value and, where there is something to open, its address."""
    ways = {"url": "", "email": "mailto:", "phone": "tel:"}
    told = document.fields.get("contact") or {}
    found = [(name, str(told[name])) for name in ("url", "email", "phone", "address") if told.get(name)]
    addresses = {name: ways[name] + value.replace(" ", "") for name, value in found if name in ways}
    return [(name, value, one if is_safe(one := addresses.get(name, "")) else "") for name, value in found]


def list_times(document: Document) -> list[tuple[date, bool]]:
    """When an event begins and ends (once, if that is one day), and whether the hour is known."""
    told = [document.fields.get(name) for name in ("starts_at", "ends_at")]
    read = [datetime.fromisoformat(str(value)) for value in told if value]
    hours = [len(str(value)) > 10 for value in told if value]
    times = [(one if hour else one.date(), hour) for one, hour in zip(read, hours, strict=True)]
    return list(dict.fromkeys(times))


def list_moves(document: Document) -> list[tuple[date, list[date]]]:
    """When deadlines were moved, and what they were before."""
    told = [one for one in document.fields.get("changes") or () if one["field"] == "deadlines"]
    return [(read_day(one["on"]), [read_day(day) for day in one.get("before") or ()]) for one in told]


def read_day(told: object) -> date:
    return datetime.fromisoformat(str(told)).date()
