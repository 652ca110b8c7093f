"""The files for systemd and containers name what is there, and agree with the code about time and place."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.main

from bot.cli.main import app
from bot.gateway.connections import KEPT_BACK, WANTED_FILES
from bot.gateway.streams import MOST_STREAMS
from bot.launcher.supervisor import STOPS_WITHIN
from bot.settings import ROOT, Settings
from bot.surroundings import BACKUPS

DEPLOY = ROOT / "deploy"
HOME = "/srv/helpdesk"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
CONTAINER = (DEPLOY / "Containerfile").read_text()


def read(name: str, key: str) -> list[str]:
    """Every value of a key, in order."""
    return re.findall(rf"^{key}=(.*)$", (DEPLOY / name).read_text(), re.MULTILINE)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_command_of_a_unit_is_one_of_ours(unit: Path) -> None:
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    named = re.findall(r"\.venv/bin/helpdesk (\w[\w-]*)", unit.read_text())
    assert set(named) <= commands
    assert named or unit.suffix == ".timer"


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    """Where systemd is; elsewhere the other tests hold what they can."""
    for unit in UNITS:
        moved = unit.read_text().replace(HOME, str(ROOT)).replace("User=helpdesk", "User=root")
        (tmp_path / unit.name).write_text(moved)
    if shutil.which("systemd-analyze") is None:
        return
    for unit in UNITS:
        done = subprocess.run(
            ["systemd-analyze", "verify", str(tmp_path / unit.name)], capture_output=True, text=True, check=False
        )
        ours = [line for line in done.stderr.splitlines() if unit.stem in line]
        assert (done.returncode, ours) == (0, [])


def test_a_stop_has_time_to_finish_what_is_under_way() -> None:
    (given,) = read("helpdesk.service", "TimeoutStopSec")
    assert int(given) > 2 * STOPS_WITHIN
    assert read("helpdesk.service", "KillMode") == ["mixed"]
    assert re.search(r"--stop-timeout (\d+)", CONTAINER)[1] == given  # type: ignore[index]


def test_it_is_started_again_however_often_it_fails() -> None:
    assert read("helpdesk.service", "Restart") == ["always"]
    assert read("helpdesk.service", "StartLimitIntervalSec") == ["0"]


def test_there_is_room_for_as_many_visitors_as_are_let_in() -> None:
    assert read("helpdesk.service", "LimitNOFILE") == [str(WANTED_FILES)]
    assert WANTED_FILES - KEPT_BACK > 2 * MOST_STREAMS


def test_everything_that_is_written_is_under_the_data_folder() -> None:
    data = str(Settings(_env_file=None).data).replace(str(ROOT), HOME)
    for unit in ("helpdesk.service", "helpdesk-nightly.service"):
        assert read(unit, "ReadWritePaths") == [data]
        assert read(unit, "ProtectSystem") == ["strict"]
    assert f"{data}/{BACKUPS}/" in (DEPLOY / "helpdesk-nightly.service").read_text()


def test_a_container_holds_no_data_and_no_secrets() -> None:
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert {".env", ".git", "var", ".venv", ".venv-rasa", "node_modules"} <= set(left_out)
    assert "USER helpdesk" in CONTAINER


def test_a_container_holds_nothing_that_only_developers_need() -> None:
    """And what runs asks for none of it."""
    left_out = set((ROOT / ".dockerignore").read_text().split())
    assert {"tests", "benchmarks", "docs"} <= left_out
    packages = [ROOT / name for name in ("bot", "handoff", "knowledge", "retrieval", "tools")]
    sources = [path for package in packages for path in package.rglob("*.py") if path.name != "documentation.py"]
    wanting = re.compile(r"(?:from|import) (?:tests|benchmarks)\b|ROOT / \"(?:tests|benchmarks|docs)\"")
    assert [path.name for path in sources if wanting.search(path.read_text("utf-8"))] == []


def test_what_a_container_is_built_with_is_there() -> None:
    setup = ROOT / "tools" / "setup"
    assert "RUN tools/setup" in CONTAINER
    assert setup.stat().st_mode & 0o111
    assert setup.read_text().startswith("#!/bin/sh")
    assert "FROM docker.io/library/debian:bookworm-slim" in CONTAINER, "docs/operations.md tells of this release"


def test_a_container_serves_where_it_says() -> None:
    port = Settings(_env_file=None).port
    assert f"EXPOSE {port}" in CONTAINER
    assert f"http://127.0.0.1:{port}/health" in CONTAINER
    assert "HELPDESK_DATA=/data" in CONTAINER
    assert "postgresql-client" in CONTAINER, "a backup needs pg_dump"
