"""The one decision "who answers?": a waiting turn goes to Rasa, and to our own replies when Rasa cannot.

Whether the bot may answer at all was decided when the message was recorded: a turn exists only while the owner is
the bot or the queue. Turns are rows with leases, so a worker that dies in the middle leaves nothing behind but a
lease that runs out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from starlette.concurrency import run_in_threadpool

from bot import metrics
from bot.helpdesk import Helpdesk
from bot.rasa import Rasa, RasaAnswer, RasaUnavailable, pack_vector
from bot.replies import buttons, fallback
from bot.replies.situation import Situation
from handoff import events
from handoff.conversations import Turn, finish_turn, next_turns
from handoff.errors import HandoffError
from handoff.messages import Draft
from retrieval.encoder import Vector

AT_ONCE = 4
IDLE = 1.0
"""Seconds after which the database is looked at even if nobody woke us."""
MOST_ATTEMPTS = 3

log = logging.getLogger(__name__)


class TurnWorker:
    """Answers waiting turns until cancelled. One per process; several processes share the work by leases."""

    def __init__(self, helpdesk: Helpdesk, rasa: Rasa | None) -> None:
        self._helpdesk = helpdesk
        self._rasa = rasa
        self._encoding = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._woken = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._woken.set)

        unsubscribe = self._helpdesk.broker.subscribe(events.TURNS, wake)
        try:
            while True:
                await self._work_once()
        finally:
            unsubscribe()
            await self._drain()

    async def _work_once(self) -> None:
        await self._slots.acquire()
        self._slots.release()
        self._woken.clear()
        try:
            turns = await run_in_threadpool(self._lease)
        except Exception as error:
            log.error("turns could not be leased: %s", type(error).__name__)
            turns = []
        for turn in turns:
            await self._slots.acquire()
            task = asyncio.create_task(self._answer(turn))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        if not turns:
            await self._wait()

    async def _wait(self) -> None:
        with suppress(asyncio.TimeoutError):
            # Not wait_for: it loses a cancellation that comes together with the event (Python 3.11).
            async with asyncio.timeout(IDLE):
                await self._woken.wait()

    async def _drain(self) -> None:
        """Let what is being answered finish, for a moment: its lease would cost the visitor a minute."""
        if self._running:
            await asyncio.wait(self._running, timeout=5)
        self._encoding.shutdown(wait=False)

    def _lease(self) -> list[Turn]:
        with self._helpdesk.database.transaction() as session:
            return next_turns(session, limit=AT_ONCE)

    async def _answer(self, turn: Turn) -> None:
        try:
            with metrics.turn_seconds.time():
                answer = await self._compose(turn)
                await run_in_threadpool(self._finish, turn, answer)
        except HandoffError as refused:
            log.info("turn %s: %s", turn.message.id, refused.code)
        except Exception as error:
            log.error("turn %s failed: %s", turn.message.id, type(error).__name__)
        finally:
            self._slots.release()

    def _finish(self, turn: Turn, answer: RasaAnswer) -> None:
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
        loop = asyncio.get_running_loop()
        encode = self._helpdesk.knowledge.retriever.encode
        try:
            return await loop.run_in_executor(self._encoding, encode, turn.message.text)
        except Exception as error:
            log.error("turn %s: encoding failed: %s", turn.message.id, type(error).__name__)
            return None

    async def _ask_rasa(self, turn: Turn, vector: Vector | None) -> RasaAnswer:
        if self._rasa is None:
            raise RasaUnavailable("off")
        said = buttons.rasa_message(turn.value) if turn.value is not None else turn.message.text
        sender = f"{turn.conversation.id}.{turn.conversation.session_no}"
        return await self._rasa.ask(sender, said, describe_turn(turn, vector))

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


def describe_turn(turn: Turn, vector: Vector | None) -> dict[str, Any]:
    """What travels with the message to Rasa's components and to the actions."""
    return {
        "vector": pack_vector(vector) if vector is not None else None,
        "locale": turn.conversation.locale,
        "owner": str(turn.conversation.owner),
        "channel": turn.conversation.channel,
        "value": turn.value,
        "text": turn.message.text,
        "request_number": turn.conversation.request_number,
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
