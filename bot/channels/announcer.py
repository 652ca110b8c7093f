"""The daily round: what happened to calls is noted, and each subscriber is told of it in one message or letter.

Messages are made a few at a time, as the channel takes them away: what is said in conversations never waits behind
thousands of notices.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import date, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from bot.channels.email.letters import draft_news, write_payload
from bot.channels.notices import draft_notices, index_calls
from bot.helpdesk import Helpdesk
from handoff import outbox
from handoff.broadcast import Watch, observe_calls, tell_batch
from handoff.conversations import post_system_message
from handoff.errors import NotFound
from handoff.models.outbox import Outgoing
from handoff.notices import Notice, is_digest_day
from handoff.signups import CHANNEL as EMAIL
from handoff.subscriptions import SubscriberView, end_all
from knowledge.vocabulary import load_vocabularies

LOOKS_EVERY = 60.0
LATEST = time(21)
"""Nobody is told of anything later in the day; it comes the next morning."""
BATCH = 50
MOST_WAITING = 50
"""Messages waiting in the outbox above which no more notices are made for a moment."""
MOMENT = 0.5

log = logging.getLogger(__name__)


class Announcer:
    def __init__(self, helpdesk: Helpdesk) -> None:
        self._helpdesk = helpdesk

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await run_in_threadpool(self.observe)
            if self.is_time():
                await self.tell_all()
            await asyncio.sleep(LOOKS_EVERY)

    def is_time(self) -> bool:
        local = self._helpdesk.clock().astimezone(self._helpdesk.settings.zone).time()
        return time(self._helpdesk.settings.notices_hour) <= local < LATEST

    def observe(self) -> int:
        """How many things happened to calls since the last look."""
        calls = index_calls(self._helpdesk, self._helpdesk.settings.locale)
        with self._helpdesk.database.transaction() as session:
            return len(observe_calls(session, calls.values()))

    async def tell_all(self) -> int:
        """How many subscribers were seen to: all who were not today."""
        seen_to = 0
        while count := await run_in_threadpool(self.tell_some):
            seen_to += max(count, 0)
            while self.is_time() and await run_in_threadpool(self.count_waiting) > MOST_WAITING:
                await asyncio.sleep(MOMENT)
        if seen_to:
            log.info("%s subscribers were seen to", seen_to)
        return seen_to

    def tell_some(self) -> int:
        """One batch, whole or not at all."""
        watched = Watch(
            index_calls(self._helpdesk, self._helpdesk.settings.locale),
            load_vocabularies()["region"],
            self._helpdesk.settings.zone,
        )
        with self._helpdesk.database.transaction() as session:
            return tell_batch(session, watched, self._tell, channels=self.channels, limit=BATCH)

    @property
    def channels(self) -> tuple[str, ...]:
        """Those that are set up: nobody counts as told who could not be."""
        settings = self._helpdesk.settings
        told = {"telegram": settings.telegram_token is not None, "web": True, EMAIL: settings.mail is not None}
        return tuple(name for name, is_set in told.items() if is_set)

    def count_waiting(self) -> int:
        """What a channel could take away now; what waits for a server that is down holds up nobody else."""
        with self._helpdesk.database.reading() as session:
            waiting = select(func.count()).where(
                Outgoing.state == "waiting", Outgoing.try_at <= self._helpdesk.clock()
            )
            return int(session.scalar(waiting) or 0)

    def _tell(self, session: Session, subscriber: SubscriberView, notices: Sequence[Notice]) -> None:
        """By letter, or into the conversation; one that was erased takes its subscriptions with it."""
        today = self._helpdesk.clock().astimezone(self._helpdesk.settings.zone).date()
        weekly = subscriber.weekly and is_digest_day(today)
        if subscriber.channel == EMAIL:
            self._write_letter(session, subscriber, notices, today, weekly=weekly)
            return
        if subscriber.conversation_id is None:
            return
        draft = draft_notices(self._helpdesk, subscriber.locale, notices, weekly=weekly)
        try:
            post_system_message(session, subscriber.conversation_id, draft)
        except NotFound:
            end_all(session, subscriber.channel, subscriber.address, reason="erased")

    def _write_letter(
        self, session: Session, subscriber: SubscriberView, notices: Sequence[Notice], day: date, *, weekly: bool
    ) -> None:
        """One letter a day at most, whatever happens: its name in the outbox is the subscriber and the day."""
        letter = draft_news(self._helpdesk, subscriber, notices, weekly=weekly)
        if letter is not None:
            payload = write_payload(letter, self._helpdesk.settings)
            outbox.put(session, EMAIL, subscriber.address, "news", f"news:{subscriber.id}:{day}", payload)
