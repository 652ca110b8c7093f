"""What the pages of the library's makers share: who may, how they are drawn, how mistakes are worded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from bot.gateway.desk.page_callers import answering_caller, go, word_error
from bot.gateway.document_html import render_document
from bot.gateway.errors import Problem, from_handoff
from bot.gateway.templating import choose_locale, render
from bot.helpdesk import Helpdesk
from bot.learning import checking
from bot.wording import UnknownSentence, say
from handoff import drafts, question_groups
from handoff.coordinators import SignedIn
from handoff.errors import HandoffError
from handoff.permissions import EDITS
from knowledge.document import Document
from knowledge.material_checks import REQUIRED
from knowledge.passages import cut
from knowledge.problem import Problem as Mistake

PARTS = ("materials", "learning", "drafts", "controls")


def editing_caller(signed_in: Annotated[SignedIn, Depends(answering_caller)]) -> SignedIn:
    if signed_in.actor.role not in EDITS:
        raise Problem(403, "not_allowed")
    return signed_in


Editing = Annotated[SignedIn, Depends(editing_caller)]


def show(
    request: Request, helpdesk: Helpdesk, signed_in: SignedIn, template: str, part: str, *, status: int = 200,
    **facts: Any,
) -> Response:  # fmt: skip
    """A page of the part `materials`, `learning`, `drafts` or `controls`."""
    with helpdesk.database.reading() as session:
        waiting = {
            "learning": question_groups.count_groups(session)["open"],
            "drafts": drafts.count_drafts(session),
        }
    return render(
        request,
        f"desk/{template}",
        status=status,
        signed_in=signed_in,
        part=part,
        waiting=waiting,
        may_edit=signed_in.actor.role in EDITS,
        **facts,
    )


def refuse(
    request: Request, helpdesk: Helpdesk, signed_in: SignedIn, part: str, error: HandoffError, back: str
) -> Response:
    """A page that tells why nothing was changed."""
    told, status = word_refusal(choose_locale(request), error), from_handoff(error).status
    return show(request, helpdesk, signed_in, "refused.html", part, status=status, error=told, back=back)


def show_check_begun(request: Request, helpdesk: Helpdesk, check: int, *, compared: bool = True) -> Response:
    """What was published is indexed and asked about while its page is looked at."""
    checking.start(helpdesk, check, compared=compared)
    return go(request, f"/inbox/learning/checks/{check}")


def word_refusal(locale: str, error: HandoffError) -> str:
    for key in (f"{error.code}_{error.facts.get('reason')}", error.code):
        try:
            return say(locale, f"learning.errors.{key}")
        except UnknownSentence:
            continue
    return word_error(locale, error)


def word_mistakes(locale: str, mistakes: Iterable[Mistake], fields: dict[str, Any]) -> dict[str, str]:
    """By field, what to write instead; the file's own words where we have none for it."""
    found: dict[str, str] = {}
    for one in mistakes:
        name = one.field or ""
        missing = name in REQUIRED and fields.get(name) in (None, "", [])
        key = "missing" if missing else "title_demo" if name == "title" and fields.get("demo") else name
        try:
            found.setdefault(name, say(locale, f"materials.wrong.{key}"))
        except UnknownSentence:
            found.setdefault(name, one.message)
    return found


def preview(document: Document, locale: str) -> Any:
    """The body as the library shows it."""
    return render_document(document, cut(document), say(locale, "library.page_mark", page="{page}"))
