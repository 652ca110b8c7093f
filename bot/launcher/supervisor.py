"""Keeps the parts running, starts again what dies, and stops all of it in order."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType

from bot.launcher.parts import Part
from bot.launcher.watch import PATIENCE, Watch

LOOKS_EVERY = 0.2
STOPS_WITHIN = 20.0
"""Seconds for each part, one after another: more than the application gives what is under way (bot.serve)."""


class Supervisor:
    """`state_file` always tells, as JSON, each part's state; /health shows it."""

    def __init__(self, say: Callable[[str], None], state_file: Path) -> None:
        self._say = say
        self._state_file = state_file
        self._parts: list[Part] = []
        self._stopping = False
        self.failed = False
        self._written: object = None
        self._unwritable = False
        self._watch = Watch()

    def install_signals(self) -> None:
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def add(self, part: Part) -> None:
        self._parts.append(part)
        self._start(part)
        self._write_state()

    def _start(self, part: Part) -> None:
        """One that cannot even be started counts as one that died: it is tried again, and the others run on."""
        try:
            part.start()
        except OSError as error:
            self._bury(part, f"cannot be started ({error.strerror}: {error.filename})")
            return
        if part.answers is not None:
            # Another object at each start, so that an answer under way is not taken for the new process's.
            self._watch.begin(part.name, partial(part.answers))

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
                self._bury(part, f"died (status {part.process.returncode})")
            elif part.process is None and time.monotonic() >= part.next_start and not part.dead_for_good:
                self._start(part)
            elif part.running and self._watch.is_hanging(part.name):
                self._say(f"{part.name} runs but has not answered for {PATIENCE:.0f} s; killing it")
                part.kill()
                part.wait_stopped(STOPS_WITHIN)
        self._write_state()

    def _bury(self, part: Part, how: str) -> None:
        pause = part.note_death()
        if part.dead_for_good:
            self._say(f"{part.name} {how} again and is given up: stopping everything")
            self._stopping = True
            self.failed = True
            return
        self._say(f"{part.name} {how}; starting it again in {pause:.0f} s")

    def stop(self) -> None:
        """One after another, in the order they were added: what the application still answers may need Rasa. What
        does not go within `STOPS_WITHIN` seconds is killed."""
        self._watch.close()
        for part in self._parts:
            part.ask_to_stop()
            part.wait_stopped(STOPS_WITHIN)
        with suppress(OSError):
            self._state_file.unlink(missing_ok=True)

    def _write_state(self) -> None:
        state = {part.name: describe(part) for part in self._parts}
        if state == self._written:
            return
        fresh = self._state_file.with_suffix(".new")
        try:
            fresh.write_text(json.dumps(state))
            fresh.replace(self._state_file)
        except OSError as error:
            if not self._unwritable:
                self._say(f"{self._state_file} cannot be written: {error.strerror}; the parts run on")
            self._unwritable = True
        else:
            self._written, self._unwritable = state, False


def describe(part: Part) -> dict[str, object]:
    return {
        "state": "running" if part.running else "restarting",
        "pid": part.process.pid if part.process else None,
        "deaths": part.deaths,
        "last_status": part.last_status,
    }
