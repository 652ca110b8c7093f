"""The inbox: pages that work by links and forms alone, kept up to date by htmx where there is JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from bot.gateway.conversations import rates_of
from bot.gateway.desk.api import address_of
from bot.gateway.desk.authentication import (
    ANSWERING,
    Caller,
    check_csrf,
    check_origin,
    delete_cookie,
    find_caller,
    set_cookie,
)
from bot.gateway.desk.describing import describe_form
from bot.gateway.desk.suggesting import find_question
from bot.gateway.errors import Problem
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.wording import UnknownSentence, say
from handoff import requests
from handoff.coordinators import SignedIn, change_password, list_coordinators, note_presence, sign_in_at, sign_out
from handoff.errors import HandoffError, Invalid, Locked, NotAllowed
from handoff.requests import OUTCOMES, Actor

router = APIRouter(prefix="/inbox", include_in_schema=False)

VIEWS: dict[str, dict[str, str]] = {
    "unassigned": {"state": "new"},
    "mine": {"state": "open", "assignee": "me"},
    "waiting": {"state": "waiting"},
    "breached": {"state": "breached"},
    "open": {"state": "open"},
    "all": {},
}
PAGE_SIZE = 50
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
FormText = Annotated[str, Form(max_length=4000)]
ShortText = Annotated[str, Form(max_length=300)]


def go(request: Request, path: str, **query: str) -> RedirectResponse:
    """After a change: a page to look at, in the language in use."""
    if request.query_params.get("lang"):
        query["lang"] = choose_locale(request)
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303)


def page_caller(request: Request, helpdesk: Desk) -> SignedIn:
    """Whoever is signed in; others are shown the sign-in page, and a one-time password's holder its change."""
    try:
        caller = find_caller(request, helpdesk)
    except Problem as problem:
        raise HTTPException(303, headers={"Location": "/inbox/sign-in"}) from problem
    if caller.signed_in is None:
        raise HTTPException(303, headers={"Location": "/inbox/sign-in"})
    if caller.signed_in.must_change_password and request.url.path != "/inbox/password":
        raise HTTPException(303, headers={"Location": "/inbox/password"})
    return caller.signed_in


def answering_caller(signed_in: Annotated[SignedIn, Depends(page_caller)]) -> SignedIn:
    if signed_in.actor.role not in ANSWERING:
        raise Problem(403, "not_allowed")
    return signed_in


Signed = Annotated[SignedIn, Depends(page_caller)]
Answering = Annotated[SignedIn, Depends(answering_caller)]


def prove(request: Request, signed_in: SignedIn, csrf: str) -> None:
    check_csrf(request, Caller(signed_in.actor, signed_in), csrf)


def word_error(locale: str, error: HandoffError) -> str:
    """What went wrong, for the coordinator; the general words where the code has none."""
    facts = {name: value for name, value in error.facts.items() if isinstance(value, (str, int))}
    for key in (f"{error.code}_{error.facts.get('reason')}", error.code, "other"):
        try:
            return say(locale, f"desk.errors.{key}", **{"owner": "", "retry_after": 0, **facts})
        except UnknownSentence:
            continue
    raise UnknownSentence(f"{locale}: desk.errors.other")


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
def take_sign_out(request: Request, helpdesk: Desk, signed_in: Signed, csrf: ShortText = "") -> Response:
    prove(request, signed_in, csrf)
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
    csrf: ShortText = "",
    old: ShortText = "",
    new: ShortText = "",
) -> Response:
    prove(request, signed_in, csrf)
    try:
        with helpdesk.database.transaction() as session:
            change_password(session, signed_in.actor, old=old, new=new, keep=signed_in.session_token)
    except Invalid as error:
        told = word_error(choose_locale(request), error)
        return render(request, "desk/password.html", status=422, signed_in=signed_in, counts={}, error=told)
    return go(request, "/inbox")


