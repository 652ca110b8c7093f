"""Ready texts: everybody who answers reads them here; editors and administrators change them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from bot.gateway.desk.page_callers import Answering, Number, go, word_error
from bot.gateway.errors import from_handoff
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from handoff.canned import EDITS, LONGEST, VARIABLES, delete_canned, get_canned, list_canned, save_canned
from handoff.coordinators import SignedIn
from handoff.errors import HandoffError
from handoff.requests import count_requests

router = APIRouter(prefix="/inbox/canned", include_in_schema=False)


class CannedForm(BaseModel):
    title: str = Field("", max_length=1000)
    lv: str = Field("", max_length=12_000)
    en: str = Field("", max_length=12_000)


def show(
    request: Request,
    helpdesk: Helpdesk,
    signed_in: SignedIn,
    *,
    canned_id: int | None = None,
    form: CannedForm | None = None,
    error: str | None = None,
    status: int = 200,
) -> Response:
    """The list, and the form: for the one that is changed, else for a new one."""
    with helpdesk.database.reading() as session:
        canned = list_canned(session)
        chosen = get_canned(session, canned_id) if canned_id is not None else None
        counts = count_requests(session, signed_in.actor)
    if form is None:
        texts = chosen.texts if chosen else {}
        form = CannedForm(title=chosen.title if chosen else "", lv=texts.get("lv", ""), en=texts.get("en", ""))
    return render(
        request,
        "desk/canned.html",
        status=status,
        signed_in=signed_in,
        counts=counts,
        canned=canned,
        chosen=chosen,
        form=form,
        error=error,
        may_edit=signed_in.actor.role in EDITS,
        variables=VARIABLES,
        longest=LONGEST,
    )


@router.get("")
def show_canned(request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    return show(request, helpdesk, signed_in)


@router.get("/{number:int}")
def show_one(number: Number, request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    return show(request, helpdesk, signed_in, canned_id=number)


def save(
    request: Request, helpdesk: Helpdesk, signed_in: SignedIn, form: CannedForm, canned_id: int | None
) -> Response:
    lv, en = form.lv.replace("\r\n", "\n"), form.en.replace("\r\n", "\n")
    try:
        with helpdesk.database.transaction() as session:
            save_canned(session, signed_in.actor, canned_id, title=form.title, lv=lv, en=en)
    except HandoffError as error:
        told, status = word_error(choose_locale(request), error), from_handoff(error).status
        return show(request, helpdesk, signed_in, canned_id=canned_id, form=form, error=told, status=status)
    return go(request, "/inbox/canned", saved="yes")


@router.post("")
def add(request: Request, helpdesk: Desk, signed_in: Answering, form: Annotated[CannedForm, Form()]) -> Response:
    return save(request, helpdesk, signed_in, form, None)


@router.post("/{number:int}")
def change(
    number: Number, request: Request, helpdesk: Desk, signed_in: Answering, form: Annotated[CannedForm, Form()]
) -> Response:
    return save(request, helpdesk, signed_in, form, number)


@router.post("/{number:int}/delete")
def delete(number: Number, request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    with helpdesk.database.transaction() as session:
        delete_canned(session, signed_in.actor, number)
    return go(request, "/inbox/canned", saved="deleted")
