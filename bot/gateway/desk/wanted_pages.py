"""The page that somebody wanted when they were asked to sign in: kept over the sign-in, and always one of ours."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse

from bot.gateway.templating import choose_locale

HOME = "/inbox"
SIGN_IN = "/inbox/sign-in"
PASSWORD = "/inbox/password"  # noqa: S105 - a page
NOT_WANTED = (SIGN_IN, "/inbox/sign-out", PASSWORD)
LONGEST = 500


def take_page(told: str) -> str:
    """A page of the inbox, as a path of this very site; anything else becomes the inbox itself.

    A browser takes `//host`, `/\\host` and what hides behind control characters for another site.
    """
    if len(told) > LONGEST or "\\" in told or not told.isascii() or not told.isprintable():
        return HOME
    try:
        parts = urlsplit(told)
    except ValueError:
        return HOME
    inside = parts.path == HOME or parts.path.startswith(f"{HOME}/")
    if parts.scheme or parts.netloc or not inside or parts.path.startswith(NOT_WANTED) or ".." in parts.path:
        return HOME
    return parts._replace(fragment="").geturl()


def page_wanted(request: Request) -> str:
    """What to show after the sign-in: the page asked for, or the one whose form or fragment was."""
    if request.method == "GET" and "hx-request" not in request.headers:
        query = f"?{request.url.query}" if request.url.query else ""
        return take_page(request.url.path + query)
    told = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer") or "")
    return take_page(told._replace(scheme="", netloc="").geturl())


def lead_over(request: Request, first: str) -> str:
    """The address of a page that comes first and leads back here, in the language in use."""
    wanted = page_wanted(request)
    query = {"next": wanted} if wanted != HOME else {}
    if request.query_params.get("lang"):
        query["lang"] = choose_locale(request)
    return f"{first}?{urlencode(query)}" if query else first


def lead_to(request: Request, page: str) -> RedirectResponse:
    """There, in the language chosen on the way, if one was."""
    chosen = choose_locale(request) if request.query_params.get("lang") else None
    return RedirectResponse(in_language(page, chosen), 303)


def in_language(page: str, chosen: str | None, **query: str) -> str:
    """The page's address, saying the language chosen and what is to be told there."""
    parts = urlsplit(page)
    told = {**query, **({"lang": chosen} if chosen else {})}
    kept = [one for one in parse_qsl(parts.query, keep_blank_values=True) if one[0] not in told]
    return parts._replace(query=urlencode([*kept, *told.items()])).geturl()
