"""What the administrators' pages share: who may open them, how they are drawn, how a refusal is worded."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from bot.gateway.desk.page_callers import page_caller, word_error
from bot.gateway.errors import Problem, from_handoff
from bot.gateway.templating import render
from bot.wording import UnknownSentence, say
from handoff.coordinators import SignedIn
from handoff.errors import HandoffError

HOME = "/inbox/administration"
PARTS = {
    "people": HOME,
    "hours": f"{HOME}/hours",
    "state": f"{HOME}/state",
    "settings": f"{HOME}/settings",
    "audit": f"{HOME}/audit",
}


def administering_caller(signed_in: Annotated[SignedIn, Depends(page_caller)]) -> SignedIn:
    """handoff asks for the role again, whatever the way in."""
    if signed_in.actor.role != "administrator":
        raise Problem(403, "not_allowed")
    return signed_in


Administering = Annotated[SignedIn, Depends(administering_caller)]


def show(
    request: Request, signed_in: SignedIn, template: str, part: str, *, status: int = 200, **facts: Any
) -> Response:
    """Kept by no browser: who works here, and once a one-time password, stands on these pages."""
    page = render(request, f"desk/{template}", status=status, signed_in=signed_in, part=part, parts=PARTS, **facts)
    page.headers["Cache-Control"] = "no-store"
    return page


def status_of(error: HandoffError) -> int:
    return from_handoff(error).status


def word_refusal(locale: str, error: HandoffError) -> str:
    reason = error.facts.get("reason") or error.facts.get("state")
    try:
        return say(locale, f"administration.errors.{error.code}_{reason}")
    except UnknownSentence:
        return word_error(locale, error)
