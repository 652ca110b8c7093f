"""A worker that is asked to stop gives back what it leased, also what it was just leasing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Hashable, Sequence

import pytest

from bot.leased_work import LeasedWork
from handoff.brokers import LocalBroker


class Worker(LeasedWork[int]):
    topic = "rows"
    at_once = 2

    def __init__(self) -> None:
        super().__init__(LocalBroker())
        self.asked, self.may_lease = threading.Event(), threading.Event()
        self.done: list[int] = []
        self.given_back: list[int] = []

    def lease(self) -> list[int]:
        self.asked.set()
        self.may_lease.wait(10)
        return [1, 2] if not self.done and not self.given_back else []

    def name(self, row: int) -> Hashable:
        return row

    async def work_on(self, row: int) -> None:
        self.done.append(row)

    def give_back(self, rows: Sequence[int]) -> None:
        self.given_back += rows


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_what_is_being_leased_at_a_stop_is_given_back() -> None:
    worker = Worker()
    running = asyncio.create_task(worker.run())
    await asyncio.to_thread(worker.asked.wait, 10)
    running.cancel()
    await asyncio.sleep(0)
    worker.may_lease.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (worker.given_back, worker.done) == ([1, 2], [])


@pytest.mark.anyio
async def test_what_was_begun_before_a_stop_is_finished() -> None:
    worker = Worker()
    worker.may_lease.set()
    running = asyncio.create_task(worker.run())
    while len(worker.done) < 2:
        await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (worker.given_back, worker.done) == ([], [1, 2])
