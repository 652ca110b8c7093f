"""Mixed updates from many Telegram chats while the helpdesk is killed and stopped: what is in the record then?

python -m benchmarks.telegram_soak [chats [rounds]]. Each chat writes, edits, sends stickers and commands, some
updates come twice, and the Bot API refuses now and then. The helpdesk is a process of its own, killed with SIGKILL
three times and stopped with SIGTERM twice. Status 1 unless every word is in the record once, every reply of the
record is in its chat, and no more messages were doubled than were under way at the kills.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.channels.telegram.delivery import Courier
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.service import Telegram
from bot.gateway.turns import TurnWorker
from bot.helpdesk import build, open_database
from bot.settings import ROOT, Settings
from handoff.conversations import find_conversation_at, list_messages
from handoff.database import Database
from handoff.messages import Author
from handoff.models.channel import ChannelUpdate, ShownMessage
from handoff.models.message import TurnRow
from handoff.models.outbox import Outgoing
from tests.bot.channels.telegram.test_soak import STICKER, misbehave
from tests.telegram_api import TOKEN, TelegramApi

FIRST = 8000
WORDS = ("paldies", "labdien", "<b>&*_[", "🙂" * 50, "kādi konkursi ir atvērti?")
COMMANDS = ("/konkursi", "/valoda", "/abonementi", "/palidziba")
STOPS = (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGTERM, signal.SIGKILL)


def make_settings(data: Path, api: str) -> Settings:
    materials = [ROOT / "knowledge" / "materials" / "call"]
    token = SecretStr(TOKEN)
    return Settings(_env_file=None, telegram_token=token, telegram_api=api, data=data, materials=materials)


def serve(data: Path, api: str) -> None:
    """The process that is stopped again and again."""
    helpdesk = build(make_settings(data, api))

    async def work() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        telegram = Telegram(helpdesk, pace=Pace(overall=500, private_every=0.0), long_poll=1)
        tasks = [asyncio.create_task(telegram.run()), asyncio.create_task(TurnWorker(helpdesk, None).run())]
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(work())
    helpdesk.close()


class Crowd:
    """Who writes what. `said` counts the words of each chat that belong in the record."""

    def __init__(self, api: TelegramApi, chats: int) -> None:
        self._api = api
        self._chance = random.Random(20261124)
        self.chats = range(FIRST, FIRST + chats)
        self.said: Counter[int] = Counter()

    def act(self) -> None:
        """Everybody once, in whatever order."""
        for chat in self._chance.sample(self.chats, len(self.chats)):
            if self._chance.random() < 0.1:
                misbehave(self._api, self._chance)
            kind = self._chance.random()
            if kind < 0.6:
                self._say(chat)
            elif kind < 0.85:
                self._api.say(chat, self._chance.choice(COMMANDS))
            else:
                self._api.deliver(self._api.update(message=self._api.message(chat, sticker=STICKER)))

    def _say(self, chat: int) -> None:
        said = self._chance.choice(WORDS)
        told = self._api.say(chat, said)
        self.said[chat] += 1
        if self._chance.random() < 0.3:
            self._api.deliver(told)
        if self._chance.random() < 0.3:
            self._api.edit(told, f"{said} labots")


def start(data: Path, api: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.telegram_soak", "--serve", str(data), api]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})


def soak(chats: int, rounds: int) -> bool:
    api = TelegramApi()
    url, crowd = api.start(), Crowd(api, chats)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        database = open_database(make_settings(data, url))
        process, began = start(data, url), time.monotonic()
        wait_until(lambda: bool(api.calls))
        for number in range(1, rounds + 1):
            crowd.act()
            time.sleep(1)
            if number % (rounds // len(STOPS)) == 0 and number // (rounds // len(STOPS)) <= len(STOPS):
                process.send_signal(STOPS[number // (rounds // len(STOPS)) - 1])
                process.wait(60)
                expire_leases(database)
                process = start(data, url)
        wait_until(lambda: not api.pending and not left_to_do(database))
        took = time.monotonic() - began
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        good = report(database, api, crowd, took)
        database.close()
    api.stop()
    return good


def expire_leases(database: Database) -> None:
    """What a minute's waiting would do."""
    with database.transaction() as session:
        for table in (Outgoing, ChannelUpdate, TurnRow):
            session.execute(update(table).values(leased_until=None))


def left_to_do(database: Database) -> int:
    with database.reading() as session:
        return sum(
            int(session.scalar(select(func.count()).select_from(table).where(table.state == "waiting")) or 0)
            for table in (Outgoing, ChannelUpdate, TurnRow)
        )


def wait_until(true: Callable[[], bool], seconds: float = 600) -> None:
    limit = time.monotonic() + seconds
    while not true():
        if time.monotonic() > limit:
            raise TimeoutError
        time.sleep(0.2)


def report(database: Database, api: TelegramApi, crowd: Crowd, took: float) -> bool:
    kills = STOPS.count(signal.SIGKILL)
    with database.reading() as session:
        wrong = [chat for chat in crowd.chats if count_words(session, chat) != crowd.said[chat]]
        unseen = sum(count_unseen(session, chat) for chat in crowd.chats)
        failed = session.scalar(select(func.count()).where(ChannelUpdate.state == "failed")) or 0
        doubled = sum(len(api.chat(chat).messages) for chat in crowd.chats) - count_sent(session)
    print(f"{len(crowd.chats)} chats, {crowd.said.total()} messages; stopped: {', '.join(s.name for s in STOPS)}")
    print(f"chats whose words are not in the record once each: {len(wrong)}; updates given up: {failed}")
    print(f"replies in the record and not in the chat: {unseen}; messages sent twice: {doubled}; {took:.0f} s")
    return not wrong and not failed and not unseen and doubled <= kills * Courier.at_once


def count_words(session: Session, chat: int) -> int:
    """What the chat wrote and is in the record, commands aside."""
    conversation = find_conversation_at(session, "telegram", str(chat))
    told = list_messages(session, conversation.id) if conversation else []
    return sum(one.author is Author.VISITOR and not one.text.startswith(("/", "[")) for one in told)


def count_unseen(session: Session, chat: int) -> int:
    conversation = find_conversation_at(session, "telegram", str(chat))
    told = list_messages(session, conversation.id) if conversation else []
    spoken = {one.id for one in told if one.author is not Author.VISITOR}
    shown = select(ShownMessage.message_id).where(ShownMessage.outgoing.is_(True), ShownMessage.chat == str(chat))
    return len(spoken - set(session.scalars(shown)))


def count_sent(session: Session) -> int:
    """Parts noted as they arrived, and the channel's own menus, which are not in the record."""
    parts = select(ShownMessage.chat, ShownMessage.reference).where(ShownMessage.outgoing.is_(True)).distinct()
    menus = select(func.count()).where(Outgoing.message_id.is_(None), Outgoing.state == "sent")
    return len(session.execute(parts).all()) + int(session.scalar(menus) or 0)


def main() -> None:
    if not soak(60, 30):
        sys.exit(1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(Path(sys.argv[2]), sys.argv[3])
    elif len(sys.argv) == 3:
        sys.exit(not soak(int(sys.argv[1]), int(sys.argv[2])))
    else:
        main()
