"""What runs beside the requests in the application's process, from its start to its stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from bot.call_refresh import refresh_calls
from bot.channels.announcer import Announcer
from bot.erased_list import keep_list
from bot.erasing import run_retention
from bot.gateway.forgetting import keep_forgetting
from bot.gateway.turns import TurnWorker
from bot.helpdesk import Helpdesk, fingerprint_materials
from bot.learning.grouping import group_new
from bot.leased_work import keep_running
from bot.rasa import Rasa
from handoff.postman import Postman
from handoff.sweeping import sweep
from handoff.turns import free_turns

SWEEPS_EVERY = 10.0
READS_EVERY = 5.0
GROUPS_EVERY = 20.0
LOOKS_FOR_CALLS_EVERY = 600.0
SOON = 300.0
A_DAY = 24 * 3600.0

log = logging.getLogger(__name__)


async def keep_sweeping(helpdesk: Helpdesk) -> None:
    """What time alone brings about: promises due, leases run out, requests nobody has taken."""
    while True:
        await asyncio.to_thread(sweep, helpdesk.database)
        await asyncio.sleep(SWEEPS_EVERY)


async def keep_reading(helpdesk: Helpdesk) -> None:
    """Take up materials that were added or changed, within seconds; until they are indexed the old ones answer."""
    known = await asyncio.to_thread(fingerprint_materials, helpdesk.settings)
    while True:
        await asyncio.sleep(READS_EVERY)
        now = await asyncio.to_thread(fingerprint_materials, helpdesk.settings)
        if now == known:
            continue
        knowledge = await asyncio.to_thread(helpdesk.refresh_knowledge)
        known = now
        log.info("materials read again: %d passages", len(knowledge.catalogue.passages))


async def keep_grouping(helpdesk: Helpdesk) -> None:
    """Questions the bot left open find their groups soon after, never while somebody waits."""
    while True:
        await asyncio.sleep(GROUPS_EVERY)
        await asyncio.to_thread(group_new, helpdesk)


async def keep_calls_fresh(helpdesk: Helpdesk) -> None:
    while True:
        await asyncio.to_thread(refresh_calls, helpdesk.settings)
        await asyncio.sleep(LOOKS_FOR_CALLS_EVERY)


async def keep_retention(helpdesk: Helpdesk) -> None:
    """Once a day, and soon after a start: what was kept long enough goes, rows and files alike."""

    await asyncio.sleep(SOON)
    while True:
        report = await asyncio.to_thread(run_retention, helpdesk.settings, helpdesk.database)
        deleted = ", ".join(f"{count} {name}" for name, count in report.deleted.items() if count)
        log.info("retention: %d conversations erased; deleted: %s", len(report.erased), deleted or "nothing")
        await asyncio.sleep(A_DAY)


def make_rasa(helpdesk: Helpdesk) -> Rasa | None:
    settings = helpdesk.settings
    if settings.rasa_url is None or settings.rasa_secret is None:
        return None
    return Rasa(settings.rasa_url, settings.rasa_secret.get_secret_value(), settings.rasa_timeout)


def make_workers(helpdesk: Helpdesk, rasa: Rasa | None) -> dict[str, Callable[[], Awaitable[None]]]:
    workers: dict[str, Callable[[], Awaitable[None]]] = {
        "turns": TurnWorker(helpdesk, rasa).run,
        "announcer": Announcer(helpdesk).run,
        "sweeper": partial(keep_sweeping, helpdesk),
        "materials": partial(keep_reading, helpdesk),
        "retention": partial(keep_retention, helpdesk),
        "questions": partial(keep_grouping, helpdesk),
        "words": partial(asyncio.to_thread, helpdesk.knowledge.retriever.read_ahead),
        "erased": partial(keep_list, helpdesk.settings, helpdesk.database),
    }
    if rasa is not None:
        workers["forgetting"] = partial(keep_forgetting, helpdesk, rasa)
    if helpdesk.settings.calls_source is not None:
        workers["calls"] = partial(keep_calls_fresh, helpdesk)
    if helpdesk.settings.mail is not None:
        workers["mail"] = Postman(helpdesk.database, helpdesk.settings.mail).run
    if helpdesk.settings.telegram_token is not None:
        from bot.channels.telegram.service import Telegram

        workers["telegram"] = Telegram(helpdesk).run
    return workers


def take_over(helpdesk: Helpdesk) -> None:
    """What a process that was killed had begun to answer is answered at once: SQLite has one application only, so
    that at its start nobody else holds a lease. With PostgreSQL the lease runs out."""
    if helpdesk.database.is_sqlite:
        with helpdesk.database.transaction() as session:
            freed = free_turns(session)
        if freed:
            log.warning("%d messages were being answered when the application ended; they are answered now", freed)


@asynccontextmanager
async def run_workers(helpdesk: Helpdesk) -> AsyncIterator[Rasa | None]:
    """Gives the Rasa client, for /health."""
    await asyncio.to_thread(take_over, helpdesk)
    rasa = make_rasa(helpdesk)
    workers = make_workers(helpdesk, rasa)
    tasks = [asyncio.create_task(keep_running(name, work), name=name) for name, work in workers.items()]
    try:
        yield rasa
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if rasa:
            await rasa.close()
