"""Editors' pages: the documents and calls of the library, changed by forms."""

from __future__ import annotations

from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Path, Query, Request, Response

from bot.gateway.desk.differences import compare_materials
from bot.gateway.desk.form_data import Form, Given
from bot.gateway.desk.knowledge_pages import (
    Editing,
    preview,
    show,
    show_check_begun,
    word_mistakes,
    word_refusal,
)
from bot.gateway.desk.materials_fields import read_fields, show_fields
from bot.gateway.desk.page_callers import Answering, go
from bot.gateway.errors import Problem
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk, own_materials
from bot.learning.drafting import free_id, today
from bot.learning.publishing import NOTHING, Change, Material, find_material, publish
from bot.wording import LOCALES, say
from handoff.coordinators import SignedIn
from handoff.errors import IllegalMove
from handoff.folding import fold
from knowledge.document import Kind
from knowledge.front_matter import FrontMatter, FrontMatterError, read_front_matter
from knowledge.front_matter import read_fields as read_yaml
from knowledge.materials_file import Refused, check_fields, make_document
from knowledge.readers.markdown import read_markdown
from knowledge.writing import compose, place_of, read_text

router = APIRouter(prefix="/inbox/materials", include_in_schema=False)
PAGE = 50
Locale = Annotated[str, Path(pattern="^(lv|en)$")]
Name = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,79}$")]
KEPT = ("imported", "changes")
"""Fields that the import writes; a form neither shows nor loses them."""


