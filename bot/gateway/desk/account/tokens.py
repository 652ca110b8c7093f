"""What acts in the coordinator's name: API tokens, each shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from bot.gateway.desk.account.pages import HOME, saved, show, status_of, word_refusal
from bot.gateway.desk.page_callers import ShortText, Signed
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from handoff import own_account
from handoff.coordinators import SignedIn, list_tokens, revoke_token
from handoff.errors import HandoffError, Invalid

router = APIRouter(prefix=f"{HOME}/tokens", include_in_schema=False)
LASTS = ("30", "90", "365", "")
"""Days a token may be made for; the empty one does not expire."""


class TokenForm(BaseModel):
    name: str = Field("", max_length=300)
    days: str = Field("90", max_length=5)


@router.get("")
def show_tokens(request: Request, helpdesk: Desk, signed_in: Signed) -> Response:
    return show_page(request, helpdesk, signed_in)


def show_page(request: Request, helpdesk: Helpdesk, signed_in: SignedIn, **told: Any) -> Response:
    with helpdesk.database.reading() as session:
        tokens = [(one, own_account.is_expired(session, one)) for one in list_tokens(session, signed_in.actor.id)]
    facts = {"form": TokenForm(), "made": None, **told}
    return show(request, signed_in, "tokens", tokens=tokens, lasts=LASTS, **facts)


@router.post("")
def make(request: Request, helpdesk: Desk, signed_in: Signed, form: Annotated[TokenForm, Form()]) -> Response:
    """The page that answers is the only place where it is ever shown."""
    try:
        if form.days not in LASTS:
            raise Invalid("not one of those offered", field="days", reason="unknown")
        with helpdesk.database.transaction() as session:
            expires = helpdesk.clock() + timedelta(days=int(form.days)) if form.days else None
            made = own_account.issue_own_token(session, signed_in.actor, form.name, expires)
    except HandoffError as error:
        told = word_refusal(choose_locale(request), error)
        return show_page(request, helpdesk, signed_in, status=status_of(error), error=told, form=form)
    return show_page(request, helpdesk, signed_in, made=made)


@router.post("/revoke")
def revoke(request: Request, helpdesk: Desk, signed_in: Signed, key: ShortText = "") -> Response:
    try:
        with helpdesk.database.transaction() as session:
            revoke_token(session, signed_in.actor, key)
    except HandoffError as error:
        told = word_refusal(choose_locale(request), error)
        return show_page(request, helpdesk, signed_in, status=status_of(error), error=told)
    return saved(request, "tokens", "token")
