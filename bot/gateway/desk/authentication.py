"""Who acts at the desk: a signed-in session in a cookie, with a CSRF token for every change, or an API token."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from bot.gateway.errors import Problem
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from handoff.api_tokens import look_up, note_token_use
from handoff.coordinators import SignedIn, actor_of_session, sign_out
from handoff.errors import NotAllowed
from handoff.requests import Actor
from handoff.sessions import PASSWORD, note_use

SAFE = {"GET", "HEAD", "OPTIONS"}
CSRF_HEADER = "X-CSRF-Token"
LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """`signed_in` is None for a program that shows an API token: it needs no CSRF token and has no pages."""

    actor: Actor
    signed_in: SignedIn | None


def is_secure(request: Request) -> bool:
    return str(request.app.state.helpdesk.settings.base_url).startswith("https://")


def cookie_name(request: Request) -> str:
    """`__Host-` binds the cookie to this very host over https; browsers refuse that name without."""
    return "__Host-helpdesk" if is_secure(request) else "helpdesk"


def set_cookie(request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        cookie_name(request), token, path="/", httponly=True, samesite="lax", secure=is_secure(request)
    )


def delete_cookie(request: Request, response: Response) -> None:
    response.delete_cookie(
        cookie_name(request), path="/", httponly=True, samesite="lax", secure=is_secure(request)
    )


def begin_session(request: Request, response: Response, helpdesk: Helpdesk, signed_in: SignedIn) -> None:
    """The cookie of a new session. The one before ends, whoever's it was: a token from before the sign-in, planted
    or left behind, is worth nothing after it."""
    before = session_token(request)
    if before:
        with helpdesk.database.transaction() as session:
            sign_out(session, before)
    set_cookie(request, response, signed_in.session_token)


def session_token(request: Request) -> str | None:
    token = request.cookies.get(cookie_name(request))
    return token if token and len(token) <= LONGEST_TOKEN else None


def api_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip()[:LONGEST_TOKEN] if scheme.lower() == "bearer" and token.strip() else None


def find_caller(request: Request, helpdesk: Desk) -> Caller:
    """Raises Problem 401. One read of the database, and once a minute a write, that it is in use."""
    bearer, cookie = api_token(request), session_token(request)
    try:
        with helpdesk.database.reading() as session:
            if bearer:
                shown = look_up(session, bearer)
            elif cookie:
                signed_in = actor_of_session(session, cookie)
    except NotAllowed as error:
        raise Problem(401, "sign_in") from error
    if bearer:
        if not shown.noted:
            with helpdesk.database.transaction() as session:
                note_token_use(session, bearer)
        return Caller(shown.actor, None)
    if not cookie:
        raise Problem(401, "sign_in")
    if signed_in.way == PASSWORD and not helpdesk.settings.local_sign_in:
        raise Problem(401, "sign_in")
    if not signed_in.noted:
        with helpdesk.database.transaction() as session:
            note_use(session, cookie)
    return Caller(signed_in.actor, signed_in)


def need_passwords(helpdesk: Desk) -> None:
    """Raises Problem 403 where coordinators sign in by the identity provider alone."""
    if not helpdesk.settings.local_sign_in:
        raise Problem(403, "no_passwords")


def check_origin(request: Request) -> None:
    """A browser names the page a request comes from; it must be one of ours. Programs name none."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Problem(403, "foreign_origin")
    origin = request.headers.get("origin")
    if origin is None:
        return
    ours = {request.headers.get("host", ""), urlsplit(request.app.state.helpdesk.settings.base_url).netloc}
    if urlsplit(origin).netloc not in ours:
        raise Problem(403, "foreign_origin")


def check_csrf(request: Request, caller: Caller, given: str | None) -> None:
    """Raises Problem 403 for a change without the session's own CSRF token."""
    if caller.signed_in is None or request.method in SAFE:
        return
    check_origin(request)
    token = given or request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(token.encode(), caller.signed_in.csrf.encode()):
        raise Problem(403, "csrf")


def api_caller(request: Request, caller: Annotated[Caller, Depends(find_caller)]) -> Caller:
    """For JSON routes: the CSRF token comes in the header. That a one-time password is to be changed is told by
    /login and /me; the inbox insists on it, programs are trusted to ask."""
    check_csrf(request, caller, None)
    return caller


def allow(*roles: str) -> Callable[[Caller], Actor]:
    """A dependency that lets only these roles through."""

    def check(caller: Annotated[Caller, Depends(api_caller)]) -> Actor:
        if caller.actor.role not in roles:
            raise Problem(403, "not_allowed")
        return caller.actor

    return check


ANSWERING = ("coordinator", "editor", "administrator")
Answering = Annotated[Actor, Depends(allow(*ANSWERING))]
Anyone = Annotated[Caller, Depends(api_caller)]
