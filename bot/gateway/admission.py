"""How much may be in hand at once. What is more is refused at once and in words, so that what was let in is done
in good time: a queue that only grows helps nobody who stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import metrics
from bot.gateway.errors import Problem, respond

THREADS = 64
"""Of this process, for whatever waits for the database or computes."""
COME_BACK = 3
"""Seconds after which whoever was refused may try again."""


@dataclass
class Bound:
    """At most `most` requests whose path matches are in hand at once, those that wait for a thread included."""

    name: str
    path: re.Pattern[str]
    most: int
    in_hand: int = field(default=0, compare=False)


def default_bounds() -> tuple[Bound, ...]:
    """An answer without a conversation costs most: it computes. Streams are counted where they are opened."""
    return (
        Bound("questions", re.compile(r"/api/v1/(ask|search)$"), 24),
        Bound("requests", re.compile(r"(?!/health$|/metrics$|.*/events$)"), 2 * THREADS),
    )


class BoundedWork:
    """Give it a request whose body is there already: slow senders hold nothing here, nor do slow readers."""

    def __init__(self, app: ASGIApp, bounds: Sequence[Bound]) -> None:
        self._app = app
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        bound = self._find(scope)
        if bound is None:
            return await self._app(scope, receive, send)
        if bound.in_hand >= bound.most:
            metrics.refused.labels(bound.name).inc()
            return await respond(Request(scope), overloaded(COME_BACK))(scope, receive, send)
        place = _Place(bound)

        async def send_and_leave(message: Message) -> None:
            place.leave()
            await send(message)

        try:
            await self._app(scope, receive, send_and_leave)
        finally:
            place.leave()

    def _find(self, scope: Scope) -> Bound | None:
        if scope["type"] != "http":
            return None
        return next((bound for bound in self._bounds if bound.path.match(scope["path"])), None)


class _Place:
    """Held from the start of the work to the start of the response."""

    def __init__(self, bound: Bound) -> None:
        self._bound: Bound | None = bound
        bound.in_hand += 1

    def leave(self) -> None:
        if self._bound is not None:
            self._bound.in_hand -= 1
            self._bound = None


def overloaded(seconds: int) -> Problem:
    return Problem(429, "overloaded", headers={"Retry-After": str(seconds)}, retry_after=seconds)
