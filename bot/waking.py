"""Work that is done when something calls for it, and now and then unasked: a call may have been lost, or its cause
written by another process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from handoff.events import Broker


async def repeat(broker: Broker, topic: str, every: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do `work` at once, at each call on `topic`, and `every` so many seconds. Ends only by being cancelled."""
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    unsubscribe = broker.subscribe(topic, wake)
    try:
        while True:
            woken.clear()
            await work()
            await wait(woken, every)
    finally:
        unsubscribe()


async def wait(woken: asyncio.Event, seconds: float) -> None:
    """Not wait_for: it loses a cancellation that comes together with the event (Python 3.11)."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()
