"""An account's other e-mail address: asked for on the account's pages, confirmed on a page of its own.

Opening the link changes nothing, for mail programs open links by themselves; the button on the page does. It needs
no signing in: the link went to the new mailbox, and who asked for it had proved who they are.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from bot.channels.email.account_letters import CONFIRM, ask_to_confirm, tell_old_address
from bot.gateway.conversations import rates_of
from bot.gateway.desk.authentication import check_origin
from bot.gateway.desk.proof import take_proof
from bot.gateway.subscription_forms import PRIVATE
from bot.gateway.templating import render
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from handoff.coordinators import SignedIn
from handoff.email_change import LONGEST_TOKEN, apply_change, ask, read_change
from handoff.errors import Invalid, NotFound

router = APIRouter(prefix=CONFIRM, include_in_schema=False)
Token = Annotated[str, Path(max_length=LONGEST_TOKEN)]


def begin(
    request: Request,
    helpdesk: Helpdesk,
    signed_in: SignedIn,
    account_id: str,
    *,
    email: str,
    password: str,
    code: str,
) -> str:
    """`email_asked`: a letter is on its way to the new address; `email_changed`: no mail server is set,
    so it is done. Raises HandoffError."""
    rates_of(request).count_address(request, "sign-ins")
    actor = signed_in.actor
    with helpdesk.database.transaction() as session:
        ask(session, actor, account_id, email)
    take_proof(request, helpdesk, signed_in, password, code)
    with helpdesk.database.transaction() as session:
        change = ask(session, actor, account_id, email)
        if helpdesk.settings.mail is not None:
            ask_to_confirm(helpdesk, session, change)
            return "email_asked"
        apply_change(session, change)
    return "email_changed"


@router.get("/{token}")
def show(request: Request, helpdesk: Desk, token: Token) -> Response:
    try:
        with helpdesk.database.reading() as session:
            change = read_change(session, token)
    except NotFound:
        return tell(request, "gone", 404)
    return tell(request, "asked", 200, email=change.email)


@router.post("/{token}")
def confirm(request: Request, helpdesk: Desk, token: Token) -> Response:
    check_origin(request)
    rates_of(request).count_address(request, "sign-ins")
    try:
        with helpdesk.database.transaction() as session:
            change = read_change(session, token)
            apply_change(session, change)
            if helpdesk.settings.mail is not None:
                tell_old_address(helpdesk, session, change)
    except NotFound:
        return tell(request, "gone", 404)
    except Invalid:
        return tell(request, "taken", 409)
    return tell(request, "done", 200, email=change.email)


def tell(request: Request, state: str, status: int, email: str = "") -> Response:
    return render(request, "desk/confirm_email.html", status=status, headers=PRIVATE, state=state, email=email)
