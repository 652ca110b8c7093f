"""Updates between their arrival and their handling: stored, then handled in order per chat, once in effect.

A handler writes what it does and that the update is done in one transaction (`Inbox.handling`), so an update that
is handled twice, by two processes or after a crash, has its effect once.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from telegram import Update
from telegram.ext import CallbackContext

from bot.channels.telegram.client import TelegramApplication
from bot.helpdesk import Helpdesk
from bot.leased_work import LeasedWork
from bot.log import request_id
from handoff import events, updates
from handoff.database import Database
from handoff.errors import Invalid
from handoff.updates import NewUpdate, StoredUpdate

CHANNEL = "telegram"
MOST_ATTEMPTS = 5
LONGEST_CHAT = 64

log = logging.getLogger(__name__)


class AlreadyHandled(Exception):
    """Another process, or an attempt before this one, has done it."""


def chat_of(payload: dict[str, Any]) -> str:
    """The chat an update belongs to; updates of one chat are handled one after the other. Empty for an odd one:
    it must not keep the others from being stored."""
    for kind in ("message", "edited_message", "my_chat_member"):
        if kind in payload:
            return _find_id(payload, kind, "chat")
    return _find_id(payload, "callback_query", "message", "chat") or _find_id(payload, "callback_query", "from")


def _find_id(payload: object, *path: str) -> str:
    for name in path:
        payload = payload.get(name) if isinstance(payload, dict) else None
    found = payload.get("id") if isinstance(payload, dict) else None
    return str(found)[:LONGEST_CHAT] if isinstance(found, int | str) else ""


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


class Inbox(LeasedWork[StoredUpdate]):
    """Handles stored updates in the event loop of the application."""

    topic = events.UPDATES
    at_once = 8
    idle = 2.0
    patience = 5.0

    def __init__(self, helpdesk: Helpdesk, application: TelegramApplication) -> None:
        super().__init__(helpdesk.broker)
        self._helpdesk = helpdesk
        self._application = application
        self._failures: dict[int, Exception] = {}
        application.add_error_handler(self._note_failure)

    @contextmanager
    def handling(self, update_id: int) -> Iterator[Session]:
        """The transaction of everything an update does. Raises AlreadyHandled."""
        with self._helpdesk.database.transaction() as session:
            if not updates.finish_update(session, CHANNEL, update_id):
                raise AlreadyHandled
            yield session

    def lease(self) -> list[StoredUpdate]:
        with self._helpdesk.database.transaction() as session:
            return updates.lease_updates(session, CHANNEL, limit=self.at_once)

    def give_back(self, rows: Sequence[StoredUpdate]) -> None:
        with self._helpdesk.database.transaction() as session:
            for stored in rows:
                updates.give_back(session, CHANNEL, stored.update_id)

    def name(self, row: StoredUpdate) -> Hashable:
        return row.update_id

    async def work_on(self, row: StoredUpdate) -> None:
        request_id.set(f"telegram-{row.update_id}")
        try:
            await self._process(row)
            await run_in_threadpool(self._end, row)
        except Invalid as refused:
            # Another attempt would find it as it is, and what the chat says next would wait for it.
            log.info("update %s left: %s", row.update_id, refused.code)
            await run_in_threadpool(self._end, row)
        except Exception as error:
            log.error("update %s failed: %s", row.update_id, type(error).__name__)
            await run_in_threadpool(self._postpone, row)

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

    def _end(self, stored: StoredUpdate) -> None:
        """For an update that no handler wanted; otherwise it is done already."""
        with self._helpdesk.database.transaction() as session:
            updates.finish_update(session, CHANNEL, stored.update_id)

    def _postpone(self, stored: StoredUpdate) -> None:
        with self._helpdesk.database.transaction() as session:
            given_up = updates.postpone_update(session, CHANNEL, stored.update_id, most_attempts=MOST_ATTEMPTS)
        if given_up:
            log.error("update %s is given up", stored.update_id)
