"""A visitor's rights over their conversation: take it to another device, get all of it, have it erased."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from bot.channels.telegram import RESUME, deep_link
from bot.erasing import erase_files
from bot.gateway.conversations import problems, rates_of
from bot.gateway.visitor_schemas import ConversationOut, LocaleChoice, OpenedOut, ResumeCode, ResumeOut
from bot.gateway.visitors import Desk, Own
from bot.helpdesk import Helpdesk
from handoff.corrections import set_locale
from handoff.erasure import erase_conversation
from handoff.exporting import export_conversation
from handoff.tokens import make_resume_code, redeem

router = APIRouter(prefix="/api/v1/conversations", tags=["visitors"])


@router.patch("/{conversation_id}", summary="Be spoken to in another language", responses=problems(401, 404, 422))
def change(body: LocaleChoice, conversation: Own, helpdesk: Desk) -> ConversationOut:
    with helpdesk.database.transaction() as session:
        return ConversationOut.of(set_locale(session, conversation.id, body.locale))


@router.post(
    "/{conversation_id}/resume-link",
    status_code=201,
    summary="A link that goes on with it on another device, once",
    responses=problems(401, 404, 429),
)
def make_link(conversation: Own, request: Request, helpdesk: Desk, response: Response) -> ResumeOut:
    rates_of(request).count_conversation(request, conversation.id)
    with helpdesk.database.transaction() as session:
        code = make_resume_code(session, conversation.id)
    response.headers["Cache-Control"] = "no-store"
    lasts = timedelta(minutes=helpdesk.database.settings.resume_minutes)
    # After the hash: the code then stays out of logs, referrers and the server's sight until it is used.
    url = f"{helpdesk.settings.base_url}/chat?lang={conversation.locale}#resume={code}"
    return ResumeOut(
        code=code, url=url, telegram=link_telegram(helpdesk, code), expires_at=helpdesk.clock() + lasts
    )


def link_telegram(helpdesk: Helpdesk, code: str) -> str | None:
    return helpdesk.telegram_name and deep_link(helpdesk.telegram_name, f"{RESUME}{code}")


@router.post(
    "/resume", status_code=201, summary="Open a conversation by such a link", responses=problems(404, 422, 429)
)
def resume(body: ResumeCode, request: Request, helpdesk: Desk, response: Response) -> OpenedOut:
    rates_of(request).count_address(request, "conversations")
    with helpdesk.database.transaction() as session:
        conversation, token = redeem(session, body.code)
    response.headers["Cache-Control"] = "no-store"
    return OpenedOut(conversation=ConversationOut.of(conversation), token=token)


@router.get(
    "/{conversation_id}/export", summary="Everything that is kept of it", responses=problems(401, 404, 429)
)
def export(conversation: Own, request: Request, helpdesk: Desk) -> JSONResponse:
    rates_of(request).count_conversation(request, conversation.id)
    with helpdesk.database.transaction() as session:
        told = export_conversation(session, conversation.id)
    name = f'attachment; filename="conversation-{conversation.id[:8]}.json"'
    return JSONResponse(told, headers={"Cache-Control": "no-store", "Content-Disposition": name})


@router.delete("/{conversation_id}", status_code=204, summary="Erase it", responses=problems(401, 404))
def erase(conversation: Own, helpdesk: Desk) -> Response:
    """What was said is gone at once, files with it; an open request ends as withdrawn."""
    with helpdesk.database.transaction() as session:
        erased = erase_conversation(session, conversation.id)
    erase_files(helpdesk.settings, erased)
    return Response(status_code=204)