def read_list(helpdesk: Helpdesk, actor: Actor, view: str, q: str, page: int) -> dict[str, Any]:
    chosen = VIEWS.get(view, VIEWS["unassigned"])
    with helpdesk.database.transaction() as session:
        note_presence(session, actor)
        views, total = requests.list_requests(
            session,
            actor,
            state=chosen.get("state"),
            assignee=chosen.get("assignee"),
            query=q or None,
            limit=PAGE_SIZE,
            offset=(page - 1) * PAGE_SIZE,
        )
        counts = requests.count_requests(session, actor)
    pages = max(1, -(-total // PAGE_SIZE))
    return {"requests": views, "total": total, "counts": counts, "page": page, "pages": pages}


@router.get("")
def show_list(
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    view: Annotated[str, Query(max_length=20)] = "unassigned",
    q: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    part: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """`part=list` gives the list alone, for htmx to put in place."""
    view = view if view in VIEWS else "unassigned"
    told = read_list(helpdesk, signed_in.actor, view, q, page)
    template = "desk/list.html" if part == "list" else "desk/inbox.html"
    return render(request, template, signed_in=signed_in, view=view, views=list(VIEWS), q=q, **told)


def show_request(
    request: Request, helpdesk: Helpdesk, signed_in: SignedIn, number: int, *, error: str | None = None,
    draft: str = "", status: int = 200, template: str = "desk/request.html",
) -> Response:  # fmt: skip
    locale = choose_locale(request)
    with helpdesk.database.transaction() as session:
        dossier = requests.get_dossier(session, signed_in.actor, number)
        counts = requests.count_requests(session, signed_in.actor)
        colleagues = [one for one in list_coordinators(session) if one.role in ANSWERING]
    view = dossier.request
    return render(
        request,
        template,
        status=status,
        signed_in=signed_in,
        dossier=dossier,
        one=view,
        form=describe_form(dossier.form, locale),
        question=find_question(dossier.messages, view.summary),
        counts=counts,
        colleagues=[one for one in colleagues if one.email != view.assignee],
        outcomes=OUTCOMES,
        mine=view.assignee == signed_in.actor.email,
        error=error,
        draft=draft,
        reply_id=uuid4(),
    )


@router.get("/{number}")
def show_one(
    number: Number,
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    part: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """`part=thread` gives the conversation alone, for htmx to put in place."""
    template = "desk/thread.html" if part == "thread" else "desk/request.html"
    return show_request(request, helpdesk, signed_in, number, template=template)


def act(
    request: Request,
    helpdesk: Helpdesk,
    signed_in: SignedIn,
    number: int,
    csrf: str,
    change: Callable[[Session], object],
    draft: str = "",
) -> Response:
    """One change in one transaction. What is refused is said on the page, and what was written is kept in it."""
    prove(request, signed_in, csrf)
    try:
        with helpdesk.database.transaction() as session:
            change(session)
    except HandoffError as error:
        told = word_error(choose_locale(request), error)
        return show_request(request, helpdesk, signed_in, number, error=told, draft=draft, status=409)
    return go(request, f"/inbox/{number}")


@router.post("/{number}/claim")
def claim(
    number: Number, request: Request, helpdesk: Desk, signed_in: Answering, csrf: ShortText = ""
) -> Response:
    return act(request, helpdesk, signed_in, number, csrf, lambda s: requests.claim(s, signed_in.actor, number))


@router.post("/{number}/reply")
def reply(
    number: Number,
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    text: FormText = "",
    id: ShortText = "",
    then_wait: ShortText = "",
    csrf: ShortText = "",
) -> Response:
    def change(session: Session) -> None:
        requests.reply(
            session, signed_in.actor, number, client_id=id or str(uuid4()), text=text, then_wait=bool(then_wait)
        )

    return act(request, helpdesk, signed_in, number, csrf, change, draft=text)


@router.post("/{number}/note")
def note(
    number: Number,
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    text: FormText = "",
    csrf: ShortText = "",
) -> Response:
    return act(
        request, helpdesk, signed_in, number, csrf, lambda s: requests.add_note(s, signed_in.actor, number, text)
    )


@router.post("/{number}/release")
def release(
    number: Number,
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    note: FormText = "",
    csrf: ShortText = "",
) -> Response:
    return act(
        request, helpdesk, signed_in, number, csrf, lambda s: requests.release(s, signed_in.actor, number, note)
    )


@router.post("/{number}/transfer")
def transfer(
    number: Number,
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    to: ShortText = "",
    note: FormText = "",
    csrf: ShortText = "",
) -> Response:
    return act(
        request,
        helpdesk,
        signed_in,
        number,
        csrf,
        lambda s: requests.transfer(s, signed_in.actor, number, to, note),
    )


@router.post("/{number}/remind")
def remind(
    number: Number,
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    at: ShortText = "",
    note: FormText = "",
    csrf: ShortText = "",
) -> Response:
    """`at` is a local date and time, as the browser's field gives it."""

    def change(session: Session) -> None:
        try:
            moment = datetime.fromisoformat(at).replace(tzinfo=helpdesk.settings.zone)
        except ValueError as error:
            raise Invalid("no such moment", field="at", reason="malformed") from error
        requests.remind(session, signed_in.actor, number, moment, note)

    return act(request, helpdesk, signed_in, number, csrf, change)


@router.post("/{number}/close")
def close(
    number: Number,
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    outcome: ShortText = "",
    csrf: ShortText = "",
) -> Response:
    def change(session: Session) -> None:
        if outcome not in OUTCOMES:
            raise Invalid("no such outcome", field="outcome", reason="unknown")
        requests.close(session, signed_in.actor, number, outcome=outcome)

    return act(request, helpdesk, signed_in, number, csrf, change)


@router.post("/{number}/reopen")
def reopen(
    number: Number, request: Request, helpdesk: Desk, signed_in: Answering, csrf: ShortText = ""
) -> Response:
    return act(request, helpdesk, signed_in, number, csrf, lambda s: requests.reopen(s, signed_in.actor, number))
