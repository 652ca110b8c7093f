"""Server-sent events: whoever listens is woken, reads the database, and is let go when the server stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi.responses import StreamingResponse

from handoff.events import Broker

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it lives, and looks at the database unasked."""


class Streams:
    """Every open stream of this process. `close` ends them all at once, so that a stop need not wait for them."""

    def __init__(self) -> None:
        self.closing = False
        self._open: set[Listener] = set()

    def add(self, listener: Listener) -> None:
        self._open.add(listener)

    def remove(self, listener: Listener) -> None:
        self._open.discard(listener)

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
            async with asyncio.timeout(seconds):
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


def respond_with_events(events: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(
        events, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
