"""Drafts of answers: made with one click, mended, read by a second person, published into the library."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from bot.gateway.desk.form_data import Form, Given
from bot.gateway.desk.knowledge_pages import (
    Editing,
    preview,
    show,
    show_check_begun,
    word_mistakes,
    word_refusal,
)
from bot.gateway.desk.materials_fields import choices_of
from bot.gateway.desk.page_callers import Answering, Number, go
from bot.gateway.desk.suggesting import find_question
from bot.gateway.errors import Problem, from_handoff
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.learning.drafting import draft_answer, draft_from_dossier, free_id, summarise, today
from bot.learning.publishing import NOTHING, Change, publish
from bot.wording import LOCALES, say
from handoff import checks, drafts, question_groups, requests
from handoff.anonymising import find_marks, names_in
from handoff.coordinators import SignedIn, list_coordinators
from handoff.drafts import DraftView
from handoff.errors import HandoffError
from knowledge.front_matter import FrontMatter
from knowledge.materials_file import check_fields, make_document
from knowledge.readers.markdown import read_markdown
from knowledge.writing import compose

router = APIRouter(prefix="/inbox", include_in_schema=False)
PARTS = ("title", "summary", "body")
KINDS = ("faq", "article")


@router.post("/{number:int}/draft")
def draft_of_request(number: Number, request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    """One click on a closed request."""
    with helpdesk.database.transaction() as session:
        dossier = requests.get_dossier(session, signed_in.actor, number)
        colleagues = [one.name for one in list_coordinators(session)]
    question = find_question(dossier.messages, dossier.request.summary)
    fields, texts = draft_from_dossier(helpdesk, dossier, question, colleagues)
    with helpdesk.database.transaction() as session:
        made = drafts.create_draft(
            session,
            signed_in.actor,
            fields=fields,
            texts=texts,
            request_number=number,
            conversation_id=dossier.request.conversation_id,
        )
    return go(request, f"/inbox/learning/drafts/{made}")


@router.post("/learning/groups/{number}/draft")
def draft_of_group(number: Number, request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    """With what a coordinator answered to one of its questions, if one did."""
    with helpdesk.database.transaction() as session:
        _, members = question_groups.get_group(session, signed_in.actor, number)
        if not members:
            raise Problem(404, "not_found")
        replies = {one.message_id: question_groups.find_replies(session, one.message_id) for one in members}
        colleagues = [one.name for one in list_coordinators(session)]
    chosen = next((one for one in members if replies[one.message_id]), members[0])
    fields, texts = draft_answer(
        helpdesk,
        question=chosen.text,
        replies=replies[chosen.message_id],
        locale=chosen.language,
        names=[word for name in colleagues for word in names_in(name)],
    )
    with helpdesk.database.transaction() as session:
        made = drafts.create_draft(
            session,
            signed_in.actor,
            fields=fields,
            texts=texts,
            group_id=number,
            conversation_id=chosen.conversation_id,
        )
    return go(request, f"/inbox/learning/drafts/{made}")


@router.get("/learning/drafts")
def list_drafts(request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    with helpdesk.database.reading() as session:
        found = drafts.list_drafts(session, signed_in.actor)
    return show(request, helpdesk, signed_in, "drafts.html", "drafts", drafts=found)


@router.get("/learning/drafts/{number}")
def show_draft(number: Number, request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    return show_one(request, helpdesk, signed_in, number)


def show_one(
    request: Request, helpdesk: Helpdesk, signed_in: SignedIn, number: int, *, error: str | None = None,
    typed: tuple[dict[str, Any], dict[str, dict[str, str]]] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    """`typed` is what somebody has just written and could not be kept."""
    locale = choose_locale(request)
    with helpdesk.database.reading() as session:
        draft = drafts.get_draft(session, signed_in.actor, number)
        may_review = drafts.may_review(session, signed_in.actor, draft.author_id)
    fields, texts = typed or (draft.fields, draft.texts)
    if not fields and draft.state == "discarded":
        raise Problem(404, "not_found")
    mistakes = find_mistakes(helpdesk, locale, fields, texts)
    return show(
        request,
        helpdesk,
        signed_in,
        "draft.html",
        "drafts",
        status=status,
        draft=draft,
        fields=fields,
        texts={one: {part: texts.get(one, {}).get(part, "") for part in PARTS} for one in LOCALES},
        themes=choices_of("themes", locale),
        kinds=KINDS,
        may_review=may_review,
        mistakes=mistakes,
        looked_at=look_at(helpdesk, fields, texts, locale),
        error=error,
    )


def show_refused(
    request: Request, helpdesk: Helpdesk, signed_in: SignedIn, number: int, error: HandoffError,
    typed: tuple[dict[str, Any], dict[str, dict[str, str]]] | None = None,
) -> Response:  # fmt: skip
    told, status = word_refusal(choose_locale(request), error), from_handoff(error).status
    return show_one(request, helpdesk, signed_in, number, error=told, typed=typed, status=status)


def read_draft(given: Given, before: DraftView) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    kind = given.text("kind")
    fields = dict(before.fields) | {
        "kind": kind if kind in KINDS else "faq",
        "themes": given.all("themes"),
        "source": given.text("source"),
    }
    texts = {}
    for locale in LOCALES:
        told = {"title": given.text(f"title_{locale}"), "summary": given.text(f"summary_{locale}"),
                "body": given.one(f"body_{locale}").strip()}  # fmt: skip
        if any(told.values()):
            texts[locale] = told | {"summary": told["summary"] or summarise(told["body"])}
    return fields, texts


@router.post("/learning/drafts/{number}")
def change_draft(number: Number, request: Request, helpdesk: Desk, signed_in: Answering, given: Form) -> Response:
    with helpdesk.database.reading() as session:
        before = drafts.get_draft(session, signed_in.actor, number)
    fields, texts = read_draft(given, before)
    try:
        with helpdesk.database.transaction() as session:
            drafts.change_draft(
                session, signed_in.actor, number, edition=edition_of(given), fields=fields, texts=texts
            )
    except HandoffError as error:
        return show_refused(request, helpdesk, signed_in, number, error, typed=(fields, texts))
    return go(request, f"/inbox/learning/drafts/{number}", saved="yes")


def edition_of(given: Given) -> int:
    told = given.text("edition")
    return int(told) if told.isdecimal() and len(told) < 9 else 0


@router.post("/learning/drafts/{number}/review")
def review_draft(number: Number, request: Request, helpdesk: Desk, signed_in: Editing, given: Form) -> Response:
    locale = choose_locale(request)
    try:
        with helpdesk.database.transaction() as session:
            draft = drafts.get_draft(session, signed_in.actor, number)
            if find_mistakes(helpdesk, locale, draft.fields, draft.texts):
                raise Problem(409, "conflict")
            drafts.review_draft(session, signed_in.actor, number, edition=edition_of(given))
    except HandoffError as error:
        return show_refused(request, helpdesk, signed_in, number, error)
    return go(request, f"/inbox/learning/drafts/{number}", saved="reviewed")


@router.post("/learning/drafts/{number}/discard")
def discard_draft(number: Number, request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    with helpdesk.database.transaction() as session:
        drafts.discard_draft(session, signed_in.actor, number)
    return go(request, "/inbox/learning/drafts", saved="discarded")


@router.post("/learning/drafts/{number}/publish")
def publish_draft(number: Number, request: Request, helpdesk: Desk, signed_in: Editing, given: Form) -> Response:
    """Into the library, into the index, and among the questions that must stay answered."""
    locale = choose_locale(request)
    with helpdesk.database.reading() as session:
        draft = drafts.get_draft(session, signed_in.actor, number)
    if find_mistakes(helpdesk, locale, draft.fields, draft.texts):
        raise Problem(409, "conflict")
    told = {one: material_of(helpdesk, draft.fields, draft.texts, one) for one in draft.texts}

    def add_controls(session: Session) -> None:
        for one, text in draft.texts.items():
            key = f"{one}/{draft.fields['id']}"
            checks.add_control(session, signed_in.actor, question=text["title"], locale=one, document=key)

    try:
        check = publish(
            helpdesk,
            signed_in.actor,
            [
                Change(f"{one}/{draft.fields['id']}", compose(fields, body), NOTHING, "published")
                for one, (fields, body) in told.items()
            ],
            draft=(number, edition_of(given)),
            also=add_controls,
        )
    except HandoffError as error:
        return show_refused(request, helpdesk, signed_in, number, error)
    return show_check_begun(request, helpdesk, check)


def material_of(
    helpdesk: Helpdesk, fields: dict[str, Any], texts: dict[str, dict[str, str]], locale: str
) -> tuple[dict[str, Any], str]:
    """Fields and body of the material in that language. Reviewed today: somebody has just read it."""
    text = texts[locale]
    made = {
        "id": fields.get("id") or free_id(helpdesk.knowledge.catalogue, text["title"]),
        "kind": fields.get("kind") or "faq",
        "locale": locale,
        "title": text["title"],
        "summary": text["summary"],
        "source": fields.get("source") or "",
        "reviewed_on": today(helpdesk),
    }
    if fields.get("themes"):
        made["themes"] = fields["themes"]
    return made, text["body"]


def find_mistakes(
    helpdesk: Helpdesk, locale: str, fields: dict[str, Any], texts: dict[str, dict[str, str]]
) -> dict[str, str]:
    """By the name of the field on the page; marks of what was taken out are mistakes until they are mended."""
    if not texts:
        return {"title_lv": say(locale, "materials.wrong.missing")}
    found: dict[str, str] = {}
    for one, text in texts.items():
        made, body = material_of(helpdesk, fields, texts, one)
        wrong = word_mistakes(locale, check_fields(FrontMatter(made, {}, body, 1), ""), made)
        if not body:
            wrong["body"] = say(locale, "materials.wrong.body")
        for part in PARTS:
            if marks := find_marks(text[part]):
                wrong[part] = say(locale, "learning.draft.marks", marks=", ".join(dict.fromkeys(marks)))
        found |= {f"{name}_{one}" if name in PARTS else name: told for name, told in wrong.items()}
    return found


def look_at(
    helpdesk: Helpdesk, fields: dict[str, Any], texts: dict[str, dict[str, str]], locale: str
) -> dict[str, Any]:
    """The answers as the library would show them."""
    shown = {}
    for one, text in texts.items():
        made, body = material_of(helpdesk, fields, texts, one)
        if body:
            shown[one] = (text["title"], preview(make_document(made, read_markdown(body), ""), locale))
    return shown
