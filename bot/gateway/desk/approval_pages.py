"""For which themes the bot's answers wait for approval: set by administrators, seen by all who answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from bot.gateway.desk.page_callers import Answering, go
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from handoff.approvals import set_themes
from handoff.held import list_themes
from handoff.requests import count_requests
from knowledge.vocabulary import load_vocabularies

router = APIRouter(prefix="/inbox/approval", include_in_schema=False)


class ThemesForm(BaseModel):
    themes: list[str] = Field(default_factory=list, max_length=100)


@router.get("")
def show(request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    locale = choose_locale(request)
    with helpdesk.database.reading() as session:
        chosen, counts = list_themes(session), count_requests(session, signed_in.actor)
    themes = {code: term.label(locale) for code, term in load_vocabularies()["theme"].terms.items()}
    return render(
        request,
        "desk/approval.html",
        signed_in=signed_in,
        counts=counts,
        themes=themes,
        chosen=chosen,
        may_edit=signed_in.actor.role == "administrator",
    )


@router.post("")
def save(request: Request, helpdesk: Desk, signed_in: Answering, form: Annotated[ThemesForm, Form()]) -> Response:
    known = load_vocabularies()["theme"].terms
    with helpdesk.database.transaction() as session:
        set_themes(session, signed_in.actor, [theme for theme in form.themes if theme in known])
    return go(request, "/inbox/approval", saved="yes")
