"""The vectors of questions on their way: encoding begins when a message arrives, while it is being recorded."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from retrieval.encoder import Vector

MOST_AHEAD = 32
"""Vectors begun and not yet asked for. Those of turns that another process answers are never asked for."""


class QuestionVectors:
    """A text's vector is computed once, by one thread, in the order of asking. A text is forgotten as soon as its
    vector was handed over."""

    def __init__(self, encode: Callable[[str], Vector]) -> None:
        self._encode = encode
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._begun: OrderedDict[str, Future[Vector]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, text: str) -> None:
        """From any thread; returns at once. Where too many wait already it does nothing: they come first."""
        with self._lock:
            if text in self._begun or not text.strip():
                return
            while len(self._begun) >= MOST_AHEAD:
                if not self._drop_oldest():
                    return
            self._begun[text] = self._executor.submit(self._encode, text)

    def _drop_oldest(self) -> bool:
        """Whether there was one that is done: nobody came for it."""
        text, future = next(iter(self._begun.items()))
        if not future.done():
            return False
        del self._begun[text]
        return True

    async def find(self, text: str) -> Vector:
        """Raises what the encoder raises."""
        with self._lock:
            future = self._begun.pop(text, None) or self._executor.submit(self._encode, text)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
