"""Which language a request is answered in."""

from __future__ import annotations

from babel import negotiate_locale
from fastapi import Request

from bot.wording import LOCALES


def accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, best first; what cannot be read is passed over."""
    weighed: list[tuple[float, str]] = []
    for part in header[:200].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), tag.split("-")[0].lower()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighed, key=lambda one: one[0]) if tag]


def preferred_locale(request: Request) -> str:
    """`?lang=`, else what a program asks for by Accept-Language, else the helpdesk's own.

    A page is in the helpdesk's own language unless its address says otherwise: many Latvian browsers ask for
    English without their owner's knowing.
    """
    asked = request.query_params.get("lang", "")
    own = getattr(request.state, "own_locale", None) or str(request.app.state.helpdesk.settings.locale)
    if asked in LOCALES:
        return asked
    if "text/html" in request.headers.get("accept", ""):
        return own
    return negotiate_locale(accepted(request.headers.get("accept-language", "")), LOCALES) or own
