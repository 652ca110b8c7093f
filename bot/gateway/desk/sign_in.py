"""Signing in and out, and choosing a password, by forms alone."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from bot.gateway.conversations import rates_of
from bot.gateway.desk.api import address_of
from bot.gateway.desk.authentication import begin_session, check_origin, delete_cookie, need_passwords
from bot.gateway.desk.page_callers import ShortText, Signed, go, word_error
from bot.gateway.desk.wanted_pages import HOME, lead_to, take_page
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from bot.wording import find_words, say
from handoff.coordinators import SignedIn, sign_in_at, sign_out
from handoff.errors import Invalid, Locked, NotAllowed
from handoff.own_account import change_password

router = APIRouter(prefix="/inbox", include_in_schema=False)


@router.get("/sign-in")
def show_sign_in(request: Request) -> Response:
    return show_form(request)


def show_form(request: Request, *, status: int = 200, **told: object) -> Response:
    """`problem` in the address names what went wrong at the identity provider, if it is one we have words for."""
    wanted = take_page(request.query_params.get("next", ""))
    problem = find_words(choose_locale(request), f"sign_in.problems.{request.query_params.get('problem', '')}")
    facts: dict[str, Any] = {"error": problem, "email": "", "asks_code": False, **told}
    settings = request.app.state.helpdesk.settings
    name = settings.oidc_name or say(choose_locale(request), "sign_in.organisation")
    provider = name if settings.oidc_issuer else None
    return render(request, "desk/sign_in.html", status=status, wanted=wanted, provider=provider, **facts)


@router.post("/sign-in")
def take_sign_in(
    request: Request,
    helpdesk: Desk,
    email: ShortText = "",
    password: ShortText = "",
    code: ShortText = "",
) -> Response:
    check_origin(request)
    rates_of(request).count_address(request, "sign-ins")
    locale = choose_locale(request)
    if not helpdesk.settings.local_sign_in:
        return show_form(request, status=403, error=say(locale, "sign_in.no_passwords"))
    try:
        signed_in = sign_in_at(
            helpdesk.database,
            email=email,
            password=password,
            code=code or None,
            address=address_of(request),
            agent=request.headers.get("user-agent", ""),
        )
    except (NotAllowed, Locked) as error:
        asks_code = str(error.facts.get("reason", "")).startswith(("code", "secret"))
        status, told = (429 if isinstance(error, Locked) else 403), word_error(locale, error)
        return show_form(request, status=status, error=told, email=email, asks_code=asks_code)
    response = enter(request, signed_in)
    begin_session(request, response, helpdesk, signed_in)
    return response


def enter(request: Request, signed_in: SignedIn) -> RedirectResponse:
    """To the page that was wanted; the holder of a one-time password chooses their own first."""
    wanted = take_page(request.query_params.get("next", ""))
    if not signed_in.must_change_password:
        return lead_to(request, wanted)
    return go(request, "/inbox/password", **({"next": wanted} if wanted != HOME else {}))


@router.post("/sign-out")
def take_sign_out(request: Request, helpdesk: Desk, signed_in: Signed) -> Response:
    with helpdesk.database.transaction() as session:
        sign_out(session, signed_in.session_token)
    response = go(request, "/inbox/sign-in")
    delete_cookie(request, response)
    return response


@router.get("/password", dependencies=[Depends(need_passwords)])
def show_password(request: Request, signed_in: Signed) -> Response:
    return show_choice(request, signed_in)


def show_choice(request: Request, signed_in: SignedIn, *, status: int = 200, error: str | None = None) -> Response:
    wanted = take_page(request.query_params.get("next", ""))
    return render(request, "desk/password.html", status=status, signed_in=signed_in, wanted=wanted, error=error)


@router.post("/password", dependencies=[Depends(need_passwords)])
def take_password(
    request: Request,
    helpdesk: Desk,
    signed_in: Signed,
    old: ShortText = "",
    new: ShortText = "",
) -> Response:
    rates_of(request).count_address(request, "sign-ins")
    keep, address = signed_in.session_token, address_of(request)
    try:
        change_password(helpdesk.database, signed_in.actor, old=old, new=new, address=address, keep=keep)
    except (Invalid, Locked) as error:
        status, told = (429 if isinstance(error, Locked) else 422), word_error(choose_locale(request), error)
        return show_choice(request, signed_in, status=status, error=told)
    return lead_to(request, take_page(request.query_params.get("next", "")))
