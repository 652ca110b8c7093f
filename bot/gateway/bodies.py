"""Request bodies are bounded while they are read, before anything parses them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.gateway.errors import Problem, respond

LARGEST = 64 * 1024
LARGEST_UPLOAD = 25 * 1024 * 1024
LONGEST_LENGTH = 12
"""Digits of a Content-Length: more are no length."""
SLOWEST = 30.0
"""Seconds a body may take to arrive."""


class BoundedBodies:
    """Reads the body whole and hands it on in one. A path that matches a pattern of `limits` has that limit."""

    def __init__(self, app: ASGIApp, limits: Mapping[str, int]) -> None:
        self._app = app
        self._limits = [(re.compile(pattern), limit) for pattern, limit in limits.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return await self._app(scope, receive, send)
        try:
            async with asyncio.timeout(SLOWEST):
                body = await self._read(scope, receive)
        except TimeoutError:
            return await self._refuse(Problem(408, "request_timeout"), scope, receive, send)
        except _TooLarge as error:
            return await self._refuse(Problem(413, "body_too_large", limit=error.limit), scope, receive, send)
        if body is None:
            return None
        return await self._app(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """None if the client went away."""
        limit = next((limit for pattern, limit in self._limits if pattern.match(scope["path"])), LARGEST)
        told = Headers(scope=scope).get("content-length", "0")
        if told.isascii() and told.isdigit() and (len(told) > LONGEST_LENGTH or int(told) > limit):
            raise _TooLarge(limit)
        pieces, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > limit:
                raise _TooLarge(limit)
            more = message.get("more_body", False)
        return b"".join(pieces)

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        problem.headers["Connection"] = "close"
        await respond(Request(scope), problem)(scope, receive, send)


class _TooLarge(Exception):
    def __init__(self, limit: int) -> None:
        self.limit = limit


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
