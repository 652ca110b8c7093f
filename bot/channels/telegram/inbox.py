"""Updates between their arrival and their handling: stored, then handled in order per chat, once in effect.

A handler writes what it does and that the update is done in one transaction (`Inbox.handling`), so an update that
is handled twice, by two processes or after a crash, has its effect once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from telegram import Update
from telegram.ext import CallbackContext

from bot.channels.telegram.client import TelegramApplication
from bot.helpdesk import Helpdesk
from handoff import events, updates
from handoff.database import Database
from handoff.updates import NewUpdate, StoredUpdate

CHANNEL = "telegram"
AT_ONCE = 8
IDLE = 2.0
MOST_ATTEMPTS = 5

log = logging.getLogger(__name__)


class AlreadyHandled(Exception):
    """Another process, or an attempt before this one, has done it."""


def chat_of(payload: dict[str, Any]) -> str:
    """The chat an update belongs to; updates of one chat are handled one after the other."""
    for kind in ("message", "edited_message", "my_chat_member"):
        if kind in payload:
            return str(payload[kind].get("chat", {}).get("id", ""))
    query = payload.get("callback_query") or {}
    return str((query.get("message") or {}).get("chat", {}).get("id") or query.get("from", {}).get("id", ""))


class UpdateStore:
    """Takes updates from any thread, in whichever way they come."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def store(self, payloads: Sequence[dict[str, Any]]) -> int:
        """How many were new. What came before is not stored again."""
        arrived = [NewUpdate(payload["update_id"], chat_of(payload), payload) for payload in payloads]
        with self._database.transaction() as session:
            return updates.store_updates(session, CHANNEL, arrived)

    def next_offset(self) -> int | None:
        """The update to ask for next when polling."""
        with self._database.reading() as session:
            newest = updates.newest_update_id(session, CHANNEL)
        return None if newest is None else newest + 1


class Inbox:
    """Handles stored updates in the event loop of the application."""

    def __init__(self, helpdesk: Helpdesk, application: TelegramApplication) -> None:
        self._helpdesk = helpdesk
        self._application = application
        self._woken = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()
        self._under_way: set[int] = set()
        self._leased: list[StoredUpdate] = []
        self._failures: dict[int, Exception] = {}
        application.add_error_handler(self._note_failure)

    @contextmanager
    def handling(self, update_id: int) -> Iterator[Session]:
        """The transaction of everything an update does. Raises AlreadyHandled."""
        with self._helpdesk.database.transaction() as session:
            if not updates.finish_update(session, CHANNEL, update_id):
                raise AlreadyHandled
            yield session

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._woken.set)

        unsubscribe = self._helpdesk.broker.subscribe(events.UPDATES, wake)
        try:
            while True:
                await self._work_once()
        finally:
            unsubscribe()
            self._give_back()
            if self._running:
                await asyncio.wait(self._running, timeout=5)

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

    def _begin(self, stored: StoredUpdate) -> None:
        if stored.update_id in self._under_way:
            self._slots.release()
            return
        self._under_way.add(stored.update_id)
        task = asyncio.create_task(self._handle(stored))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _wait(self) -> None:
        with suppress(asyncio.TimeoutError):
            # Not wait_for: it loses a cancellation that comes together with the event (Python 3.11).
            async with asyncio.timeout(IDLE):
                await self._woken.wait()

    def _lease(self) -> None:
        with self._helpdesk.database.transaction() as session:
            leased = updates.lease_updates(session, CHANNEL, limit=AT_ONCE)
        self._leased = leased

    def _give_back(self) -> None:
        """What was leased and not begun need not wait for its lease to run out."""
        with self._helpdesk.database.transaction() as session:
            for stored in self._leased:
                updates.give_back(session, CHANNEL, stored.update_id)
        self._leased = []

    async def _handle(self, stored: StoredUpdate) -> None:
        try:
            await self._process(stored)
            await run_in_threadpool(self._finish, stored)
        except Exception as error:
            log.error("update %s failed: %s", stored.update_id, type(error).__name__)
            await run_in_threadpool(self._postpone, stored)
        finally:
            self._under_way.discard(stored.update_id)
            self._slots.release()
            self._woken.set()

    async def _process(self, stored: StoredUpdate) -> None:
        """Through PTB's handlers; what one of them raised is raised here, except AlreadyHandled."""
        update = Update.de_json(stored.payload, self._application.bot)
        await self._application.process_update(update)
        failure = self._failures.pop(stored.update_id, None)
        if failure is not None and not isinstance(failure, AlreadyHandled):
            raise failure

    async def _note_failure(self, update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        if isinstance(update, Update) and isinstance(context.error, Exception):
            self._failures[update.update_id] = context.error

    def _finish(self, stored: StoredUpdate) -> None:
        """For an update that no handler wanted; otherwise it is done already."""
        with self._helpdesk.database.transaction() as session:
            updates.finish_update(session, CHANNEL, stored.update_id)

    def _postpone(self, stored: StoredUpdate) -> None:
        with self._helpdesk.database.transaction() as session:
            given_up = updates.postpone_update(session, CHANNEL, stored.update_id, most_attempts=MOST_ATTEMPTS)
        if given_up:
            log.error("update %s is given up", stored.update_id)
