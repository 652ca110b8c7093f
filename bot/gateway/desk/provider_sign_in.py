"""Signing in by the identity provider: there with a sealed note of what was wanted, and back with who it is."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from bot.gateway.conversations import rates_of
from bot.gateway.desk.api import address_of
from bot.gateway.desk.authentication import begin_session, is_secure
from bot.gateway.desk.wanted_pages import HOME, SIGN_IN, in_language, take_page
from bot.gateway.errors import Problem
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.identity import CALLBACK, Attempt, Identity, IdentityRefused, ProviderDown
from bot.wording import LOCALES
from handoff.errors import NotAllowed
from handoff.identities import sign_in_subject
from handoff.sealing import seal_for, unseal_within
from handoff.sessions import SignedIn

if TYPE_CHECKING:
    from bot.oidc import Provider

router = APIRouter(include_in_schema=False)
PURPOSE = "helpdesk.sign-in"
LASTS = timedelta(minutes=10)
"""How long somebody may take at the provider."""
LONGEST_NOTE = 4000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Note:
    """What the browser keeps, sealed, while its owner is at the provider. `lang` is None where none was chosen."""

    attempt: Attempt
    wanted: str
    lang: str | None

    @classmethod
    def read(cls, told: str) -> Note:
        facts = json.loads(told)
        return cls(Attempt(**facts["attempt"]), take_page(facts["wanted"]), facts["lang"])


def provider_of(request: Request) -> Provider:
    """Raises Problem 404 where none is set."""
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise Problem(404, "not_found")
    return provider


def note_name(request: Request) -> str:
    return "__Host-helpdesk-way" if is_secure(request) else "helpdesk-way"


@router.get("/inbox/sign-in/provider")
def begin(request: Request, helpdesk: Desk) -> Response:
    """To the provider. The note stays with this browser: an answer meant for another one is worth nothing here."""
    provider = provider_of(request)
    rates_of(request).count_address(request, "sign-ins")
    chosen = request.query_params.get("lang")
    lang = chosen if chosen in LOCALES else None
    note = Note(Attempt.begin(), take_page(request.query_params.get("next", "")), lang)
    try:
        address = provider.address_for(note.attempt)
    except (ProviderDown, OSError) as error:
        return send_back(note, word_down(error))
    with helpdesk.database.reading() as session:
        sealed = seal_for(session, json.dumps(asdict(note)), PURPOSE)
    response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    keep_note(request, response, sealed, int(LASTS.total_seconds()))
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
        signed_in = admit(request, helpdesk, provider.identify(note.attempt, dict(request.query_params)))
    except IdentityRefused as refused:
        log.warning("a sign-in by the provider was refused: %s", refused.reason)
        return send_back(note, refused.reason)
    except NotAllowed:
        return send_back(note, "no_account")
    except (ProviderDown, OSError) as error:
        return send_back(note, word_down(error))
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


def keep_note(request: Request, response: Response, sealed: str, seconds: int) -> None:
    """`lax`, since the way back begins on the provider's page. No seconds: forget it."""
    response.set_cookie(
        note_name(request), sealed, seconds, path="/", httponly=True, samesite="lax", secure=is_secure(request)
    )


def read_note(request: Request, helpdesk: Helpdesk) -> Note | None:
    """None if there is none, if it is not ours, and after LASTS."""
    sealed = request.cookies.get(note_name(request), "")
    if not sealed or len(sealed) > LONGEST_NOTE:
        return None
    with helpdesk.database.reading() as session:
        told = unseal_within(session, sealed, PURPOSE, LASTS)
    return Note.read(told) if told is not None else None


def word_down(error: Exception) -> str:
    """For the log: what failed, never an address with a code in it."""
    log.warning("the identity provider cannot be used: %s: %s", type(error).__name__, error)
    return "down"


def send_back(note: Note | None, problem: str) -> RedirectResponse:
    """To the sign-in page, which says in words what went wrong and lets them try again."""
    query = {"problem": problem}
    if note is not None and note.wanted != HOME:
        query["next"] = note.wanted
    return RedirectResponse(in_language(SIGN_IN, note.lang if note else None, **query), 303)
