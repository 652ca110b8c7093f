"""Rows of the outbox on their way to Telegram: in order per chat, at its pace, once in effect.

A row is leased, sent part by part, and each part is noted as it arrives: an attempt that was cut short goes on
after the last part noted.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, Sequence
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
from bot.leased_work import LeasedWork
from handoff import chats, events, outbox, subscriptions
from handoff.outbox import Delivery

CLOSES_CHAT = {"blocked", "deactivated", "no_chat", "removed", "not_started", "forbidden"}

log = logging.getLogger(__name__)


class Courier(LeasedWork[Delivery]):
    topic = events.OUTBOX
    at_once = 16

    def __init__(self, helpdesk: Helpdesk, bot: ExtBot[Any], pace: Pace | None = None) -> None:
        super().__init__(helpdesk.broker)
        self._helpdesk = helpdesk
        self._sender = Sender(bot, pace or Pace())

    def lease(self) -> list[Delivery]:
        with self._helpdesk.database.transaction() as session:
            return outbox.lease_deliveries(session, [CHANNEL], limit=self.at_once)

    def give_back(self, rows: Sequence[Delivery]) -> None:
        with self._helpdesk.database.transaction() as session:
            for row in rows:
                outbox.give_back(session, row)

    def name(self, row: Delivery) -> Hashable:
        return row.id

    async def work_on(self, row: Delivery) -> None:
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
