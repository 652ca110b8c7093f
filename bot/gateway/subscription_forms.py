"""What the forms about news by e-mail bring, bounded and known, and what they offer."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Path, Query, Request

from bot.channels.telegram import call_payload, deep_link
from bot.channels.wishes import PARTS, offered_codes
from bot.gateway.library_finding import take_code
from bot.helpdesk import Helpdesk
from handoff.notices import REMINDER_DAYS, Wish
from handoff.signups import Choice
from knowledge.vocabulary import load_vocabularies

Code = Annotated[str, Form(max_length=60)]
AskedCode = Annotated[str, Query(max_length=120)]
Text = Annotated[str, Form(max_length=300)]
CallId = Annotated[str, Form(max_length=120)]
Days = Annotated[list[int], Form(max_length=len(REMINDER_DAYS))]
Key = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{16,64}$")]

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}
"""Of pages whose address is a secret: kept by nobody, told to nobody. Under `no-referrer` a browser would not name
the origin of a form either."""


def take_wish(helpdesk: Helpdesk, theme: str, applicant: str, region: str, call: str = "") -> Wish:
    """Raises Problem 422 for a code nobody offered. A call that is not in the catalogue is no wish."""
    if call and any(known.id == call for known in helpdesk.knowledge.catalogue.calls):
        return Wish(call_id=call)
    return Wish(
        take_code("theme", theme) or None,
        take_code("applicant", applicant) or None,
        take_code("region", region) or None,
    )


def take_choice(wish: Wish, days: list[int], often: str) -> Choice:
    return Choice(wish, tuple(sorted(set(days), reverse=True)), weekly=often == "weekly")


def offer(locale: str, chosen: Wish) -> list[tuple[str, list[tuple[str, str]], str]]:
    """Name, codes with labels, and the chosen one of each select. One chosen elsewhere is offered too."""
    offered = []
    for part in PARTS:
        terms, known = load_vocabularies()[part].terms, getattr(chosen, part) or ""
        codes = offered_codes(part)
        if known and known not in codes:
            codes = [known, *codes]
        offered.append((part, [(code, terms[code].label(locale)) for code in codes], known))
    return offered


def other_ways(request: Request, wish: Wish | None = None) -> dict[str, str | None]:
    """Addresses that are not pages of ours; Telegram's is known once it has told the bot's name."""
    helpdesk: Helpdesk = request.app.state.helpdesk
    name = helpdesk.telegram_name
    payload = call_payload(wish.call_id) if wish and wish.call_id else "subscribe"
    return {"telegram": deep_link(name, payload) if name else None}
