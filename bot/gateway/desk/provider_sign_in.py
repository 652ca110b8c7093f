"""Signing in by the identity provider: there with a sealed note of what was wanted, and back with who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from bot.gateway.conversations import rates_of
from bot.gateway.desk.api import address_of
from bot.gateway.desk.authentication import begin_session
from bot.gateway.desk.provider_linking import SECURITY, link_who_came_back
from bot.gateway.desk.provider_note import Note, hand_note, keep_note, log, provider_of, read_note, word_down
from bot.gateway.desk.wanted_pages import HOME, SIGN_IN, in_language, take_page
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.identity import CALLBACK, Attempt, Identity, IdentityRefused, ProviderDown
from bot.wording import LOCALES
from handoff.errors import NotAllowed
from handoff.identities import sign_in_subject
from handoff.sessions import SignedIn

if TYPE_CHECKING:
    from bot.oidc import Provider

router = APIRouter(include_in_schema=False)


@router.get("/inbox/sign-in/provider")
def begin(request: Request, helpdesk: Desk) -> Response:
    """To the provider."""
    provider = provider_of(request)
    rates_of(request).count_address(request, "sign-ins")
    chosen = request.query_params.get("lang")
    lang = chosen if chosen in LOCALES else None
    note = Note(Attempt.begin(), take_page(request.query_params.get("next", "")), lang)
    try:
        address = provider.address_for(note.attempt)
    except (ProviderDown, OSError) as error:
        return send_back(note, word_down(error))
    response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    hand_note(request, response, helpdesk, note)
    return response


@router.get(CALLBACK)
def come_back(request: Request, helpdesk: Desk) -> Response:
    """Whatever the outcome, the address with the code in it is left at once, and the note is used up."""
    provider = provider_of(request)
    rates_of(request).count_address(request, "sign-ins")
    note = read_note(request, helpdesk)
    response = finish(request, helpdesk, provider, note) if note else send_back(None, "state")
    keep_note(request, response, "", 0)
    return response


def finish(request: Request, helpdesk: Helpdesk, provider: Provider, note: Note) -> Response:
    try:
        identity = provider.identify(note.attempt, dict(request.query_params))
        return enter(request, helpdesk, note, identity)
    except IdentityRefused as refused:
        log.warning("a sign-in by the provider was refused: %s", refused.reason)
        return send_back(note, refused.reason)
    except NotAllowed:
        return send_back(note, "no_account")
    except (ProviderDown, OSError) as error:
        return send_back(note, word_down(error))


def enter(request: Request, helpdesk: Helpdesk, note: Note, identity: Identity) -> Response:
    if note.links:
        return link_who_came_back(request, helpdesk, note, identity)
    signed_in = admit(request, helpdesk, identity)
    response = RedirectResponse(in_language(note.wanted, note.lang), 303)
    begin_session(request, response, helpdesk, signed_in)
    return response


def admit(request: Request, helpdesk: Helpdesk, identity: Identity) -> SignedIn:
    with helpdesk.database.transaction() as session:
        return sign_in_subject(
            session,
            issuer=identity.issuer,
            subject=identity.subject,
            email=identity.email,
            address=address_of(request),
            agent=request.headers.get("user-agent", ""),
        )


def send_back(note: Note | None, problem: str) -> RedirectResponse:
    """To the page they came from, which says in words what went wrong and lets them try again."""
    query = {"problem": problem}
    if note is not None and note.links:
        return RedirectResponse(in_language(SECURITY, note.lang, **query), 303)
    if note is not None and note.wanted != HOME:
        query["next"] = note.wanted
    return RedirectResponse(in_language(SIGN_IN, note.lang if note else None, **query), 303)
