"""What visitors' messages wait for: how many are before one, and for how long, by what answering took of late."""

from __future__ import annotations

import threading

AT_ONCE = 4
"""Turns that one process answers at the same time."""
WEIGHT = 0.1
"""Of the newest turn in the average."""
FIRST_GUESS = 0.2


class Backlog:
    """Measures how long a turn takes in this process, in seconds. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds = FIRST_GUESS

    def note(self, seconds: float) -> None:
        """A turn was answered in so many seconds."""
        with self._lock:
            self._seconds += WEIGHT * (seconds - self._seconds)

    def expect(self, ahead: int) -> float:
        """Seconds until a turn with so many before it is answered."""
        return (ahead / AT_ONCE + 1) * self._seconds
