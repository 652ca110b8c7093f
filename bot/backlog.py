"""What visitors' messages wait for: how many are before one, and for how long, by what answering took of late."""

from __future__ import annotations

import threading
import time

AT_ONCE = 4
"""Turns that one process answers at the same time."""
WEIGHT = 0.1
"""Of the newest turn in the averages."""
FIRST_GUESS = 0.2
FRESH = 1.0
"""Seconds for which a count of waiting turns holds."""


class Backlog:
    """Measures how long a turn takes in this process, in seconds, and while some wait, how fast they are answered.

    Safe between threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds = FIRST_GUESS
        self._interval: float | None = None
        self._last = 0.0
        self._waiting, self._counted_at = 0, 0.0

    def note(self, seconds: float) -> None:
        """A turn was answered in so many seconds."""
        with self._lock:
            now = time.monotonic()
            self._seconds += WEIGHT * (seconds - self._seconds)
            gap, self._last = now - self._last, now
            if self._known_waiting(now) <= AT_ONCE:
                self._interval = None
            elif self._interval is None:
                self._interval = self._seconds / AT_ONCE
            else:
                self._interval += WEIGHT * (gap - self._interval)

    def note_waiting(self, waiting: int) -> None:
        """So many turns are not answered yet."""
        with self._lock:
            self._waiting, self._counted_at = waiting, time.monotonic()

    def expect(self, ahead: int) -> float:
        """Seconds until a turn with so many before it is answered."""
        with self._lock:
            return self._expect(ahead)

    def expect_lately(self) -> float:
        """The same for one that came now, by what was counted a moment ago; 0 if nothing was."""
        with self._lock:
            waiting = self._known_waiting(time.monotonic())
            return self._expect(waiting) if waiting else 0.0

    def _expect(self, ahead: int) -> float:
        interval = self._seconds / AT_ONCE if self._interval is None else self._interval
        return ahead * interval + self._seconds

    def _known_waiting(self, now: float) -> int:
        return self._waiting if now - self._counted_at <= FRESH else 0
