"""Server-sent events: whoever listens is woken, reads the database, and is let go when the server stops."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi.responses import StreamingResponse

from bot import metrics
from bot.gateway.admission import COME_BACK, overloaded
from handoff.events import Broker
from handoff.failures import UNAVAILABLE, WORDS, find_cause

HEARTBEAT = 15.0
"""Seconds, at most, after which a silent stream says that it lives."""
LOOKS_UNASKED = 4
"""After so many of them in a row it looks at the database unasked: a wake-up may have been lost."""
MOST_STREAMS = 6000
"""Of one process; each costs some 30 to 60 kB."""
MOST_OF_ONE = 20
"""Of one conversation: a few windows, and those that a flaky network has left half open."""

log = logging.getLogger(__name__)


class Streams:
    """Every open stream of this process. `close` ends them all at once, so that a stop need not wait for them."""

    def __init__(self) -> None:
        self.closing = False
        self._open: set[Listener] = set()
        self._of: Counter[str] = Counter()

    def admit(self, topic: str) -> None:
        """Raises a 429 Problem where one more would be too many: of this process, or of the same conversation."""
        if len(self._open) >= MOST_STREAMS or self._of.get(topic, 0) >= MOST_OF_ONE:
            metrics.refused.labels("streams").inc()
            raise overloaded(COME_BACK)

    def add(self, listener: Listener) -> None:
        self._open.add(listener)
        self._of[listener.topic] += 1

    def remove(self, listener: Listener) -> None:
        self._open.discard(listener)
        self._of[listener.topic] -= 1
        if not self._of[listener.topic]:
            del self._of[listener.topic]

    def __len__(self) -> int:
        return len(self._open)

    def close(self) -> None:
        self.closing = True
        for listener in list(self._open):
            listener.wake("")


class Listener:
    """Waits for topics of the broker inside one stream. Use as `with Listener(…) as listener`."""

    def __init__(self, streams: Streams, broker: Broker, *topics: str) -> None:
        self._streams, self._broker, self._topics = streams, broker, topics
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._heard: set[str] = set()
        self._leave: list[Callable[[], None]] = []

    def __enter__(self) -> Listener:
        for topic in self._topics:
            self._leave.append(self._broker.subscribe(topic, self._wake_from_thread(topic)))
        self._streams.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._streams.remove(self)
        for leave in self._leave:
            leave()

    @property
    def topic(self) -> str:
        """What it is open for: the first of its topics."""
        return self._topics[0]

    @property
    def closing(self) -> bool:
        return self._streams.closing

    def wake(self, topic: str) -> None:
        self._heard.add(topic)
        self._woken.set()

    def _wake_from_thread(self, topic: str) -> Callable[[], None]:
        def wake() -> None:
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self.wake, topic)

        return wake

    async def wait(self, seconds: float = HEARTBEAT) -> set[str]:
        """The topics heard since the last wait; empty when the time ran out."""
        try:
            # Not all at once, however many were opened at once.
            async with asyncio.timeout(seconds * random.uniform(0.8, 1)):  # noqa: S311
                await self._woken.wait()
        except TimeoutError:
            return set()
        self._woken.clear()
        heard, self._heard = self._heard, set()
        return heard


def write_event(event: str, data: Any, id: int | None = None) -> str:
    lines = [f"id: {id}"] if id is not None else []
    return "\n".join([*lines, f"event: {event}", f"data: {json.dumps(data, ensure_ascii=False)}", "", ""])


def write_comment(text: str = "") -> str:
    return f": {text}\n\n"


async def while_it_can(events: AsyncIterator[str]) -> AsyncIterator[str]:
    """The stream ends when the database fails it: whoever listens comes again, and goes on where it ended."""
    try:
        async for event in events:
            yield event
    except UNAVAILABLE as error:
        cause = find_cause(error)
        if cause is None:
            raise
        log.warning("a stream ended: %s", WORDS[cause])


def respond_with_events(events: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(
        while_it_can(events),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
