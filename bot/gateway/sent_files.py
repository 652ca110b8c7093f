"""Files that a coordinator sent a visitor. Their address is the key: it is told in the message alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse

from bot.gateway.attachments import send_file
from bot.gateway.conversations import problems, rates_of
from bot.gateway.visitors import Desk
from handoff.attachments import get_sent

router = APIRouter(tags=["visitors"])
FileId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


@router.get("/files/{file_id}", summary="A file a coordinator sent", responses=problems(404, 429))
def download(file_id: FileId, request: Request, helpdesk: Desk) -> FileResponse:
    """Works in every channel, as a link does; what visitors sent has no such address."""
    rates_of(request).count_address(request, "readings")
    with helpdesk.database.reading() as session:
        found = get_sent(session, file_id)
    return send_file(helpdesk, found)
