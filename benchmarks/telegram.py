"""A broadcast to 5 000 Telegram subscribers, killed outright in the middle: who was told how often, how fast.

python -m benchmarks.telegram [subscribers [messages a second]]. The sender is a process of its own, killed with
SIGKILL three times and stopped with SIGTERM twice. After SIGTERM nobody may be told twice. A kill may hit between
Telegram's acceptance of a message and our note of it: each can double what was under way then, no more than the
`at_once` of the courier. Status 1 if anybody was missed, or more were doubled than that.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pydantic import SecretStr

from bot.channels.announcer import Announcer
from bot.channels.telegram.delivery import Courier
from bot.channels.telegram.pace import OVERALL, Pace
from bot.channels.telegram.people import ensure_conversation
from bot.channels.telegram.service import Telegram
from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import ROOT, Settings
from handoff.database import Database
from handoff.notices import Wish
from handoff.subscriptions import subscribe
from knowledge.catalogue import Catalogue
from tests.telegram_api import TOKEN, TelegramApi

FIRST = 100_000
NEWS = "Jaunais konkurss visiem"
STOPS = (
    (0.1, signal.SIGKILL),
    (0.25, signal.SIGTERM),
    (0.45, signal.SIGKILL),
    (0.6, signal.SIGTERM),
    (0.8, signal.SIGKILL),
)


def open_helpdesk(data: Path, api: str) -> Helpdesk:
    """Without an index: nobody asks anything here."""
    settings = Settings(
        _env_file=None, telegram_token=SecretStr(TOKEN), telegram_api=api, data=data, notices_hour=0
    )
    database = Database(settings.database, settings.clock)
    database.migrate()
    catalogue = Catalogue.read([ROOT / "knowledge" / "materials" / "call"])
    knowledge = Knowledge(catalogue, SimpleNamespace())  # type: ignore[arg-type]
    return Helpdesk(settings, settings.clock, database, SimpleNamespace(), knowledge)  # type: ignore[arg-type]


def add_subscribers(helpdesk: Helpdesk, api: TelegramApi, count: int) -> None:
    from sqlalchemy import update

    from handoff.models.outbox import Outgoing

    for start in range(0, count, 500):
        with helpdesk.database.transaction() as session:
            for chat in range(FIRST + start, FIRST + min(start + 500, count)):
                api.chat(chat)
                conversation = ensure_conversation(session, chat, "lv")
                subscribe(
                    session,
                    Wish(),
                    channel="telegram",
                    address=str(chat),
                    locale="lv",
                    conversation_id=conversation.id,
                )
            session.execute(update(Outgoing).values(state="sent"))


def with_news(helpdesk: Helpdesk) -> None:
    knowledge = helpdesk.knowledge
    news = replace(
        knowledge.catalogue.calls[0],
        id="visiem",
        title=NEWS,
        demo=False,
        cancelled=False,
        closed_early=False,
        opens_at=None,
        deadlines=(helpdesk.clock() + timedelta(days=60),),
    )
    calls = (*knowledge.catalogue.calls, news)
    helpdesk.knowledge = Knowledge(replace(knowledge.catalogue, calls=calls), knowledge.retriever)


def send(data: Path, api: str, overall: float) -> None:
    """The process that is stopped again and again."""
    helpdesk = open_helpdesk(data, api)
    with_news(helpdesk)

    async def work() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        announcer = Announcer(helpdesk)
        announcer.is_time = lambda: True  # type: ignore[method-assign]
        telegram = Telegram(helpdesk, pace=Pace(overall=overall), long_poll=1)
        tasks = [asyncio.create_task(telegram.run()), asyncio.create_task(announcer.run())]
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(work())
    helpdesk.close()


def told(api: TelegramApi) -> Counter[int]:
    return Counter({chat.id: sum(NEWS in text for text in chat.texts) for chat in api.chats.values()})


def start(data: Path, api: str, overall: float) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.telegram", "--send", str(data), api, str(overall)]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})


def broadcast(count: int, overall: float) -> None:
    api = TelegramApi()
    url = api.start()
    with tempfile.TemporaryDirectory() as folder:
        helpdesk = open_helpdesk(Path(folder), url)
        Announcer(helpdesk).observe()
        add_subscribers(helpdesk, api, count)
        began, stops = time.monotonic(), []
        process = start(Path(folder), url, overall)
        for share, how in STOPS:
            wait_until(lambda share=share: told(api).total() >= share * count, 600)
            before = told(api)
            process.send_signal(how)
            process.wait(30)
            stops.append((how.name, told(api).total() - before.total()))
            expire_leases(helpdesk)
            process = start(Path(folder), url, overall)
        wait_until(lambda: len([one for one in told(api).values() if one]) == count and settled(helpdesk), 600)
        took = time.monotonic() - began
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        helpdesk.close()
    counts = told(api)
    api.stop()
    report(counts, count, took, stops)
    kills = sum(how is signal.SIGKILL for _, how in STOPS)
    if not is_within_bounds(counts, count, kills):
        sys.exit(1)


def is_within_bounds(counts: Counter[int], count: int, kills: int) -> bool:
    """Everybody at least once, and no more doubles than were under way at the kills."""
    missed = count - sum(often > 0 for often in counts.values())
    doubles = sum(often - 1 for often in counts.values() if often)
    return missed == 0 and doubles <= kills * Courier.at_once


def expire_leases(helpdesk: Helpdesk) -> None:
    """What a minute's waiting would do."""
    from sqlalchemy import update

    from handoff.models.outbox import Outgoing

    with helpdesk.database.transaction() as session:
        session.execute(update(Outgoing).values(leased_until=None))


def settled(helpdesk: Helpdesk) -> bool:
    return Announcer(helpdesk).count_waiting() == 0


def wait_until(true: Any, seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not true():
        if time.monotonic() > limit:
            raise TimeoutError
        time.sleep(0.2)


def report(counts: Counter[int], count: int, took: float, stops: list[tuple[str, int]]) -> None:
    often = Counter(counts.values())
    print(f"subscribers {count}; stopped: {', '.join(name for name, _ in stops)}")
    more = sum(often.values()) - often[0] - often[1] - often[2]
    print(f"told once {often[1]}, missed {often[0]}, told twice {often[2]}, more often {more}")
    print(f"{took:.0f} s with {len(stops)} restarts, {count / took:.0f} messages a second")


def main() -> None:
    broadcast(int(os.environ.get("SUBSCRIBERS", "5000")), OVERALL)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--send"]:
        send(Path(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
    else:
        broadcast(int(sys.argv[1]) if sys.argv[1:] else 5000, float(sys.argv[2]) if sys.argv[2:] else OVERALL)
