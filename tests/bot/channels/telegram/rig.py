"""The whole channel in a thread of its own: PTB over HTTP to the stand-in, the database, the worker of turns."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy import select

from bot.channels.telegram.pace import Pace
from bot.channels.telegram.service import Telegram
from bot.channels.telegram.webhook import webhook_secret
from bot.gateway.telegram import make_router
from bot.gateway.turns import TurnWorker
from bot.helpdesk import Helpdesk
from bot.serve import Companion
from handoff import chats
from handoff.conversations import ConversationView, find_conversation_at, list_messages
from handoff.messages import Message
from handoff.models.channel import ChannelUpdate, ShownMessage
from handoff.models.message import TurnRow
from handoff.models.outbox import Outgoing
from tests.telegram_api import TelegramApi


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **time: float) -> None:
        self.at += timedelta(**time)


MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)


class Rig:
    """`with rig.running():` runs it; leaving stops it as a deployment would."""

    def __init__(self, helpdesk: Helpdesk, api: TelegramApi, *, answers: bool = True) -> None:
        self.helpdesk = helpdesk
        self.api = api
        self._answers = answers
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop: asyncio.Event | None = None
        self.webhook_port: int | None = None

    def start(self) -> None:
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main(started)), daemon=True)
        self._thread.start()
        assert started.wait(20)

    def stop(self) -> None:
        assert self._loop
        assert self._stop
        assert self._thread
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        assert not self._thread.is_alive()

    def __enter__(self) -> Rig:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _main(self, started: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        telegram = Telegram(self.helpdesk, pace=Pace(overall=2000, private_every=0.0), long_poll=1)
        tasks = [asyncio.create_task(telegram.run())]
        if self._answers:
            tasks.append(asyncio.create_task(TurnWorker(self.helpdesk, None).run()))
        server = await self._serve_webhook() if self.helpdesk.settings.telegram_mode == "webhook" else None
        started.set()
        await self._stop.wait()
        if server:
            server.should_exit = True
            await self._serving
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve_webhook(self) -> uvicorn.Server:
        app = FastAPI()
        app.include_router(make_router(self.helpdesk))
        server = Companion(
            uvicorn.Config(
                app, host="127.0.0.1", port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=2
            )
        )
        self._serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.005)
        self.webhook_port = server.servers[0].sockets[0].getsockname()[1]
        self.api.webhook = {
            "url": f"http://127.0.0.1:{self.webhook_port}/telegram/webhook",
            "secret_token": webhook_secret(self.helpdesk.settings),
        }
        return server

    # --- looking at the record ----------------------------------------------------------------------------------

    def conversation(self, chat: int) -> ConversationView | None:
        with self.helpdesk.database.reading() as session:
            return find_conversation_at(session, "telegram", str(chat))

    def record(self, chat: int) -> list[Message]:
        conversation = self.conversation(chat)
        if conversation is None:
            return []
        with self.helpdesk.database.reading() as session:
            return list_messages(session, conversation.id)

    def number(self, chat: int) -> int | None:
        """Of the chat's open request."""
        conversation = self.conversation(chat)
        return conversation.request_number if conversation else None

    def shown(self, chat: int) -> list[str]:
        """Ids of the recorded messages whose first part is in the chat."""
        with self.helpdesk.database.reading() as session:
            query = select(ShownMessage.message_id).where(
                ShownMessage.chat == str(chat), ShownMessage.outgoing.is_(True), ShownMessage.part == 0
            )
            return list(session.scalars(query))

    @property
    def uploads(self) -> Path:
        return self.helpdesk.settings.data / "uploads"

    def settle(self) -> None:
        """Until nothing is waiting to be handled, answered or sent."""
        self.api.wait_for(lambda: not (self.unhandled() or self.waiting() or self.unanswered()))

    def unanswered(self) -> int:
        with self.helpdesk.database.reading() as session:
            return len(session.scalars(select(TurnRow.message_id).where(TurnRow.state == "waiting")).all())

    def closed_reason(self, chat: int) -> str | None:
        with self.helpdesk.database.reading() as session:
            return chats.closed_reason(session, "telegram", str(chat))

    def unhandled(self) -> int:
        """Updates whose words are still kept."""
        with self.helpdesk.database.reading() as session:
            rows = session.scalars(select(ChannelUpdate)).all()
            return sum(row.payload is not None or row.state == "waiting" for row in rows)

    def waiting(self) -> int:
        """Rows of the outbox that are not sent yet."""
        with self.helpdesk.database.reading() as session:
            return len(session.scalars(select(Outgoing.id).where(Outgoing.state == "waiting")).all())

    def write(self, work: Callable[[Any], Any]) -> Any:
        with self.helpdesk.database.transaction() as session:
            return work(session)

    def read(self, work: Callable[[Any], Any]) -> Any:
        with self.helpdesk.database.reading() as session:
            return work(session)

    def await_texts(self, chat: int, count: int) -> list[str]:
        """At least `count` messages in the chat."""
        self.api.wait_for(lambda: len(self.api.chat(chat).messages) >= count)
        return self.api.chat(chat).texts

    def await_text(self, chat: int, part: str) -> str:
        """A message that says `part`."""
        self.api.wait_for(lambda: any(part in text for text in self.api.chat(chat).texts))
        return next(text for text in self.api.chat(chat).texts if part in text)
