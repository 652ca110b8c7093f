"""That a coordinator is writing: told to the visitor, and to colleagues who have the request open."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from bot.gateway.conversations import problems
from bot.gateway.desk.authentication import Answering
from bot.gateway.visitors import Desk
from handoff import presence
from handoff.requests import tell_writing

router = APIRouter(prefix="/api/v1", tags=["coordinators"])


@router.post(
    "/requests/{number}/typing",
    status_code=204,
    summary="Let the visitor and colleagues see that an answer is being written",
    responses=problems(401, 403, 404),
)
def show_writing(number: Annotated[int, Path(ge=1, le=2**31 - 1)], actor: Answering, helpdesk: Desk) -> Response:
    with helpdesk.database.transaction() as session:
        tell_writing(session, actor, number)
        presence.write(session, actor, number)
    return Response(status_code=204)
