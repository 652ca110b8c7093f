"""What dies is started again, and what must stop is stopped: with real processes."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.launcher import launch, parts, rasa, supervisor
from bot.launcher import watch as watching
from bot.launcher.parts import Part
from bot.launcher.supervisor import Supervisor

STAYS = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(supervisor, "LOOKS_EVERY", 0.01)


def python(code: str, name: str = "part", **more: object) -> Part:
    return Part(name, [sys.executable, "-c", code], {}, **more)  # type: ignore[arg-type]


def within(seconds: float, condition: Callable[[], bool]) -> Callable[[], bool]:
    end = time.monotonic() + seconds

    def check() -> bool:
        assert time.monotonic() < end, "it took too long"
        return condition()

    return check


def test_a_killed_part_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    watch, part = Supervisor(said.append, tmp_path / "parts.json"), python(STAYS)
    watch.add(part)
    assert part.process is not None
    first = part.process.pid
    os.kill(first, signal.SIGKILL)
    assert watch.wait(within(10, lambda: part.running and part.process is not None and part.process.pid != first))
    watch.stop()
    assert "part died (status -9)" in said[0]


def test_a_part_that_keeps_dying_ends_everything(tmp_path: Path) -> None:
    said: list[str] = []
    watch, other = Supervisor(said.append, tmp_path / "parts.json"), python(STAYS, "other")
    watch.add(other)
    watch.add(python("raise SystemExit(3)", "broken", may_die=2))
    assert not watch.wait(within(20, lambda: False))
    watch.stop()
    assert watch.failed
    assert "broken died (status 3) again and is given up" in said[-1]
    assert not other.running


def test_a_part_that_cannot_be_started_is_tried_again_and_the_others_run_on(tmp_path: Path) -> None:
    said: list[str] = []
    program, other = tmp_path / "program", python(STAYS, "other")
    watch, part = Supervisor(said.append, tmp_path / "parts.json"), Part("part", [str(program)], {})
    watch.add(other)
    watch.add(part)
    assert said == [f"part cannot be started (No such file or directory: {program}); starting it again in 0 s"]
    program.write_text(f"#!{sys.executable}\n{STAYS}\n")
    program.chmod(0o700)
    assert watch.wait(within(10, lambda: part.running))
    assert other.running
    watch.stop()


def test_training_that_cannot_be_started_leaves_the_index_answering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rasa, "BINARY", tmp_path / "none")
    assert not launch.train(tmp_path, Supervisor(print, tmp_path / "parts.json"))
    assert "answers come from the index alone" in capsys.readouterr().out


def test_a_part_deaf_to_asking_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOPS_WITHIN", 0.3)
    log = tmp_path / "part.log"
    watch, part = Supervisor(print, tmp_path / "parts.json"), python(STUBBORN, log=log)
    watch.add(part)
    assert watch.wait(within(10, lambda: b"deaf" in log.read_bytes()))
    watch.stop()
    assert not part.running


def test_the_state_of_each_part_can_be_read(tmp_path: Path) -> None:
    state = tmp_path / "parts.json"
    watch, part = Supervisor(print, state), python(STAYS)
    watch.add(part)
    told = json.loads(state.read_text())
    assert told["part"]["state"] == "running"
    assert part.process is not None
    assert told["part"]["pid"] == part.process.pid
    watch.stop()
    assert not state.exists()


def test_pauses_between_starts_double_up_to_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "FIRST_PAUSE", 1.0)
    part = python(STAYS)
    part.started_at = time.monotonic()
    assert [part.note_death() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_part_that_lived_long_starts_with_a_short_pause_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "FIRST_PAUSE", 1.0)
    part = python(STAYS)
    part.deaths, part.started_at = 6, time.monotonic() - parts.STEADY - 1
    assert part.note_death() == 1.0


def test_parts_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    child = (
        f"import os, time, pathlib; pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    code = (
        "import sys, time\n"
        "from bot.launcher.parts import Part\n"
        f"Part('child', [sys.executable, '-c', {child!r}], {{}}).start()\n"
        "time.sleep(60)\n"
    )
    parent = python(code)
    parent.start()
    assert parent.process is not None
    check = within(20, lambda: pid_file.exists() and pid_file.read_text() != "")
    while not check():
        time.sleep(0.01)
    parent.process.kill()
    parent.process.wait()
    gone = within(10, lambda: not is_alive(int(pid_file.read_text())))
    while not gone():
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_a_part_that_runs_but_no_longer_answers_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "ASKS_EVERY", 0.02)
    monkeypatch.setattr(watching, "PATIENCE", 0.2)
    said: list[str] = []
    alive = [True]
    watch, part = Supervisor(said.append, tmp_path / "parts.json"), python(STAYS, answers=lambda: alive[0])
    watch.add(part)
    assert part.process is not None
    first = part.process.pid
    assert watch.wait(within(10, lambda: watch._watch.has_answered("part")))
    alive[0] = False
    assert watch.wait(within(10, lambda: part.process is not None and part.process.pid != first))
    alive[0] = True
    assert watch.wait(within(10, lambda: watch._watch.has_answered("part")))
    watch.stop()
    assert "has not answered" in said[0]
    assert "part died (status -9)" in said[1]
    assert len(said) == 2


def test_a_part_that_never_answered_is_only_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "ASKS_EVERY", 0.01)
    monkeypatch.setattr(watching, "PATIENCE", 0.0)
    asked: list[int] = []
    watch = Supervisor(print, tmp_path / "parts.json")
    part = python(STAYS, answers=lambda: asked.append(1) or False)
    watch.add(part)
    assert part.process is not None
    first = part.process.pid
    assert watch.wait(within(10, lambda: len(asked) > 5))
    assert part.process.pid == first
    watch.stop()


def test_a_state_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """As on a full disk: said once, and written again when it can be."""
    said: list[str] = []
    state = tmp_path / "data" / "parts.json"
    watch, part = Supervisor(said.append, state), python(STAYS)
    watch.add(part)
    watch._write_state()
    assert part.running
    assert len(said) == 1
    assert "cannot be written" in said[0]
    state.parent.mkdir()
    watch._write_state()
    assert json.loads(state.read_text())["part"]["state"] == "running"
    watch.stop()


def test_parts_stop_one_after_another_in_the_order_they_were_added(tmp_path: Path) -> None:
    """What the application still answers may need Rasa, which comes after it."""
    told = tmp_path / "order"
    code = (
        "import pathlib, signal, sys, time\n"
        "name = sys.argv[1]\n"
        "def stop(*_):\n"
        "    time.sleep(0.3 if name == 'application' else 0)\n"
        f"    with open({str(told)!r}, 'a') as file: file.write(name + ' ')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, stop)\n"
        f"pathlib.Path({str(tmp_path)!r}, name).write_text('')\n"
        "time.sleep(60)\n"
    )
    watch = Supervisor(print, tmp_path / "parts.json")
    for name in ("application", "rasa"):
        watch.add(Part(name, [sys.executable, "-c", code, name], {}))
    assert watch.wait(within(10, lambda: (tmp_path / "application").exists() and (tmp_path / "rasa").exists()))
    watch.stop()
    assert told.read_text() == "application rasa "


def test_how_a_part_died_can_be_read(tmp_path: Path) -> None:
    state = tmp_path / "parts.json"
    watch = Supervisor(print, state)
    watch.add(python("raise SystemExit(3)"))
    assert watch.wait(within(10, lambda: json.loads(state.read_text())["part"]["deaths"] >= 2))
    assert json.loads(state.read_text())["part"]["last_status"] == 3
    watch.stop()
