"""Signing in and out, and choosing a password, by forms alone."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from bot.gateway.conversations import rates_of
from bot.gateway.desk.api import address_of
from bot.gateway.desk.authentication import check_origin, delete_cookie, set_cookie
from bot.gateway.desk.page_callers import ShortText, Signed, go, word_error
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from handoff.coordinators import change_password, sign_in_at, sign_out
from handoff.errors import Invalid, Locked, NotAllowed

router = APIRouter(prefix="/inbox", include_in_schema=False)


@router.get("/sign-in")
def show_sign_in(request: Request) -> Response:
    return render(request, "desk/sign_in.html", error=None, email="", asks_code=False)


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
        asks_code = str(error.facts.get("reason", "")).startswith("code")
        status, told = (429 if isinstance(error, Locked) else 403), word_error(locale, error)
        return render(request, "desk/sign_in.html", status=status, error=told, email=email, asks_code=asks_code)
    response = go(request, "/inbox/password" if signed_in.must_change_password else "/inbox")
    set_cookie(request, response, signed_in.session_token)
    return response


@router.post("/sign-out")
def take_sign_out(request: Request, helpdesk: Desk, signed_in: Signed) -> Response:
    with helpdesk.database.transaction() as session:
        sign_out(session, signed_in.session_token)
    response = go(request, "/inbox/sign-in")
    delete_cookie(request, response)
    return response


@router.get("/password")
def show_password(request: Request, signed_in: Signed) -> Response:
    return render(request, "desk/password.html", signed_in=signed_in, counts={}, error=None)


@router.post("/password")
def take_password(
    request: Request,
    helpdesk: Desk,
    signed_in: Signed,
    old: ShortText = "",
    new: ShortText = "",
) -> Response:
    try:
        with helpdesk.database.transaction() as session:
            change_password(session, signed_in.actor, old=old, new=new, keep=signed_in.session_token)
    except Invalid as error:
        told = word_error(choose_locale(request), error)
        return render(request, "desk/password.html", status=422, signed_in=signed_in, counts={}, error=told)
    return go(request, "/inbox")
