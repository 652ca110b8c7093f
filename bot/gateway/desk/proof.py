"""What a signed-in coordinator shows before the ways into an account are changed."""

from __future__ import annotations

from fastapi import Request

from bot.gateway.desk.api import address_of
from bot.helpdesk import Helpdesk
from handoff.coordinators import SignedIn
from handoff.proving import Proof, prove


def take_proof(request: Request, helpdesk: Helpdesk, signed_in: SignedIn, password: str, code: str) -> None:
    """Where one signs in by the provider alone, having done so stands for the password. Raises HandoffError."""
    shown = password if helpdesk.settings.local_sign_in else None
    prove(helpdesk.database, signed_in.actor, Proof(shown, code, address_of(request)))
