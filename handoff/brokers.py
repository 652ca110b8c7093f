"""How wake-ups travel within this process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sqlalchemy.orm import Session

log = logging.getLogger(__name__)
Wake = Callable[[], None]


class LocalBroker:
    """Within one process. With several on one SQLite file, each looks again by itself after a second or so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wakes: dict[str, dict[object, Wake]] = {}

    def publish(self, topics: set[str]) -> None:
        with self._lock:
            wakes = [wake for topic in topics for wake in self._wakes.get(topic, {}).values()]
        for wake in wakes:
            try:
                wake()
            except Exception as error:
                log.warning("a waiter could not be woken: %s", type(error).__name__)

    def publish_all(self) -> None:
        """Whatever was missed: everybody who waits looks again."""
        with self._lock:
            topics = set(self._wakes)
        self.publish(topics)

    def publish_within(self, session: Session, topics: set[str]) -> None:
        raise NotImplementedError("the process publishes after commit")

    def subscribe(self, topic: str, wake: Wake) -> Wake:
        key = object()
        with self._lock:
            self._wakes.setdefault(topic, {})[key] = wake

        def unsubscribe() -> None:
            with self._lock:
                waiting = self._wakes.get(topic, {})
                waiting.pop(key, None)
                if not waiting:
                    self._wakes.pop(topic, None)

        return unsubscribe

    def close(self) -> None:
        with self._lock:
            self._wakes.clear()
