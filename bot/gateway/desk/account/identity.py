"""One's account at the organisation's identity provider: linked, and unlinked, with the password's proof."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from bot.gateway.conversations import rates_of
from bot.gateway.desk.account.pages import HOME, saved, status_of, word_refusal
from bot.gateway.desk.account.security import show_page
from bot.gateway.desk.page_callers import ShortText, Signed
from bot.gateway.desk.proof import take_proof
from bot.gateway.desk.provider_linking import SECURITY
from bot.gateway.desk.provider_note import Note, hand_note, provider_of, word_down
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.identity import Attempt, ProviderDown
from bot.wording import LOCALES, say
from handoff.coordinators import SignedIn
from handoff.errors import HandoffError
from handoff.identities import unlink_own_identity

router = APIRouter(prefix=f"{HOME}/security/identity", include_in_schema=False)


@router.post("")
def link(
    request: Request, helpdesk: Desk, signed_in: Signed, password: ShortText = "", code: ShortText = ""
) -> Response:
    """The page again, with the way to the provider: a form may lead to no other site by itself (CSP)."""
    provider = provider_of(request)
    try:
        show_proof(request, helpdesk, signed_in, password, code)
    except HandoffError as error:
        return refuse(request, helpdesk, signed_in, error)
    chosen = request.query_params.get("lang")
    note = Note(Attempt.begin(), SECURITY, chosen if chosen in LOCALES else None, signed_in.actor.id)
    try:
        address = provider.address_for(note.attempt)
    except (ProviderDown, OSError) as error:
        told = say(choose_locale(request), f"sign_in.problems.{word_down(error)}")
        return show_page(request, helpdesk, signed_in, status=502, error=told, failed="identity")
    response = show_page(request, helpdesk, signed_in, leads_to=address)
    hand_note(request, response, helpdesk, note)
    return response


@router.post("/unlink")
def unlink(
    request: Request, helpdesk: Desk, signed_in: Signed, password: ShortText = "", code: ShortText = ""
) -> Response:
    provider_of(request)
    try:
        show_proof(request, helpdesk, signed_in, password, code)
        with helpdesk.database.transaction() as session:
            unlink_own_identity(session, signed_in.actor)
    except HandoffError as error:
        return refuse(request, helpdesk, signed_in, error)
    return saved(request, "security", "unlinked_identity")


def show_proof(request: Request, helpdesk: Helpdesk, signed_in: SignedIn, password: str, code: str) -> None:
    """Raises HandoffError."""
    rates_of(request).count_address(request, "sign-ins")
    take_proof(request, helpdesk, signed_in, password, code)


def refuse(request: Request, helpdesk: Helpdesk, signed_in: SignedIn, error: HandoffError) -> Response:
    told = word_refusal(choose_locale(request), error)
    return show_page(request, helpdesk, signed_in, status=status_of(error), error=told, failed="identity")
