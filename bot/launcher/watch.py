"""Whether parts answer: asked from a thread of its own, so that one that hangs holds nothing up but itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

ASKS_EVERY = 5.0
PATIENCE = 90.0
"""Seconds without an answer, from one that did answer before, after which it counts as hanging. Long enough for a
machine under the heaviest load, and for the database to be away for a minute."""


class Watch:
    """Remembers of each name when it last answered. One that never answered since `begin` is only starting."""

    def __init__(self) -> None:
        self._asked: dict[str, Callable[[], bool]] = {}
        self._heard: dict[str, float] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(self, name: str, answers: Callable[[], bool]) -> None:
        """Also after a new start: what was heard of the process before does not count."""
        with self._lock:
            known = name in self._asked
            self._asked[name] = answers
            self._heard.pop(name, None)
        if not known:
            thread = threading.Thread(target=self._keep_asking, args=[name], name=f"watch {name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def is_hanging(self, name: str) -> bool:
        with self._lock:
            heard = self._heard.get(name)
        return heard is not None and time.monotonic() - heard > PATIENCE

    def has_answered(self, name: str) -> bool:
        with self._lock:
            return name in self._heard

    def _keep_asking(self, name: str) -> None:
        while not self._stop.wait(ASKS_EVERY):
            with self._lock:
                answers = self._asked[name]
            if answers():
                with self._lock:
                    if self._asked[name] is answers:
                        self._heard[name] = time.monotonic()

    def close(self) -> None:
        self._stop.set()
