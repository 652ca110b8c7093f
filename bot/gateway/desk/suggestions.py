"""The part of a request's page that offers passages for the answer."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from bot.gateway.desk.page_callers import FormText, Number, ShortText, answering_caller
from bot.gateway.desk.suggesting import LONGEST_QUESTION, suggest
from bot.gateway.templating import render
from bot.gateway.visitors import Desk
from bot.wording import LOCALES

router = APIRouter(prefix="/inbox", include_in_schema=False)


@router.post("/{number}/suggestions", dependencies=[Depends(answering_caller)])
def show_suggestions(
    number: Number,
    request: Request,
    helpdesk: Desk,
    question: FormText = "",
    language: ShortText = "lv",
) -> Response:
    """A part of the page, for htmx to put in place; the question is not kept, nor is it in an address."""
    asked = question.strip()[:LONGEST_QUESTION]
    locale = language if language in LOCALES else "lv"
    retriever = helpdesk.knowledge.retriever
    found = suggest(retriever, asked, locale, helpdesk.settings.base_url) if asked else []
    return render(request, "desk/suggestions.html", suggestions=found, number=number)
