"""Keeps the parts running, starts again what dies, and stops all of it in order."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from bot.launcher.parts import Part

LOOKS_EVERY = 0.2
STOPS_WITHIN = 12.0


class Supervisor:
    """`state_file` always tells, as JSON, each part's state; /health shows it."""

    def __init__(self, say: Callable[[str], None], state_file: Path) -> None:
        self._say = say
        self._state_file = state_file
        self._parts: list[Part] = []
        self._stopping = False
        self.failed = False
        self._written: object = None

    def install_signals(self) -> None:
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def add(self, part: Part) -> None:
        self._parts.append(part)
        part.start()
        self._write_state()

    @property
    def stopping(self) -> bool:
        return self._stopping

    def wait(self, until: Callable[[], bool]) -> bool:
        """Watch the parts until `until` is true. False if it is time to stop instead."""
        while not self._stopping:
            if until():
                return True
            self._look()
            time.sleep(LOOKS_EVERY)
        return False

    def _look(self) -> None:
        for part in self._parts:
            if part.process is not None and not part.running:
                self._bury(part)
            elif part.process is None and time.monotonic() >= part.next_start and not part.dead_for_good:
                part.start()
        self._write_state()

    def _bury(self, part: Part) -> None:
        status = part.process.returncode if part.process else None
        pause = part.note_death()
        if part.dead_for_good:
            self._say(f"{part.name} died again (status {status}) and is given up: stopping everything")
            self._stopping = True
            self.failed = True
            return
        self._say(f"{part.name} died (status {status}); starting it again in {pause:.0f} s")

    def stop(self) -> None:
        """All are asked at once, then waited for; what does not go within `STOPS_WITHIN` seconds is killed."""
        for part in self._parts:
            part.ask_to_stop()
        for part in self._parts:
            part.wait_stopped(STOPS_WITHIN)
        self._state_file.unlink(missing_ok=True)

    def _write_state(self) -> None:
        state = {part.name: describe(part) for part in self._parts}
        if state == self._written:
            return
        self._written = state
        fresh = self._state_file.with_suffix(".new")
        fresh.write_text(json.dumps(state))
        fresh.replace(self._state_file)


def describe(part: Part) -> dict[str, object]:
    return {
        "state": "running" if part.running else "restarting",
        "pid": part.process.pid if part.process else None,
        "deaths": part.deaths,
    }
