"""Questions the bot left open, and what came of a change: pages for those who mend the library."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from bot.gateway.desk.form_data import Form
from bot.gateway.desk.knowledge_pages import Editing, refuse, show, show_check_begun
from bot.gateway.desk.page_callers import Answering, Number, go
from bot.gateway.desk.suggesting import suggest
from bot.gateway.templating import render
from bot.gateway.visitors import Desk
from bot.learning import checking, publishing
from bot.wording import LOCALES
from handoff import checks, question_groups, versions
from handoff.anonymising import anonymise
from handoff.errors import HandoffError, IllegalMove
from handoff.permissions import EDITS
from handoff.versions import VersionView
from knowledge.document import Document
from knowledge.front_matter import FrontMatterError, read_front_matter

router = APIRouter(prefix="/inbox/learning", include_in_schema=False)
PAGE = 30


@router.get("")
def list_open(
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    state: Annotated[str, Query(max_length=10)] = "open",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    state = state if state in question_groups.STATES else "open"
    with helpdesk.database.reading() as session:
        groups, total = question_groups.list_groups(
            session, signed_in.actor, state=state, limit=PAGE, offset=(page - 1) * PAGE
        )
        counts = question_groups.count_groups(session)
    return show(
        request,
        helpdesk,
        signed_in,
        "learning.html",
        "learning",
        groups=groups,
        mask=anonymise,
        state=state,
        states=question_groups.STATES,
        counts=counts,
        page=page,
        pages=max(1, -(-total // PAGE)),
    )


@router.get("/groups/{number}")
def show_group(number: Number, request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    with helpdesk.database.transaction() as session:
        group, members = question_groups.get_group(session, signed_in.actor, number)
    locale = next((one for one in group.languages if one in LOCALES), "lv")
    near = suggest(helpdesk.knowledge.retriever, group.sample, locale, helpdesk.settings.base_url)
    return show(
        request,
        helpdesk,
        signed_in,
        "learning_group.html",
        "learning",
        group=group,
        members=members,
        mask=anonymise,
        near=near,
    )


@router.post("/groups/{number}/{state}")
def decide(number: Number, state: str, request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    with helpdesk.database.transaction() as session:
        question_groups.decide_group(session, signed_in.actor, number, state)
    return go(request, "/inbox/learning", decided=state)


@router.get("/checks/{number}")
def show_check(
    number: Number,
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    part: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """`part=result` gives the result alone, for htmx to put in place while it is waited for."""
    with helpdesk.database.reading() as session:
        check = checks.get_check(session, signed_in.actor, number)
        made = versions.versions_of_check(session, number)
        titles = {one.document: title_in(one.text) or title_before(session, one) for one in made}
    facts: dict[str, Any] = {
        "check": check,
        "made": made,
        "titles": titles,
        "questions": checking.label_questions(helpdesk, check.results),
        "mask": anonymise,
        "name": lambda key: title_of(helpdesk.knowledge.catalogue.document(key)) or titles.get(key) or key,
    }
    if part == "result":
        return render(
            request, "desk/check_result.html", signed_in=signed_in, may_edit=signed_in.actor.role in EDITS, **facts
        )
    return show(request, helpdesk, signed_in, "check.html", "materials", error=None, **facts)


def title_in(text: str) -> str:
    """What a version calls its document, which the index may not know yet."""
    try:
        return str(read_front_matter(text).fields.get("title", ""))
    except FrontMatterError:
        return ""


def title_before(session: Session, version: VersionView) -> str:
    """Of a document that is taken out."""
    if version.number == 1:
        return ""
    return title_in(versions.get_version(session, version.document, version.number - 1).text)


def title_of(document: Document | None) -> str:
    return document.title if document else ""


@router.post("/checks/{number}/again")
def check_again(number: Number, request: Request, helpdesk: Desk, signed_in: Editing) -> Response:
    """Compared with what the questions should be answered with: what was before is not known any more."""
    with helpdesk.database.transaction() as session:
        checks.restart_check(session, signed_in.actor, number)
    return show_check_begun(request, helpdesk, number, compared=False)


@router.post("/checks/{number}/undo")
def undo(number: Number, request: Request, helpdesk: Desk, signed_in: Editing) -> Response:
    try:
        check = publishing.roll_back(helpdesk, signed_in.actor, number)
    except IllegalMove as error:
        return refuse(request, helpdesk, signed_in, "materials", error, f"/inbox/learning/checks/{number}")
    return show_check_begun(request, helpdesk, check)


@router.get("/controls")
def list_controls(request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    with helpdesk.database.reading() as session:
        own = checks.list_controls(session)
    catalogue = helpdesk.knowledge.catalogue
    return show(
        request,
        helpdesk,
        signed_in,
        "controls.html",
        "controls",
        own=own,
        shipped=checking.shipped_questions(),
        documents=sorted(catalogue.documents, key=lambda document: document.title.casefold()),
        name=lambda key: title_of(catalogue.document(key)) or key,
    )


@router.post("/controls")
def add_control(request: Request, helpdesk: Desk, signed_in: Editing, given: Form) -> Response:
    document = helpdesk.knowledge.catalogue.document(given.text("document"))
    if document is None:
        return go(request, "/inbox/learning/controls", wrong="document")
    try:
        with helpdesk.database.transaction() as session:
            checks.add_control(
                session,
                signed_in.actor,
                question=given.text("question"),
                locale=document.locale,
                document=document.key,
            )
    except HandoffError as error:
        return refuse(request, helpdesk, signed_in, "controls", error, "/inbox/learning/controls")
    return go(request, "/inbox/learning/controls", saved="yes")


@router.post("/controls/{number}/remove")
def remove_control(number: Number, request: Request, helpdesk: Desk, signed_in: Editing) -> Response:
    with helpdesk.database.transaction() as session:
        checks.remove_control(session, signed_in.actor, number)
    return go(request, "/inbox/learning/controls", saved="yes")
