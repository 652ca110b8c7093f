"""The worker that takes e-mail from the outbox to the server, until it is cancelled."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from handoff import events, outbox
from handoff.database import Database
from handoff.mail import MailFailed, send_mail, write_mail
from handoff.outbox import Delivery
from handoff.settings import MailSettings
from handoff.signups import CHANNEL
from handoff.subscriptions import end_all

AT_ONCE = 4
IDLE = 5.0

log = logging.getLogger(__name__)


class Postman:
    """Several may run, in one process or in many: leases keep them apart."""

    def __init__(self, database: Database, settings: MailSettings) -> None:
        self._database = database
        self._settings = settings

    async def run(self) -> None:
        woken, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(woken.set)

        unsubscribe = self._database.broker.subscribe(events.OUTBOX, wake)
        try:
            while True:
                woken.clear()
                if not await self.deliver_due():
                    with suppress(asyncio.TimeoutError):
                        # Not wait_for: it loses a cancellation that comes together with the event (Python 3.11).
                        async with asyncio.timeout(IDLE):
                            await woken.wait()
        finally:
            unsubscribe()

    async def deliver_due(self) -> int:
        """How many were sent or failed just now."""
        leased = await asyncio.to_thread(self._lease)
        await asyncio.gather(*(self._deliver(row) for row in leased))
        return len(leased)

    def _lease(self) -> list[Delivery]:
        with self._database.transaction() as session:
            return outbox.lease_deliveries(session, [CHANNEL], limit=AT_ONCE)

    async def _deliver(self, row: Delivery) -> None:
        failure: MailFailed | None = None
        try:
            await send_mail(write_mail(row, self._settings, self._database.clock), self._settings)
        except MailFailed as failed:
            failure = failed
        except Exception as error:
            log.error("outbox row %s failed: %s", row.id, type(error).__name__)
            failure = MailFailed("malformed", permanent=True)
        await asyncio.to_thread(self._report, row, failure)

    def _report(self, row: Delivery, failure: MailFailed | None) -> None:
        with self._database.transaction() as session:
            if failure is None:
                outbox.mark_sent(session, row)
                return
            state = outbox.mark_failed(session, row, failure.reason, permanent=failure.permanent)
            if failure.reason == "no_mailbox":
                end_all(session, CHANNEL, row.address, reason=failure.reason)
        log.warning("outbox row %s: %s, now %s", row.id, failure.reason, state)
