"""How fast Telegram may be spoken to: overall, in one private chat, in one group [Bot API FAQ, "limits"]."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

OVERALL = 25.0
"""Messages a second; Telegram allows about 30."""
PRIVATE_EVERY, PRIVATE_BURST = 1.0, 3
GROUP_EVERY, GROUP_BURST = 3.0, 5


@dataclass
class Bucket:
    """Lets `burst` through at once and then one every `every` seconds."""

    every: float
    burst: int
    free_at: float = 0.0

    def take(self, now: float) -> float:
        """Seconds to wait before the place just taken may be used."""
        self.free_at = max(self.free_at, now - self.every * (self.burst - 1)) + self.every
        return max(0.0, self.free_at - self.every - now)

    def hold(self, until: float) -> None:
        self.free_at = max(self.free_at, until + self.every * (self.burst - 1))


@dataclass
class Pace:
    """One per process. Places are given in the order in which they are asked for."""

    overall: float = OVERALL
    private_every: float = PRIVATE_EVERY
    clock: Callable[[], float] = time.monotonic
    _all: Bucket = field(init=False)
    _chats: dict[int, Bucket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._all = Bucket(1 / self.overall, 1)

    async def wait(self, chat_id: int) -> None:
        now = self.clock()
        wait = max(self._chat(chat_id).take(now), self._all.take(now))
        if wait > 0:
            await asyncio.sleep(wait)

    def hold(self, chat_id: int, seconds: float) -> None:
        """Telegram asked for a pause: a short one means the whole bot, a long one this chat."""
        now = self.clock()
        self._chat(chat_id).hold(now + seconds)
        self._all.hold(now + min(seconds, 5.0))

    def _chat(self, chat_id: int) -> Bucket:
        if chat_id not in self._chats:
            self._forget_idle()
            every, burst = (self.private_every, PRIVATE_BURST) if chat_id > 0 else (GROUP_EVERY, GROUP_BURST)
            self._chats[chat_id] = Bucket(every, burst)
        return self._chats[chat_id]

    def _forget_idle(self) -> None:
        if len(self._chats) > 10_000:
            now = self.clock()
            self._chats = {chat: bucket for chat, bucket in self._chats.items() if bucket.free_at > now}
