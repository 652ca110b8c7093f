"""The loop of a worker that takes rows from the database by leases and works on several of them at once."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import ClassVar, Generic, TypeVar

from starlette.concurrency import run_in_threadpool

from bot.waking import wait
from handoff.events import Broker
from handoff.failures import describe

Row = TypeVar("Row")
AGAIN_AFTER = 2.0

log = logging.getLogger(__name__)


class LeasedWork(ABC, Generic[Row]):
    """Runs until cancelled: what is under way then is finished, what was leased and not begun is given back.

    Several may run, in one process or in many: leases keep them apart. `topic` wakes it; `idle` is how many
    seconds later the database is looked at even if nobody does; `patience` how long what is under way may take.
    """

    topic: ClassVar[str]
    at_once: ClassVar[int]
    idle: ClassVar[float] = 1.0
    patience: ClassVar[float] = 10.0

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._woken = asyncio.Event()
        self._slots = asyncio.Semaphore(self.at_once)
        self._running: set[asyncio.Task[None]] = set()
        self._under_way: set[Hashable] = set()
        self._leased: list[Row] = []
        self._leasing: asyncio.Task[None] | None = None

    @abstractmethod
    def lease(self) -> Sequence[Row]:
        """The next rows, at most `at_once`. In a thread."""

    @abstractmethod
    def name(self, row: Row) -> Hashable:
        """Two leases of one name are never worked on at once: the second is let run out."""

    @abstractmethod
    async def work_on(self, row: Row) -> None:
        """Whole, or so that the lease may run out. What it raises is logged."""

    def give_back(self, rows: Sequence[Row]) -> None:
        """What was leased and not begun. In a thread."""

    async def run(self) -> None:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._woken.set)

        unsubscribe = self._broker.subscribe(self.topic, wake)
        try:
            while True:
                await self._work_once()
        finally:
            unsubscribe()
            await self._finish()

    async def _work_once(self) -> None:
        await self._slots.acquire()
        self._slots.release()
        self._woken.clear()
        # A cancellation does not stop the thread, which may lease all the same: it is waited for in `_finish`.
        self._leasing = asyncio.create_task(self._lease())
        await asyncio.shield(self._leasing)
        if not self._leased:
            await wait(self._woken, self.idle)
        while self._leased:
            await self._slots.acquire()
            self._begin(self._leased.pop(0))

    async def _lease(self) -> None:
        try:
            self._leased = list(await run_in_threadpool(self.lease))
        except Exception as error:
            log.error("%s: no lease: %s", self.topic, describe(error))

    def _begin(self, row: Row) -> None:
        name = self.name(row)
        if name in self._under_way:
            # Its lease ran out, by a clock that jumped: it is being worked on all the same.
            self._slots.release()
            return
        self._under_way.add(name)
        task = asyncio.create_task(self._work_on(name, row))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _work_on(self, name: Hashable, row: Row) -> None:
        try:
            await self.work_on(row)
        except Exception as error:
            log.error("%s %s failed: %s", self.topic, name, describe(error))
        finally:
            self._under_way.discard(name)
            self._slots.release()
            # What had to wait for this one (the next of the same chat) may be leased now.
            self._woken.set()

    async def _finish(self) -> None:
        if self._leasing is not None:
            await self._leasing
        rows, self._leased = self._leased, []
        if rows:
            await run_in_threadpool(self.give_back, rows)
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=self.patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def keep_running(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Start `work` again whenever it raises, since a mistake must not strand the people it serves; once it
    returns it is done."""
    while True:
        try:
            return await work()
        except Exception as error:
            log.error("%s stopped: %s; starting it again", name, describe(error))
        await asyncio.sleep(AGAIN_AFTER)