@router.get("")
def list_materials(
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    kind: Annotated[str, Query(max_length=20)] = "",
    locale: Annotated[str, Query(max_length=5)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    catalogue = helpdesk.knowledge.catalogue
    words = fold(q).split()
    found = [
        document
        for document in catalogue.documents
        if (not kind or document.kind == kind)
        and (not locale or document.locale == locale)
        and all(word in fold(f"{document.title} {document.id} {document.summary}") for word in words)
    ]
    found.sort(key=lambda document: (fold(document.title), document.locale))
    shown = found[(page - 1) * PAGE : page * PAGE]
    own = own_materials(helpdesk.settings)
    return show(
        request,
        helpdesk,
        signed_in,
        "materials.html",
        "materials",
        documents=shown,
        own={document.key for document in shown if place_of(own, document).exists()},
        total=len(found),
        page=page,
        pages=max(1, -(-len(found) // PAGE)),
        kinds=list(Kind),
        kind=kind,
        chosen_locale=locale,
        q=q,
        problems=catalogue.problems,
    )


@router.get("/new")
def begin_material(
    request: Request,
    helpdesk: Desk,
    signed_in: Editing,
    kind: Annotated[str, Query(max_length=20)] = "article",
    locale: Annotated[str, Query(max_length=5)] = "lv",
    like: Annotated[str, Query(max_length=90)] = "",
) -> Response:
    """`like` is the key of the document that this one tells in the other language."""
    if kind not in set(Kind) or locale not in LOCALES:
        raise Problem(404, "not_found")
    fields: dict[str, Any] = {"kind": kind, "locale": locale, "reviewed_on": today(helpdesk)}
    other = helpdesk.knowledge.catalogue.document(like) if like else None
    if other is not None:
        held = find_material(helpdesk, other.key)
        told = read_held(held)[0] if held else {}
        shared = {name: value for name, value in told.items() if name not in ("title", "summary", "source", *KEPT)}
        fields = shared | fields | {"kind": str(other.kind)}
    return show_form(request, helpdesk, signed_in, fields, "", base=NOTHING, key=None)


@router.post("/new")
def add_material(request: Request, helpdesk: Desk, signed_in: Editing, given: Form) -> Response:
    kind, locale = given.text("kind"), given.text("locale")
    if kind not in set(Kind) or locale not in LOCALES:
        raise Problem(422, "invalid")
    fields = {"kind": kind, "locale": locale, **read_fields(given, Kind(kind))}
    fields["id"] = given.text("id") or free_id(helpdesk.knowledge.catalogue, str(fields.get("title", "")))
    return save(request, helpdesk, signed_in, given, fields, None)


@router.get("/{locale}/{name}")
def edit_material(locale: Locale, name: Name, request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    held = held_material(helpdesk, f"{locale}/{name}")
    fields, body = read_held(held, helpdesk)
    return show_form(request, helpdesk, signed_in, fields, body, base=held.digest, key=held.key, held=held)


@router.post("/{locale}/{name}")
def save_material(
    locale: Locale, name: Name, request: Request, helpdesk: Desk, signed_in: Editing, given: Form
) -> Response:
    held = held_material(helpdesk, f"{locale}/{name}")
    if held.loose and not held.own:
        raise Problem(403, "not_allowed")
    before, _ = read_held(held, helpdesk)
    fields = {one: before[one] for one in ("id", "kind", "locale")}
    fields |= read_fields(given, Kind(str(before["kind"]))) | {one: before[one] for one in KEPT if one in before}
    note_moved_deadline(helpdesk, before, fields)
    return save(request, helpdesk, signed_in, given, fields, held)


def note_moved_deadline(helpdesk: Helpdesk, before: dict[str, Any], fields: dict[str, Any]) -> None:
    """A moved deadline is told to readers, as one that an import has moved is."""
    then, now = before.get("deadlines") or [], fields.get("deadlines") or []
    if then and [str(one) for one in then] != [str(one) for one in now]:
        change = {"on": today(helpdesk), "field": "deadlines", "before": then, "after": now}
        fields["changes"] = [*(before.get("changes") or []), change]


def held_material(helpdesk: Helpdesk, key: str) -> Material:
    held = find_material(helpdesk, key)
    if held is None:
        raise Problem(404, "not_found")
    return held


def read_held(held: Material, helpdesk: Helpdesk | None = None) -> tuple[dict[str, Any], str]:
    """Fields and body; of a file as people have it, what is told of it and no body."""
    if held.loose:
        document = helpdesk.knowledge.catalogue.document(held.key) if helpdesk else None
        locale, _, name = held.key.partition("/")
        guessed = {"id": name, "locale": locale, "kind": "article"}
        if document is not None:
            guessed |= {"kind": str(document.kind), "title": document.title, "summary": document.summary,
                        "source": document.source}  # fmt: skip
        return guessed | (read_yaml(held.text, 1)[0] if held.text.strip() else {}), ""
    try:
        matter = read_front_matter(held.text)
    except FrontMatterError as error:
        raise Problem(409, "conflict") from error
    return dict(matter.fields), matter.body.strip()


def save(
    request: Request, helpdesk: Helpdesk, signed_in: SignedIn, given: Given, fields: dict[str, Any],
    held: Material | None,
) -> Response:  # fmt: skip
    """Looked at first if that was asked for or something is wrong; else written, indexed and checked."""
    locale, body, base = choose_locale(request), given.one("body").strip(), given.text("base")
    loose = bool(held and held.loose)
    key = held.key if held else f"{fields['locale']}/{fields['id']}"
    mistakes = find_mistakes(locale, fields, body, loose)
    facts: dict[str, Any] = {"base": base, "key": held.key if held else None, "held": held, "mistakes": mistakes}
    if mistakes:
        return show_form(request, helpdesk, signed_in, fields, body, status=422, **facts)
    text = write(fields, body, loose)
    if given.one("action") == "preview":
        return show_form(request, helpdesk, signed_in, fields, body, shown=text, **facts)
    if held and text == held.text:
        return go(request, f"/inbox/materials/{key}", saved="same")
    try:
        check = publish(helpdesk, signed_in.actor, [Change(key, text, base)])
    except IllegalMove as error:
        now = find_material(helpdesk, key)
        facts |= {
            "error": word_refusal(locale, error),
            "conflict": compare_materials(now.text if now else "", text, locale),
        }
        if now and held:
            facts["base"] = now.digest
        return show_form(request, helpdesk, signed_in, fields, body, status=409, **facts)
    return show_check_begun(request, helpdesk, check)


def find_mistakes(locale: str, fields: dict[str, Any], body: str, loose: bool) -> dict[str, str]:
    found = check_fields(FrontMatter(fields, {}, body, 1), "", reviewed=not loose)
    mistakes = word_mistakes(locale, found, fields)
    if not loose and not body:
        mistakes |= {"body": say(locale, "materials.wrong.body")}
    return mistakes


def write(fields: dict[str, Any], body: str, loose: bool) -> str:
    if loose:
        return yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=110)
    return compose(fields, body)


def show_form(
    request: Request,
    helpdesk: Helpdesk,
    signed_in: SignedIn,
    fields: dict[str, Any],
    body: str,
    *,
    base: str,
    key: str | None,
    held: Material | None = None,
    mistakes: dict[str, str] | None = None,
    shown: str | None = None,
    error: str | None = None,
    conflict: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    """`shown` is the text to look at; `key` None for a new document."""
    locale, kind = choose_locale(request), Kind(str(fields["kind"]))
    document = helpdesk.knowledge.catalogue.document(key) if key else None
    other = "en" if fields["locale"] == "lv" else "lv"
    twin = helpdesk.knowledge.catalogue.document(f"{other}/{fields['id']}") if key else None
    return show(
        request,
        helpdesk,
        signed_in,
        "material.html",
        "materials",
        status=status,
        fields=fields,
        kind=str(kind),
        shown_fields=show_fields(kind, fields, locale),
        body=body,
        base=base,
        key=key,
        held=held,
        document=document,
        twin=twin,
        other=other,
        mistakes=mistakes or {},
        looked_at=look_at(shown, fields, body, locale) if shown else None,
        difference=compare_materials(held.text, shown, locale) if shown and held else None,
        error=error,
        conflict=conflict,
    )


def look_at(shown: str, fields: dict[str, Any], body: str, locale: str) -> Any:
    try:
        document = read_text(shown, "")
    except Refused:
        document = make_document(fields, read_markdown(body), "")
    return preview(document, locale)
