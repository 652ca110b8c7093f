"""Rasa is told to forget who was erased, at once where it can be reached and else as soon as it can."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from starlette.concurrency import run_in_threadpool

from bot.helpdesk import Helpdesk
from bot.rasa import Rasa, RasaUnavailable
from bot.waking import repeat
from handoff import events, trackers

LOOKS_EVERY = 10.0
"""Seconds until rows are looked at though nobody called: they may have been written by another process."""

log = logging.getLogger(__name__)


async def keep_forgetting(helpdesk: Helpdesk, rasa: Rasa) -> None:
    await repeat(helpdesk.broker, events.ERASURES, LOOKS_EVERY, partial(forget_erased, helpdesk, rasa))


async def forget_erased(helpdesk: Helpdesk, rasa: Rasa) -> int:
    """How many conversations Rasa has forgotten now. What it could not be told waits."""
    forgotten: list[str] = []
    for conversation_id in await run_in_threadpool(list_waiting, helpdesk):
        try:
            if not await rasa.forget(conversation_id):
                log.warning("Rasa keeps its trackers in a store of its own: an erased one goes by its expiry")
        except RasaUnavailable as reason:
            log.info("Rasa could not be told to forget: %s", reason.reason)
            break
        forgotten.append(conversation_id)
    if forgotten:
        await run_in_threadpool(mark_forgotten, helpdesk, forgotten)
    return len(forgotten)


def list_waiting(helpdesk: Helpdesk) -> Sequence[str]:
    with helpdesk.database.reading() as session:
        return trackers.list_waiting(session)


def mark_forgotten(helpdesk: Helpdesk, conversations: Sequence[str]) -> None:
    with helpdesk.database.transaction() as session:
        trackers.mark_forgotten(session, conversations)
