"""Who may read and write a conversation: whoever holds its token."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.gateway.errors import Problem
from bot.helpdesk import Helpdesk
from handoff.conversations import ConversationView, authenticate

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,200}")

bearer = HTTPBearer(auto_error=False, scheme_name="conversation", description="The conversation's token.")


def helpdesk_of(request: Request) -> Helpdesk:
    helpdesk: Helpdesk = request.app.state.helpdesk
    return helpdesk


def token_of(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> str:
    if given is None:
        raise Problem(401, "unauthorized", headers={"WWW-Authenticate": "Bearer"})
    if not _TOKEN.fullmatch(given.credentials):
        raise Problem(404, "not_found")
    return given.credentials


def own_conversation(
    conversation_id: str,
    token: Annotated[str, Depends(token_of)],
    helpdesk: Annotated[Helpdesk, Depends(helpdesk_of)],
) -> ConversationView:
    """The conversation that the token opens. A foreign one looks like one that does not exist."""
    if not _ID.fullmatch(conversation_id):
        raise Problem(404, "not_found")
    with helpdesk.database.reading() as session:
        return authenticate(session, conversation_id, token)


Desk = Annotated[Helpdesk, Depends(helpdesk_of)]
Own = Annotated[ConversationView, Depends(own_conversation)]
