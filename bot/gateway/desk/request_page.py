"""One request: what was said, who it is about, and every act a coordinator may do with it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from bot.gateway.desk.acting import ACTIONS, ActForm, perform
from bot.gateway.desk.authentication import ANSWERING
from bot.gateway.desk.canned_texts import offer_canned
from bot.gateway.desk.describing import describe_form, describe_theme, tell_history, tell_opinion
from bot.gateway.desk.holds import find_hold
from bot.gateway.desk.page_callers import Answering, Number, go, word_error
from bot.gateway.desk.suggesting import find_question
from bot.gateway.errors import from_handoff
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.wording import load_area
from handoff import presence, requests
from handoff.attachments import LARGEST, StoredFile, drop_file, keep_file
from handoff.canned import list_canned
from handoff.coordinators import SignedIn, list_coordinators
from handoff.errors import HandoffError, Invalid
from handoff.exporting import export_conversation
from handoff.requests import OUTCOMES, Dossier

router = APIRouter(prefix="/inbox", include_in_schema=False)
MOST_FILES = 5
PARTS = {"thread": "desk/thread.html", "present": "desk/present.html"}


def show_request(
    request: Request,
    helpdesk: Helpdesk,
    signed_in: SignedIn,
    number: int,
    *,
    error: str | None = None,
    failed: str = "",
    form: ActForm | None = None,
    status: int = 200,
    part: str = "",
    since: int | None = None,
    edit: str = "",
) -> Response:
    """`error` is what was refused in the form `failed`, whose fields keep what was written. `since`: what
    was said after it is marked as new; what was read before, unless the page asks again for what it shows."""
    locale, actor = choose_locale(request), signed_in.actor
    with helpdesk.database.transaction() as session:
        dossier = requests.get_dossier(session, actor, number)
        if not part:
            # A part is fetched by a page whose stream tells that it is open, and may arrive after it has closed.
            presence.look(session, actor, number)
        present = presence.list_present(session, [number], but=actor.id).get(number, ())
        counts = requests.count_requests(session, actor)
        people = [one for one in list_coordinators(session) if one.role in ANSWERING]
        canned = list_canned(session)
    one = dossier.request
    facts: dict[str, Any] = {
        "dossier": dossier,
        "one": one,
        "present": present,
        "counts": counts,
        "canned": offer_canned(canned, dossier, actor, one.locale),
        "form": describe_form(dossier.form, locale),
        "theme": describe_theme(one.topic, locale),
        "hold": find_hold(dossier.history, locale),
        "history": tell_history(dossier.history, locale),
        "opinion": tell_opinion(dossier.opinion, one.state == "closed", locale),
        "question": find_question(dossier.messages, one.summary),
        "colleagues": [person for person in people if person.email != one.assignee],
        "outcomes": OUTCOMES,
        "mine": one.assignee == actor.email,
        "since": find_news(dossier) if since is None else since,
        "error": error,
        "failed": failed,
        "kept": form or ActForm(),
        "edit": edit if edit in dossier.owned_ids else "",
        "reply_id": uuid4(),
        "sent": find_done(request),
        "failures": load_area(locale, "desk_request")["failures"],
        "reasons": load_area(locale, "bot")["feedback"]["reason"],
    }
    template = PARTS.get(part, "desk/request.html")
    return render(request, template, status=status, signed_in=signed_in, **facts)


def find_news(dossier: Dossier) -> int:
    """What was said after this message is new; who opens a request for the first time finds nothing marked yet."""
    return dossier.read_seq or max((message.seq for message in dossier.messages), default=0)


def find_done(request: Request) -> str:
    """What was just done, as the address says after a change; "" for anything else."""
    told = request.query_params.get("sent", "")
    return told if request.method == "GET" and (told in ACTIONS or told == "reply") else ""


@router.get("/{number:int}")
def show_one(
    number: Number,
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    part: Annotated[str, Query(max_length=10)] = "",
    since: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
    edit: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """`part=thread` gives the conversation alone, for htmx to put in place."""
    return show_request(request, helpdesk, signed_in, number, part=part, since=since, edit=edit)


@router.get("/{number:int}/export")
def export(number: Number, helpdesk: Desk, signed_in: Answering) -> Response:
    """Everything of the conversation and the colleagues' notes, as JSON; put on record."""
    with helpdesk.database.transaction() as session:
        conversation = requests.get_dossier(session, signed_in.actor, number).request.conversation_id
        told = export_conversation(session, conversation, by=signed_in.actor.id, notes=True)
    headers = {"Content-Disposition": f'attachment; filename="request-{number}.json"', "Cache-Control": "no-store"}
    return JSONResponse(told, headers=headers)


@router.post("/{number:int}/reply")
def reply(
    number: Number,
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    id: Annotated[str, Form(max_length=80)] = "",
    text: Annotated[str, Form(max_length=12_000)] = "",
    then: Annotated[str, Form(max_length=10)] = "",
    files: Annotated[list[UploadFile] | None, File(max_length=20)] = None,
) -> Response:
    """The files are kept first and dropped again if the reply is refused. `then`: wait, or close."""
    form = ActForm(id=id, text=text, then=then)
    folder, kept = helpdesk.settings.data / "uploads", list[StoredFile]()
    try:
        for file in [one for one in files or () if one.filename][: MOST_FILES + 1]:
            if len(kept) == MOST_FILES:
                raise Invalid(f"at most {MOST_FILES} files", field="files", reason="too_many", most=MOST_FILES)
            kept.append(keep_file(folder, file.filename or "", file.file.read(LARGEST + 1)))
        with helpdesk.database.transaction() as session:
            send_reply(session, signed_in, number, form, kept)
    except BaseException as error:
        for stored in kept:
            drop_file(folder, stored)
        if not isinstance(error, HandoffError):
            raise
        return refuse(request, helpdesk, signed_in, number, "reply", form, error)
    return go(request, f"/inbox/{number}", sent="reply")


def send_reply(session: Session, signed_in: SignedIn, number: int, form: ActForm, files: list[StoredFile]) -> None:
    actor = signed_in.actor
    requests.reply(
        session,
        actor,
        number,
        client_id=form.client_id,
        text=form.words,
        then_wait=form.then == "wait",
        files=files,
    )
    if form.then == "close":
        requests.close(session, actor, number, outcome="answered")


@router.post("/{number:int}/{action}")
def act(
    number: Number,
    action: str,
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    form: Annotated[ActForm, Form()],
) -> Response:
    """One change in one transaction. What is refused is said on the page, and what was written is kept in it."""
    if action not in ACTIONS:
        raise HTTPException(404)
    try:
        with helpdesk.database.transaction() as session:
            perform(helpdesk, session, signed_in.actor, number, action, form)
    except HandoffError as error:
        return refuse(request, helpdesk, signed_in, number, action, form, error)
    return go(request, f"/inbox/{number}", sent=action)


def refuse(
    request: Request,
    helpdesk: Helpdesk,
    signed_in: SignedIn,
    number: int,
    action: str,
    form: ActForm,
    error: HandoffError,
) -> Response:
    return show_request(
        request,
        helpdesk,
        signed_in,
        number,
        error=word_error(choose_locale(request), error),
        failed=action,
        form=form,
        status=from_handoff(error).status,
        edit=form.message if action == "edit" else "",
    )
