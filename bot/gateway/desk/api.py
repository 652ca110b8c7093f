"""The coordinators' API: sign in, look at the queue, and act on a request."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from bot.gateway.conversations import problems, rates_of
from bot.gateway.desk.authentication import (
    Answering,
    Anyone,
    begin_session,
    check_origin,
    delete_cookie,
    need_passwords,
    session_token,
)
from bot.gateway.desk.schemas import (
    Close,
    Credentials,
    DossierOut,
    Me,
    NoteIn,
    PasswordChange,
    Release,
    Remind,
    Reply,
    RequestsOut,
    Transfer,
)
from bot.gateway.visitor_schemas import MessageOut
from bot.gateway.visitors import Desk
from handoff import requests
from handoff.coordinators import sign_in_at, sign_out
from handoff.own_account import change_password
from handoff.requests import RequestView

router = APIRouter(prefix="/api/v1", tags=["coordinators"])
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
REFUSALS = problems(401, 403, 404, 409, 422)


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


@router.post("/login", summary="Sign in; the session is a cookie", responses=problems(401, 403, 422, 429))
def login(body: Credentials, request: Request, response: Response, helpdesk: Desk) -> Me:
    """`csrf` goes into the header X-CSRF-Token of every change made with the cookie."""
    check_origin(request)
    need_passwords(helpdesk)
    rates_of(request).count_address(request, "sign-ins")
    signed_in = sign_in_at(
        helpdesk.database,
        email=body.email,
        password=body.password,
        code=body.code,
        address=address_of(request),
        agent=request.headers.get("user-agent", ""),
    )
    begin_session(request, response, helpdesk, signed_in)
    response.headers["Cache-Control"] = "no-store"
    actor = signed_in.actor
    return Me(
        email=actor.email,
        name=actor.name,
        role=actor.role,
        csrf=signed_in.csrf,
        must_change_password=signed_in.must_change_password,
    )


@router.post("/logout", status_code=204, summary="Sign out", responses=problems(401, 403))
def logout(caller: Anyone, request: Request, helpdesk: Desk) -> Response:
    token = session_token(request)
    if caller.signed_in and token:
        with helpdesk.database.transaction() as session:
            sign_out(session, token)
    response = Response(status_code=204)
    delete_cookie(request, response)
    return response


@router.get("/me", summary="Who is signed in", responses=problems(401))
def me(caller: Anyone) -> Me:
    actor, signed_in = caller.actor, caller.signed_in
    return Me(
        email=actor.email,
        name=actor.name,
        role=actor.role,
        csrf=signed_in.csrf if signed_in else None,
        must_change_password=bool(signed_in and signed_in.must_change_password),
    )


@router.post(
    "/me/password", status_code=204, summary="Change one's password", responses=problems(401, 403, 422, 429)
)
def set_password(body: PasswordChange, request: Request, caller: Anyone, helpdesk: Desk) -> Response:
    need_passwords(helpdesk)
    rates_of(request).count_address(request, "sign-ins")
    keep = caller.signed_in.session_token if caller.signed_in else None
    change_password(
        helpdesk.database, caller.actor, old=body.old, new=body.new, address=address_of(request), keep=keep
    )
    return Response(status_code=204)


@router.get("/requests", summary="A page of the queue, most urgent first", responses=problems(401, 403, 422))
def list_page(
    actor: Answering,
    helpdesk: Desk,
    state: Annotated[str | None, Query(max_length=20)] = None,
    assignee: Annotated[str | None, Query(max_length=254)] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    theme: Annotated[str | None, Query(max_length=40)] = None,
    channel: Annotated[str | None, Query(max_length=20)] = None,
    locale: Annotated[str | None, Query(max_length=5)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> RequestsOut:
    """`state`: new, claimed, waiting, closed, open, breached or held. `assignee`: an e-mail, `me` or `none`."""
    with helpdesk.database.reading() as session:
        views, total = requests.list_requests(
            session,
            actor,
            state=state,
            assignee=assignee,
            query=q,
            topic=theme,
            channel=channel,
            locale=locale,
            limit=limit,
            offset=offset,
        )
        counts = requests.count_requests(session, actor)
    return RequestsOut(requests=views, total=total, counts=counts)


@router.get("/requests/{number}", summary="The dossier", responses=problems(401, 403, 404))
def show(number: Number, actor: Answering, helpdesk: Desk) -> DossierOut:
    with helpdesk.database.transaction() as session:
        return DossierOut.of(requests.get_dossier(session, actor, number))


@router.post("/requests/{number}/claim", summary="Take it", responses=REFUSALS)
def claim(number: Number, actor: Answering, helpdesk: Desk) -> RequestView:
    """409 `already_claimed` names who has it."""
    with helpdesk.database.transaction() as session:
        return requests.claim(session, actor, number)


@router.post("/requests/{number}/release", summary="Give it back to the queue", responses=REFUSALS)
def release(number: Number, actor: Answering, helpdesk: Desk, body: Release | None = None) -> RequestView:
    with helpdesk.database.transaction() as session:
        return requests.release(session, actor, number, body.note if body else "")


@router.post("/requests/{number}/transfer", summary="Hand it to a colleague", responses=REFUSALS)
def transfer(number: Number, body: Transfer, actor: Answering, helpdesk: Desk) -> RequestView:
    with helpdesk.database.transaction() as session:
        return requests.transfer(session, actor, number, body.to, body.note)


@router.post("/requests/{number}/reply", status_code=201, summary="Say something", responses=REFUSALS)
def reply(number: Number, body: Reply, actor: Answering, helpdesk: Desk) -> MessageOut:
    with helpdesk.database.transaction() as session:
        message = requests.reply(
            session, actor, number, client_id=str(body.id), text=body.text, then_wait=body.then_wait
        )
    return MessageOut.of(message)


@router.post("/requests/{number}/note", status_code=201, summary="Write an internal note", responses=REFUSALS)
def note(number: Number, body: NoteIn, actor: Answering, helpdesk: Desk) -> dict[str, Any]:
    with helpdesk.database.transaction() as session:
        return requests.add_note(session, actor, number, body.text)


@router.post("/requests/{number}/remind", summary="Be reminded of it", responses=REFUSALS)
def remind(number: Number, body: Remind, actor: Answering, helpdesk: Desk) -> RequestView:
    with helpdesk.database.transaction() as session:
        return requests.remind(session, actor, number, body.at, body.note)


@router.post("/requests/{number}/wait", summary="The visitor is to answer", responses=REFUSALS)
def wait(number: Number, actor: Answering, helpdesk: Desk) -> RequestView:
    with helpdesk.database.transaction() as session:
        return requests.wait_for_visitor(session, actor, number)


@router.post("/requests/{number}/close", summary="Close it with its outcome", responses=REFUSALS)
def close(number: Number, body: Close, actor: Answering, helpdesk: Desk) -> RequestView:
    with helpdesk.database.transaction() as session:
        return requests.close(session, actor, number, outcome=body.outcome)


@router.post("/requests/{number}/reopen", summary="Open it again", responses=REFUSALS)
def reopen(number: Number, actor: Answering, helpdesk: Desk) -> RequestView:
    with helpdesk.database.transaction() as session:
        return requests.reopen(session, actor, number)
