"""The one decision "who answers?": a waiting turn goes to Rasa, and to our own replies when Rasa cannot.

Whether the bot may answer at all was decided when the message was recorded: a turn exists only while the owner is
the bot or the queue. Turns are rows with leases, so a worker that dies in the middle leaves nothing behind but a
lease that runs out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Hashable, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool

from bot import metrics
from bot.backlog import AT_ONCE
from bot.helpdesk import Helpdesk
from bot.leased_work import LeasedWork
from bot.log import request_id
from bot.rasa import Rasa, RasaAnswer, RasaUnavailable, pack_vector
from bot.replies import buttons, fallback
from bot.replies.situation import Situation
from handoff import events
from handoff.conversations import Turn, finish_turn, next_turns, turns_wait
from handoff.errors import HandoffError
from handoff.failures import UNAVAILABLE, WORDS, find_cause
from handoff.messages import Draft
from handoff.turns import give_back
from retrieval.encoder import Vector, plain_name

MOST_ATTEMPTS = 3
KEEPS_TRYING = 40.0
"""Seconds for which an answer is kept that could not be recorded: less than its turn's lease."""
TRIES_EVERY = 2.0

log = logging.getLogger(__name__)


class TurnWorker(LeasedWork[Turn]):
    """Answers waiting turns until cancelled."""

    topic = events.TURNS
    at_once = AT_ONCE
    patience = 5.0
    """What is being answered may finish, for a moment: its lease would cost the visitor a minute."""

    def __init__(self, helpdesk: Helpdesk, rasa: Rasa | None) -> None:
        super().__init__(helpdesk.broker)
        self._helpdesk = helpdesk
        self._rasa = rasa

    def lease(self) -> list[Turn]:
        """Looking first costs no writer's turn, which most looks would take for nothing."""
        with self._helpdesk.database.reading() as session:
            if not turns_wait(session):
                return []
        with self._helpdesk.database.transaction() as session:
            return next_turns(session, limit=self.at_once)

    def name(self, row: Turn) -> Hashable:
        """Of one lease: a turn that is to be answered anew may begin before the answer thrown away has ended."""
        return row.message.id, row.attempts

    async def work_on(self, row: Turn) -> None:
        request_id.set(row.request_id or row.message.id)
        began = time.monotonic()
        try:
            with metrics.turn_seconds.time():
                answer = await self._compose(row)
                await self._keep(row, answer)
            self._helpdesk.backlog.note(time.monotonic() - began)
            log.info("turn %s answered in %d ms", row.message.id, round((time.monotonic() - began) * 1000))
        except HandoffError as refused:
            log.info("turn %s: %s", row.message.id, refused.code)
        except asyncio.CancelledError:
            self.give_back([row])
            raise

    async def _keep(self, turn: Turn, answer: RasaAnswer) -> None:
        """An answer that the database cannot take just now is kept for it, as long as the turn is ours."""
        until = time.monotonic() + KEEPS_TRYING
        while True:
            try:
                return await run_in_threadpool(self._record, turn, answer)
            except UNAVAILABLE as error:
                cause = find_cause(error)
                if cause is None or time.monotonic() > until:
                    raise
                log.warning("turn %s: not recorded yet: %s", turn.message.id, WORDS[cause])
            await asyncio.sleep(TRIES_EVERY)

    def give_back(self, rows: Sequence[Turn]) -> None:
        with self._helpdesk.database.transaction() as session:
            for row in rows:
                give_back(session, row)

    def _record(self, turn: Turn, answer: RasaAnswer) -> None:
        with self._helpdesk.database.transaction() as session:
            finish_turn(session, turn, answer.drafts, intent=answer.intent, intent_confidence=answer.confidence)

    async def _compose(self, turn: Turn) -> RasaAnswer:
        """Rasa's answer, else ours, else a person: never nothing."""
        vector = await self._encode(turn)
        try:
            answer = await self._ask_rasa(turn, vector)
            metrics.turns.labels("rasa").inc()
            return answer
        except RasaUnavailable as reason:
            metrics.rasa_failures.labels(reason.reason).inc()
            log.info("turn %s without Rasa: %s", turn.message.id, reason.reason)
        except Exception as error:
            log.error("turn %s: asking Rasa failed: %s", turn.message.id, type(error).__name__)
        return RasaAnswer(tuple(await self._reply_ourselves(turn, vector)), None, None)

    async def _encode(self, turn: Turn) -> Vector | None:
        """None for a pressed button, which means just itself, and when encoding fails."""
        if turn.value is not None or not turn.message.text.strip():
            return None
        try:
            return await self._helpdesk.question_vectors.find(turn.message.text)
        except Exception as error:
            log.error("turn %s: encoding failed: %s", turn.message.id, type(error).__name__)
            return None

    async def _ask_rasa(self, turn: Turn, vector: Vector | None) -> RasaAnswer:
        if self._rasa is None:
            raise RasaUnavailable("off")
        said = buttons.rasa_message(turn.value) if turn.value is not None else turn.message.text
        sender = f"{turn.conversation.id}.{turn.conversation.session_no}"
        accented = self._helpdesk.knowledge.retriever.accent(turn.message.text)
        described = describe_turn(turn, vector, plain=self._helpdesk.encoder.name == plain_name())
        return await self._rasa.ask(sender, said, {**described, "accented": accented})

    async def _reply_ourselves(self, turn: Turn, vector: Vector | None) -> Sequence[Draft]:
        if turn.attempts < MOST_ATTEMPTS:
            try:
                drafts = await run_in_threadpool(fallback.respond, self._helpdesk, make_situation(turn, vector))
                metrics.turns.labels("replies").inc()
                return drafts
            except Exception as error:
                log.error("turn %s: fallback failed: %s", turn.message.id, type(error).__name__)
        metrics.turns.labels("apology").inc()
        return [fallback.apologise(turn.conversation.locale)]


def describe_turn(turn: Turn, vector: Vector | None, *, plain: bool) -> dict[str, Any]:
    """What travels with the message to Rasa's components and to the actions. Intents were learned by the plain
    encoder's vectors: one that is not `plain` is for the actions alone, and Rasa encodes the message itself
    (bot.nlu.e5)."""
    return {
        "vector": pack_vector(vector) if vector is not None else None,
        "plain": plain,
        "locale": turn.conversation.locale,
        "owner": str(turn.conversation.owner),
        "channel": turn.conversation.channel,
        "value": turn.value,
        "text": turn.message.text,
        "request_number": turn.conversation.request_number,
        "request_id": turn.request_id or turn.message.id,
        "recent": [
            {
                "id": said.id,
                "author": str(said.author),
                "kind": str(said.kind),
                "text": said.text,
                "data": said.data,
            }
            for said in turn.recent[-6:]
        ],
    }


def make_situation(turn: Turn, vector: Vector | None) -> Situation:
    return Situation(
        text=turn.message.text,
        locale=turn.conversation.locale,
        value=turn.value,
        vector=vector,
        owner=str(turn.conversation.owner),
        channel=turn.conversation.channel,
        request_number=turn.conversation.request_number,
        recent=turn.recent,
    )
