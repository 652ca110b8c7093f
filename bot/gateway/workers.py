"""What runs beside the requests in the application's process, from its start to its stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from bot.channels.announcer import Announcer
from bot.channels.telegram.service import Telegram
from bot.gateway.turns import TurnWorker
from bot.helpdesk import Helpdesk
from bot.rasa import Rasa
from handoff.postman import Postman
from handoff.sweeping import sweep

AGAIN_AFTER = 2.0
SWEEPS_EVERY = 10.0

log = logging.getLogger(__name__)


async def keep_running(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Start `work` again whenever it raises: a worker's mistake must not strand the people it serves."""
    while True:
        try:
            await work()
        except Exception as error:
            log.error("%s stopped: %s; starting it again", name, type(error).__name__)
        await asyncio.sleep(AGAIN_AFTER)


async def keep_sweeping(helpdesk: Helpdesk) -> None:
    """What time alone brings about: promises due, leases run out, requests nobody has taken."""
    while True:
        await asyncio.to_thread(sweep, helpdesk.database)
        await asyncio.sleep(SWEEPS_EVERY)


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
    }
    if helpdesk.settings.mail is not None:
        workers["mail"] = Postman(helpdesk.database, helpdesk.settings.mail).run
    if helpdesk.settings.telegram_token is not None:
        workers["telegram"] = Telegram(helpdesk).run
    return workers


@asynccontextmanager
async def run_workers(helpdesk: Helpdesk) -> AsyncIterator[Rasa | None]:
    """Gives the Rasa client, for /health."""
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
