"""The whole channel, run beside the requests in the application's process: `Telegram(helpdesk).run()`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.client import LONG_POLL, TelegramApplication, make_application
from bot.channels.telegram.commands import publish_menus
from bot.channels.telegram.delivery import Courier
from bot.channels.telegram.failures import seconds_to_wait
from bot.channels.telegram.inbox import Inbox, UpdateStore
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.polling import poll
from bot.channels.telegram.updates import Receiver
from bot.helpdesk import Helpdesk
from bot.leased_work import keep_running

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0

log = logging.getLogger(__name__)


class Telegram:
    """Updates are stored by the webhook or by polling; this handles them and delivers what is to be said."""

    def __init__(self, helpdesk: Helpdesk, *, pace: Pace | None = None, long_poll: float = LONG_POLL) -> None:
        self._helpdesk = helpdesk
        self._pace = pace or Pace()
        self._long_poll = long_poll

    async def run(self) -> None:
        """Until cancelled. Telegram being away delays, and stops nothing else."""
        application = make_application(self._helpdesk.settings)
        try:
            await connect(application)
            self._helpdesk.telegram_name = application.bot.username
            await self._work(application)
        finally:
            await application.shutdown()
            await application.bot.request.shutdown()

    async def _work(self, application: TelegramApplication) -> None:
        inbox = Inbox(self._helpdesk, application)
        Receiver(self._helpdesk, application, inbox)
        courier = Courier(self._helpdesk, application.bot, self._pace)
        workers: dict[str, Callable[[], Awaitable[None]]] = {"inbox": inbox.run, "courier": courier.run}
        if self._helpdesk.settings.telegram_mode == "polling":
            store = UpdateStore(self._helpdesk.database)
            workers["polling"] = lambda: poll(application, store, long_poll=self._long_poll)
        workers["menus"] = lambda: self._publish(application)
        tasks = [asyncio.create_task(keep_running(name, work)) for name, work in workers.items()]
        try:
            # Not gather: it would cancel them too, and the second time would cut short what they are finishing.
            await asyncio.wait(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _publish(self, application: TelegramApplication) -> None:
        await publish_menus(application.bot, self._helpdesk.settings.locale)


async def connect(application: TelegramApplication) -> None:
    """Ask Telegram who the bot is, until it answers."""
    pause = FIRST_PAUSE
    while True:
        try:
            await application.initialize()
        except InvalidToken:
            log.error("Telegram does not know the token (HELPDESK_TELEGRAM_TOKEN)")
        except RetryAfter as error:
            pause = max(pause, seconds_to_wait(error))
        except TelegramError as error:
            log.warning("Telegram cannot be reached: %s", type(error).__name__)
        else:
            log.info("connected to Telegram as @%s", application.bot.username)
            return
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
