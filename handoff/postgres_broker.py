"""How wake-ups travel between processes: by PostgreSQL's NOTIFY."""

from __future__ import annotations

import json
import logging
import threading

import psycopg
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.brokers import LocalBroker, Wake

CHANNEL = "helpdesk"
LOOKS_EVERY = 1.0
AGAIN_AFTER = 2.0
LONGEST_PAYLOAD = 7900

log = logging.getLogger(__name__)


class PostgresBroker(LocalBroker):
    """Topics go out with the commit (NOTIFY is transactional); one thread per process listens, from the first
    subscription on, and listens again when the connection is lost."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._conninfo = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.listening = threading.Event()

    def publish_within(self, session: Session, topics: set[str]) -> None:
        for payload in pack_topics(sorted(topics)):
            session.execute(select(func.pg_notify(CHANNEL, payload)))

    def subscribe(self, topic: str, wake: Wake) -> Wake:
        unsubscribe = super().subscribe(topic, wake)
        with self._lock:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._listen, name="listen", daemon=True)
                self._thread.start()
        return unsubscribe

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen_once()
            except psycopg.Error as error:
                self.listening.clear()
                log.warning("listening to the database stopped: %s", type(error).__name__)
                self._stopping.wait(AGAIN_AFTER)

    def _listen_once(self) -> None:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self.listening.set()
            self.publish_all()
            while not self._stopping.is_set():
                for notice in connection.notifies(timeout=LOOKS_EVERY):
                    self.publish(set(json.loads(notice.payload)))
                    if self._stopping.is_set():
                        return

    def _wake_listener(self) -> None:
        try:
            with psycopg.connect(self._conninfo, autocommit=True, connect_timeout=2) as connection:
                connection.execute("SELECT pg_notify(%s, '[]')", [CHANNEL])
        except psycopg.Error:
            log.info("the database is gone; the listener ends by itself")

    def close(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._wake_listener()
            self._thread.join(timeout=LOOKS_EVERY * 3)
        super().close()


def pack_topics(topics: list[str]) -> list[str]:
    """JSON lists, each within NOTIFY's 8000 bytes."""
    packed = json.dumps(topics)
    if len(packed) <= LONGEST_PAYLOAD or len(topics) == 1:
        return [packed]
    middle = len(topics) // 2
    return pack_topics(topics[:middle]) + pack_topics(topics[middle:])
