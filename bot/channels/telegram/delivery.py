"""Rows of the outbox on their way to Telegram: in order per chat, at its pace, once in effect.

A row is leased, sent part by part, and each part is noted as it arrives: an attempt that was cut short goes on
after the last part noted.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from telegram.ext import ExtBot

from bot.channels.port import DeliveryFailed
from bot.channels.telegram.content import Content, load_content
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.people import CHANNEL
from bot.channels.telegram.sending import Moved, Sender
from bot.helpdesk import Helpdesk
from handoff import chats, events, outbox, subscriptions
from handoff.outbox import Delivery

AT_ONCE = 16
IDLE = 1.0
CLOSES_CHAT = {"blocked", "deactivated", "no_chat", "removed", "not_started", "forbidden"}

log = logging.getLogger(__name__)


class Courier:
    """Delivers until cancelled; what is under way then is finished first."""

    def __init__(self, helpdesk: Helpdesk, bot: ExtBot[Any], pace: Pace | None = None) -> None:
        self._helpdesk = helpdesk
        self._sender = Sender(bot, pace or Pace())
        self._woken = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()
        self._under_way: set[int] = set()
        self._leased: list[Delivery] = []

    async def run(self) -> None:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._woken.set)

        unsubscribe = self._helpdesk.broker.subscribe(events.OUTBOX, wake)
        try:
            while True:
                await self._work_once()
        finally:
            unsubscribe()
            self._give_back()
            if self._running:
                await asyncio.wait(self._running, timeout=10)

    async def _work_once(self) -> None:
        await self._slots.acquire()
        self._slots.release()
        self._woken.clear()
        await run_in_threadpool(self._lease)
        if not self._leased:
            await self._wait()
        while self._leased:
            await self._slots.acquire()
            self._begin(self._leased.pop(0))

    def _begin(self, row: Delivery) -> None:
        if row.id in self._under_way:
            # Its lease ran out, by a clock that jumped: it is being sent all the same.
            self._slots.release()
            return
        self._under_way.add(row.id)
        task = asyncio.create_task(self._deliver(row))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _wait(self) -> None:
        with suppress(asyncio.TimeoutError):
            # Not wait_for: it loses a cancellation that comes together with the event (Python 3.11).
            async with asyncio.timeout(IDLE):
                await self._woken.wait()

    def _lease(self) -> None:
        with self._helpdesk.database.transaction() as session:
            leased = outbox.lease_deliveries(session, [CHANNEL], limit=AT_ONCE)
        self._leased = leased

    def _give_back(self) -> None:
        """What was leased and not begun need not wait for its lease to run out."""
        with self._helpdesk.database.transaction() as session:
            for row in self._leased:
                outbox.give_back(session, row)
        self._leased = []

    async def _deliver(self, row: Delivery) -> None:
        try:
            await self._show(row)
        except Moved as moved:
            await self._write(partial(self._move, row=row, chat_id=moved.chat_id))
        except DeliveryFailed as failed:
            await self._write(partial(self._note_failure, row=row, failure=failed))
        except Exception as error:
            log.error("outbox row %s failed: %s", row.id, type(error).__name__)
            unknown = DeliveryFailed("error", permanent=False)
            await self._write(partial(self._note_failure, row=row, failure=unknown))
        finally:
            self._under_way.discard(row.id)
            self._slots.release()
            self._woken.set()

    async def _write(self, work: Any) -> None:
        def within() -> None:
            with self._helpdesk.database.transaction() as session:
                work(session)

        await run_in_threadpool(within)

    async def _show(self, row: Delivery) -> None:
        """What is still to be shown of it. The last part and that all is sent are noted in one transaction."""
        chat_id = int(row.address)
        content = await run_in_threadpool(self._load, row)
        if content.edits is not None and await self._sender.edit(chat_id, content.edits, content.parts[0]):
            await self._write(partial(note, row=row, place=0, reference=content.edits, last=True))
            return
        for place, part in content.left:
            reference = await self._sender.send(chat_id, part)
            last = place == len(content.parts) - 1
            await self._write(partial(note, row=row, place=place, reference=reference, last=last))
        if not content.left:
            await self._write(partial(outbox.mark_sent, delivery=row))

    def _load(self, row: Delivery) -> Content:
        with self._helpdesk.database.transaction() as session:
            return load_content(session, row, self._helpdesk.settings.base_url)

    def _move(self, session: Session, row: Delivery, chat_id: int) -> None:
        chats.move_chat(session, CHANNEL, row.address, str(chat_id))
        subscriptions.move_address(session, CHANNEL, row.address, str(chat_id))
        outbox.move_address(session, CHANNEL, row.address, str(chat_id))
        outbox.mark_failed(session, row, "migrated", permanent=False, retry_after=0)

    def _note_failure(self, session: Session, row: Delivery, failure: DeliveryFailed) -> None:
        """A chat that is closed to us takes no more: its other rows are given up for the same reason."""
        outbox.mark_failed(
            session, row, failure.reason, permanent=failure.permanent, retry_after=failure.retry_after
        )
        if failure.reason in CLOSES_CHAT:
            outbox.cancel_address(session, CHANNEL, row.address, failure.reason)
            chats.close_chat(session, CHANNEL, row.address, failure.reason)
            subscriptions.end_all(session, CHANNEL, row.address, reason=failure.reason)


def note(session: Session, row: Delivery, place: int, reference: int, last: bool) -> None:
    """Remember that a part is in the chat; menus of the channel are not in the record and need not be."""
    if last:
        outbox.mark_sent(session, row)
    if row.message is not None:
        chats.note_shown(session, CHANNEL, row.address, row.message.id, part=place, reference=reference)
