"""Asking Telegram for updates, where it cannot reach us: on a laptop.

Telegram forgets what came before the `offset` asked for next, and we ask only after storing: nothing gets lost.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.client import LONG_POLL, TelegramApplication
from bot.channels.telegram.failures import seconds_to_wait
from bot.channels.telegram.inbox import UpdateStore
from bot.channels.telegram.webhook import ALLOWED_UPDATES

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0

log = logging.getLogger(__name__)


async def poll(application: TelegramApplication, store: UpdateStore, *, long_poll: float = LONG_POLL) -> None:
    """Until cancelled. A webhook that is still set is taken away: Telegram gives updates only one way."""
    await forget_webhook(application)
    offset = await run_in_threadpool(store.next_offset)
    pause = FIRST_PAUSE
    while True:
        try:
            updates = await application.bot.get_updates(
                offset=offset,
                timeout=timedelta(seconds=long_poll),
                read_timeout=long_poll + 10,
                allowed_updates=ALLOWED_UPDATES,
            )
            if updates:
                await run_in_threadpool(store.store, [update.to_dict() for update in updates])
                offset = updates[-1].update_id + 1
            pause = FIRST_PAUSE
        except Exception as error:
            pause = await wait_after(error, pause)


async def forget_webhook(application: TelegramApplication) -> None:
    try:
        await application.bot.delete_webhook(drop_pending_updates=False)
    except TelegramError as error:
        log.warning("the webhook could not be taken away: %s", type(error).__name__)


async def wait_after(error: Exception, pause: float) -> float:
    """Sleeps, and gives the next pause."""
    if isinstance(error, Conflict):
        log.error("another program asks for this bot's updates; only one may")
    elif isinstance(error, InvalidToken):
        log.error("Telegram does not know the token (HELPDESK_TELEGRAM_TOKEN)")
    else:
        log.warning("updates could not be fetched: %s", type(error).__name__)
    await asyncio.sleep(seconds_to_wait(error) if isinstance(error, RetryAfter) else pause)
    return min(pause * 2, LONGEST_PAUSE)
