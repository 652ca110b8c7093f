"""What the pages of one's own account share: their address, their parts, what was done, what went wrong."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from bot.gateway.desk.page_callers import go, word_error
from bot.gateway.templating import choose_locale, render
from bot.wording import UnknownSentence, find_words, say
from handoff.availability import ANSWERS
from handoff.coordinators import SignedIn
from handoff.errors import HandoffError, Invalid, Locked, NotFound

HOME = "/inbox/account"
PARTS = {
    "profile": HOME,
    "security": f"{HOME}/security",
    "notifications": f"{HOME}/notifications",
    "tokens": f"{HOME}/tokens",
}
ANSWERING_ONLY = ("notifications",)
"""Parts that mean nothing to those who only read reports."""


def list_parts(signed_in: SignedIn) -> dict[str, str]:
    answers = signed_in.actor.role in ANSWERS
    return {name: path for name, path in PARTS.items() if answers or name not in ANSWERING_ONLY}


def show(request: Request, signed_in: SignedIn, part: str, *, status: int = 200, **facts: Any) -> Response:
    """`saved` in the address names what was done, if it is something this page does. Never kept by the browser:
    the page may hold what is shown once."""
    done = request.query_params.get("saved", "")
    told = {"error": None, "failed": "", **facts}
    return render(
        request,
        f"desk/account_{part}.html",
        status=status,
        headers={"Cache-Control": "no-store"},
        signed_in=signed_in,
        part=part,
        parts=list_parts(signed_in),
        done=find_words(choose_locale(request), f"account.done.{done}") if request.method == "GET" else None,
        **told,
    )


def saved(request: Request, part: str, what: str) -> RedirectResponse:
    return go(request, PARTS[part], saved=what)


def status_of(error: HandoffError) -> int:
    known = {Invalid: 422, NotFound: 404, Locked: 429}
    return next((status for kind, status in known.items() if isinstance(error, kind)), 409)


def word_refusal(locale: str, error: HandoffError) -> str:
    """The account's own words for it, else those of the desk."""
    facts = {name: fact for name, fact in error.facts.items() if isinstance(fact, (str, int))}
    for key in (f"{error.facts.get('field')}_{error.facts.get('reason')}", str(error.facts.get("reason"))):
        try:
            return say(locale, f"account.errors.{key}", **{"most": 0, **facts})
        except UnknownSentence:
            continue
    return word_error(locale, error)
