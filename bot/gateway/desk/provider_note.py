"""What the browser keeps, sealed, while its owner is at the identity provider."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from fastapi import Request, Response

from bot.gateway.desk.authentication import is_secure
from bot.gateway.desk.wanted_pages import take_page
from bot.gateway.errors import Problem
from bot.helpdesk import Helpdesk
from bot.identity import Attempt
from handoff.sealing import seal_for, unseal_within

if TYPE_CHECKING:
    from bot.oidc import Provider

PURPOSE = "helpdesk.sign-in"
LASTS = timedelta(minutes=10)
"""How long somebody may take at the provider."""
LONGEST_NOTE = 4000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Note:
    """`lang` is None where none was chosen. `links` is the account that the identity is to be linked to, "" where
    somebody signs in."""

    attempt: Attempt
    wanted: str
    lang: str | None
    links: str = ""

    @classmethod
    def read(cls, told: str) -> Note:
        facts = json.loads(told)
        wanted, links = take_page(facts["wanted"]), str(facts.get("links") or "")
        return cls(Attempt(**facts["attempt"]), wanted, facts["lang"], links)


def provider_of(request: Request) -> Provider:
    """Raises Problem 404 where none is set."""
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise Problem(404, "not_found")
    return provider


def note_name(request: Request) -> str:
    return "__Host-helpdesk-way" if is_secure(request) else "helpdesk-way"


def hand_note(request: Request, response: Response, helpdesk: Helpdesk, note: Note) -> None:
    """It stays with this browser: an answer meant for another one is worth nothing here."""
    with helpdesk.database.reading() as session:
        sealed = seal_for(session, json.dumps(asdict(note)), PURPOSE)
    keep_note(request, response, sealed, int(LASTS.total_seconds()))


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
