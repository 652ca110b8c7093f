"""What each page of the inbox shares: who is looking, the proof that a form is ours, how errors are worded."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Form, Path, Request
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from bot.gateway.desk.authentication import ANSWERING, SAFE, Caller, check_csrf, find_caller
from bot.gateway.desk.form_data import MOST_FIELDS
from bot.gateway.desk.wanted_pages import PASSWORD, SIGN_IN, lead_over
from bot.gateway.errors import Problem
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.wording import UnknownSentence, say
from handoff.coordinators import SignedIn
from handoff.errors import HandoffError

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
FormText = Annotated[str, Form(max_length=4000)]
ShortText = Annotated[str, Form(max_length=300)]
BEFORE_A_PASSWORD = (PASSWORD, "/inbox/sign-out")
"""What the holder of a one-time password may do without changing it."""


def go(request: Request, path: str, **query: str) -> RedirectResponse:
    """After a change: a page to look at, in the language in use."""
    if request.query_params.get("lang"):
        query["lang"] = choose_locale(request)
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303)


def page_visitor(request: Request, helpdesk: Desk) -> SignedIn:
    """Whoever is signed in; others are shown the sign-in page, and a one-time password's holder its change."""
    try:
        caller = find_caller(request, helpdesk)
    except Problem as problem:
        raise send_to(request, lead_over(request, SIGN_IN)) from problem
    if caller.signed_in is None:
        raise send_to(request, lead_over(request, SIGN_IN))
    if caller.signed_in.must_change_password and request.url.path not in BEFORE_A_PASSWORD:
        raise send_to(request, lead_over(request, PASSWORD))
    request.state.own_locale = caller.signed_in.locale
    return caller.signed_in


def send_to(request: Request, address: str) -> HTTPException:
    """Another page first. A fragment that htmx fetches has the whole page go there: it is no place for a form."""
    if "hx-request" in request.headers:
        return HTTPException(401, headers={"HX-Redirect": address})
    return HTTPException(303, headers={"Location": address})


async def page_caller(request: Request, signed_in: Annotated[SignedIn, Depends(page_visitor)]) -> SignedIn:
    """And, for a change, has shown the session's own CSRF token: in the form, or in the header.

    Every page that asks who is looking asks here, so that no form can be taken without the proof.
    """
    if request.method not in SAFE:
        given = (await request.form(max_files=0, max_fields=MOST_FIELDS)).get("csrf")
        check_csrf(request, Caller(signed_in.actor, signed_in), given if isinstance(given, str) else None)
    return signed_in


def answering_caller(signed_in: Annotated[SignedIn, Depends(page_caller)]) -> SignedIn:
    if signed_in.actor.role not in ANSWERING:
        raise Problem(403, "not_allowed")
    return signed_in


Signed = Annotated[SignedIn, Depends(page_caller)]
Answering = Annotated[SignedIn, Depends(answering_caller)]


def word_error(locale: str, error: HandoffError) -> str:
    """What went wrong, for the coordinator; the general words where the code has none."""
    facts = {name: value for name, value in error.facts.items() if isinstance(value, (str, int))}
    for key in (f"{error.code}_{error.facts.get('reason')}", error.code, "other"):
        try:
            return say(locale, f"desk.errors.{key}", **{"owner": "", "retry_after": 0, **facts})
        except UnknownSentence:
            continue
    raise UnknownSentence(f"{locale}: desk.errors.other")
