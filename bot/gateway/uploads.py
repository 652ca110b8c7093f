"""Files that a visitor sends to the coordinator they talk to."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, File, Request, UploadFile

from bot.gateway.conversations import problems, rates_of
from bot.gateway.errors import Problem
from bot.gateway.visitor_schemas import AcceptedOut, MessageOut
from bot.gateway.visitors import Desk, Own
from bot.helpdesk import Helpdesk
from handoff.attachments import LARGEST, attach, describe, drop_file, keep_file
from handoff.conversations import ConversationView, Owner, Recorded, record_visitor_message

router = APIRouter(prefix="/api/v1/conversations", tags=["visitors"])


@router.post(
    "/{conversation_id}/files",
    status_code=202,
    summary="Send a file to the coordinator",
    responses=problems(401, 404, 409, 413, 422, 429),
)
def send_file(
    conversation: Own, request: Request, helpdesk: Desk, file: Annotated[UploadFile, File()]
) -> AcceptedOut:
    """Only while a coordinator has the conversation: a program would make nothing of it."""
    rates = rates_of(request)
    rates.count_address(request, "files")
    rates.count_conversation(request, conversation.id)
    if conversation.owner is not Owner.COORDINATOR:
        raise Problem(409, "no_coordinator")
    recorded = keep(helpdesk, conversation, file.filename or "", file.file.read(LARGEST + 1))
    return AcceptedOut(
        message=MessageOut.of(recorded.message), owner=recorded.conversation.owner.value, duplicate=False
    )


def keep(helpdesk: Helpdesk, conversation: ConversationView, name: str, body: bytes) -> Recorded:
    folder = helpdesk.settings.data / "uploads"
    stored = keep_file(folder, name, body)
    try:
        with helpdesk.database.transaction() as session:
            recorded = record_visitor_message(
                session,
                conversation.id,
                client_id=str(uuid4()),
                text=f"📎 {stored.name}",
                for_person=True,
                data={"attachments": [describe(stored)]},
            )
            attach(session, recorded.message.id, [stored])
            return recorded
    except BaseException:
        drop_file(folder, stored)
        raise
