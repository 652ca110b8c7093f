"""What every response carries, so that a browser does no more with it than we meant."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.gateway.errors import respond_to_failure
from bot.log import request_id

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
REFUSED_OFTEN = 429
PERSONAL = ("/inbox", "/files/", "/api/v1/conversations", "/api/v1/requests", "/api/v1/me", "/api/v1/reports")
"""Whose answers tell of people: no browser or proxy keeps them."""
A_YEAR = 365 * 24 * 3600
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = logging.getLogger(__name__)


class SecurityHeaders:
    """Also names each request: X-Request-ID, the caller's own if it is a plausible one; and logs those that change
    something, by the route's pattern, since an address may name a person or a conversation.

    Only /chat may be framed, and only by the sites that may embed the chat.
    """

    def __init__(self, app: ASGIApp, embedders: Sequence[str], base_url: str) -> None:
        self._app = app
        self._policy = POLICY.format(ancestors="'none'")
        self._framed = POLICY.format(ancestors=" ".join(["'self'", *embedders]))
        self._transport = tell_transport(base_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        name = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(name)
        began = time.monotonic()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                tell_request(scope, message["status"], time.monotonic() - began)
                self._add_headers(MutableHeaders(scope=message), scope["path"], name)
            await send(message)

        try:
            await self._answer(scope, receive, send_with_headers)
        finally:
            request_id.reset(token)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A failure is answered here, so that its answer has the headers too, and its line the request's id."""
        started = False

        async def note_start(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, note_start)
        except Exception as error:
            response = respond_to_failure(Request(scope), error)
            if started:
                raise
            await response(scope, receive, send)

    def _add_headers(self, headers: MutableHeaders, path: str, name: str) -> None:
        framed = path == "/chat"
        headers.setdefault("Content-Security-Policy", self._framed if framed else self._policy)
        if not framed:
            headers.setdefault("X-Frame-Options", "DENY")
        for header, value in HEADERS.items():
            headers.setdefault(header, value)
        if path.startswith(PERSONAL):
            headers.setdefault("Cache-Control", "no-store")
        if self._transport:
            headers.setdefault("Strict-Transport-Security", self._transport)
        headers["X-Request-ID"] = name


def tell_transport(base_url: str) -> str | None:
    """For hosts below the helpdesk's own too, but not where it has a whole domain: its other hosts are others'."""
    parts = urlsplit(base_url)
    if parts.scheme != "https":
        return None
    below = "; includeSubDomains" if (parts.hostname or "").count(".") > 1 else ""
    return f"max-age={A_YEAR}{below}"


def tell_request(scope: Scope, status: int, seconds: float) -> None:
    """Not each refusal of a flood: they are counted, and would fill the disk."""
    if scope["method"] in SAFE or status == REFUSED_OFTEN:
        return
    route = getattr(scope.get("route"), "path", "unknown")
    log.info("%s %s: %d in %d ms", scope["method"], route, status, round(seconds * 1000))
