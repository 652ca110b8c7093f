"""One's second factor: set it up with a QR code, keep the recovery codes, remove it with the password's proof."""

from __future__ import annotations

import io
from typing import Any

import segno
from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from bot.gateway.conversations import rates_of
from bot.gateway.desk.page_callers import ShortText, Signed, word_error
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from handoff import second_factor
from handoff.coordinators import SignedIn, describe_coordinator
from handoff.errors import HandoffError

router = APIRouter(prefix="/inbox/second-factor", include_in_schema=False)


def draw_code(address: str) -> str:
    """A QR code as an SVG element: drawn here, since the secret must not go to anybody else's service."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", scale=5, border=4, xmldecl=False, svgns=True, light="#fff", nl=False
    )
    return drawn.getvalue().decode()


def is_set(session: Session, signed_in: SignedIn) -> bool:
    return bool(describe_coordinator(session, signed_in.actor.id)["second_factor"])


def show(
    request: Request, helpdesk: Helpdesk, signed_in: SignedIn, *, status: int = 200, **told: object
) -> Response:
    """Never kept by the browser: the page may hold a secret or recovery codes."""
    with helpdesk.database.reading() as session:
        active = is_set(session, signed_in)
        left = second_factor.count_recovery_codes(session, signed_in.actor.id)
    facts: dict[str, Any] = {
        "error": None,
        "drawing": None,
        "secret": "",
        "codes": [],
        "retry": False,
        "renewed": False,
        **told,
    }
    page = render(
        request, "desk/second_factor.html", status=status, signed_in=signed_in, active=active, left=left, **facts
    )
    page.headers["Cache-Control"] = "no-store"
    return page


@router.get("")
def show_state(request: Request, helpdesk: Desk, signed_in: Signed) -> Response:
    return show(request, helpdesk, signed_in)


@router.post("/begin")
def begin(request: Request, helpdesk: Desk, signed_in: Signed) -> Response:
    try:
        with helpdesk.database.transaction() as session:
            secret, address = second_factor.begin(session, signed_in.actor.id)
    except HandoffError as error:
        return show(request, helpdesk, signed_in, status=409, error=word_error(choose_locale(request), error))
    return show(request, helpdesk, signed_in, drawing=draw_code(address), secret=secret)


@router.post("/confirm")
def confirm(request: Request, helpdesk: Desk, signed_in: Signed, code: ShortText = "") -> Response:
    """A wrong code changes nothing: the secret on the telephone stays right, and the next code may be tried."""
    rates_of(request).count_address(request, "sign-ins")
    try:
        with helpdesk.database.transaction() as session:
            codes = second_factor.confirm(session, signed_in.actor.id, code)
    except HandoffError as error:
        told = word_error(choose_locale(request), error)
        return show(request, helpdesk, signed_in, status=422, error=told, retry=True)
    return show(request, helpdesk, signed_in, codes=codes)


@router.post("/renew")
def renew(request: Request, helpdesk: Desk, signed_in: Signed, code: ShortText = "") -> Response:
    """New recovery codes in place of the old, for the same proof as taking it off."""
    rates_of(request).count_address(request, "sign-ins")
    try:
        with helpdesk.database.transaction() as session:
            codes = second_factor.renew_recovery_codes(session, signed_in.actor.id, code)
    except HandoffError as error:
        return show(request, helpdesk, signed_in, status=422, error=word_error(choose_locale(request), error))
    return show(request, helpdesk, signed_in, codes=codes, renewed=True)


@router.post("/remove")
def remove(request: Request, helpdesk: Desk, signed_in: Signed, code: ShortText = "") -> Response:
    """Needs a code of the app or a recovery code: a screen left open must not be enough to take it off."""
    rates_of(request).count_address(request, "sign-ins")
    try:
        with helpdesk.database.transaction() as session:
            second_factor.prove(session, signed_in.actor.id, code)
            second_factor.remove(session, signed_in.actor.id, signed_in.actor.id)
    except HandoffError as error:
        return show(request, helpdesk, signed_in, status=422, error=word_error(choose_locale(request), error))
    return show(request, helpdesk, signed_in)
