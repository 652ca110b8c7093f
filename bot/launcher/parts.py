"""One process of the helpdesk: how it is started, stopped, and started again when it dies."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
STEADY = 30.0
"""Seconds a process must live for its next death to count as the first."""
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Linux: have the kernel stop this process if the supervisor is killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def environment_for(own: Mapping[str, str]) -> dict[str, str]:
    """Ours, with compiled modules kept: starting without them takes about twice as long."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **own}


@dataclass
class Part:
    """A process to keep running. `log` is where its output goes; None shares the supervisor's.

    `deaths` counts deaths in a row; `may_die` is how many are borne before it is dead for good. `answers` tells
    whether it is not only there but alive; one that has answered once and then no more is started again.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path | None = None
    may_die: int | None = None
    answers: Callable[[], bool] | None = None
    last_status: int | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started_at: float = 0.0
    deaths: int = 0
    next_start: float = 0.0

    def start(self) -> None:
        self.started_at = time.monotonic()
        output = self._open_log()
        try:
            self.process = subprocess.Popen(
                self.command,
                env=environment_for(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        finally:
            if output:
                os.close(output)

    def _open_log(self) -> int | None:
        if self.log is None:
            return None
        self.log.parent.mkdir(parents=True, exist_ok=True)
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def note_death(self) -> float:
        """Count it and return the pause before the next start, in seconds (doubling, at most a minute)."""
        steady = time.monotonic() - self.started_at > STEADY
        self.deaths = 1 if steady else self.deaths + 1
        pause = float(min(FIRST_PAUSE * 2 ** (self.deaths - 1), LONGEST_PAUSE))
        self.next_start = time.monotonic() + pause
        self.last_status = self.process.returncode if self.process else None
        self.process = None
        return pause

    @property
    def dead_for_good(self) -> bool:
        return self.may_die is not None and self.deaths > self.may_die

    def ask_to_stop(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """The whole group, at once."""
        self._signal(signal.SIGKILL)

    def wait_stopped(self, seconds: float) -> None:
        """Wait, then kill the whole group: nothing of it outlives the supervisor."""
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return
