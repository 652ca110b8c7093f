"""Files of a conversation, for the coordinators who answer: handed over as downloads and never opened."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse

from bot.gateway.conversations import problems
from bot.gateway.desk.authentication import Answering
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from handoff import audit
from handoff.attachments import AttachmentView, get_attachment
from handoff.errors import NotFound

router = APIRouter(prefix="/api/v1/attachments", tags=["coordinators"])
AttachmentId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


@router.get("/{attachment_id}", summary="A file of a conversation", responses=problems(401, 403, 404))
def download(attachment_id: AttachmentId, actor: Answering, helpdesk: Desk) -> FileResponse:
    """Always as a download, whatever its type: a browser must not run what a stranger sent. That it was read is
    put on record."""
    with helpdesk.database.transaction() as session:
        found = get_attachment(session, attachment_id)
        audit.record(session, actor.id, "attachment.read", f"attachment:{found.id}")
    return send_file(helpdesk, found)


def send_file(helpdesk: Helpdesk, found: AttachmentView) -> FileResponse:
    """Raises NotFound if it is gone."""
    path = helpdesk.settings.data / "uploads" / found.path
    if not path.is_file():
        raise NotFound("the file is no longer there")
    return FileResponse(
        path,
        media_type=found.media_type,
        filename=found.name,
        content_disposition_type="attachment",
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"},
    )
