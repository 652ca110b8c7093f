"""The command line as operators use it: real processes, real exit statuses."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from handoff.database import Database
from handoff.requests import withdraw
from tests.handoff.world import ClockInHand, World

HELPDESK = Path(sys.executable).parent / "helpdesk"
COMMANDS = (
    "run chat ask search evaluate index ingest export erase retention hold backup restore doctor "
    "coordinator telegram calls"
).split()
EMAIL = "anna@example.org"


def call(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
    environment = {**own, "HELPDESK_DATA": str(data), "OMP_WAIT_POLICY": "passive", **settings}
    return subprocess.run(
        [HELPDESK, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=240
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(tmp_path: Path, command: str) -> None:
    shown = call(tmp_path, command, "--help")
    assert shown.returncode == 0
    assert "Usage: helpdesk" in shown.stdout


@pytest.mark.parametrize("arguments", [["nonsense"], ["ask"], ["coordinator", "add"], ["evaluate", "/none.jsonl"]])
def test_wrong_use_is_status_two(tmp_path: Path, arguments: list[str]) -> None:
    assert call(tmp_path, *arguments).returncode == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HELPDESK_PORT", "0"),
        ("HELPDESK_LOCALE", "xx"),
        ("HELPDESK_NOW", "2026-11-24"),
        ("HELPDESK_TIMEZONE", "Riga"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_starts(tmp_path: Path, name: str, value: str) -> None:
    refused = call(tmp_path, "doctor", **{name: value})
    assert refused.returncode == 2
    assert name in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_taken_port_is_told_with_a_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = call(tmp_path, "run", HELPDESK_PORT=str(taken.getsockname()[1]))
    assert refused.returncode == 1
    assert "HELPDESK_PORT=8001 make run" in refused.stderr


def test_a_coordinator_is_added_once_with_password_and_token(tmp_path: Path) -> None:
    added = call(tmp_path, "coordinator", "add", EMAIL, "--name", "Anna", "--token", "--json")
    account = json.loads(added.stdout)
    assert (account["email"], account["role"]) == (EMAIL, "coordinator")
    assert account["password"]
    assert account["token"]
    again = call(tmp_path, "coordinator", "add", EMAIL)
    assert again.returncode == 1
    assert "already" in again.stderr
    listed = json.loads(call(tmp_path, "coordinator", "list", "--json").stdout)
    assert [one["email"] for one in listed] == [EMAIL]


def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    call(tmp_path / "data", "coordinator", "add", EMAIL)
    written = [tmp_path / "data", *(tmp_path / "data").rglob("*")]
    assert tmp_path / "data" / "helpdesk.sqlite3" in written
    assert [path.name for path in written if path.stat().st_mode & 0o077] == []


def test_a_password_is_reset_and_an_account_ended(tmp_path: Path) -> None:
    call(tmp_path, "coordinator", "add", EMAIL)
    assert json.loads(call(tmp_path, "coordinator", "reset-password", EMAIL, "--json").stdout)["password"]
    assert "HELPDESK_OIDC_ISSUER" in call(tmp_path, "coordinator", "link", EMAIL, "17").stderr
    assert call(tmp_path, "coordinator", "unlink", EMAIL).stdout == f"{EMAIL} was not linked\n"
    assert call(tmp_path, "coordinator", "disable", EMAIL).returncode == 0
    assert json.loads(call(tmp_path, "coordinator", "list", "--json").stdout) == []
    assert call(tmp_path, "coordinator", "disable", "nobody@example.org").returncode == 1


def test_a_question_is_answered_as_json(tmp_path: Path) -> None:
    told = json.loads(call(tmp_path, "ask", "Kas ir sociālā inovācija?", "--json").stdout)
    assert told["answered"]
    assert told["kind"] == "answer"
    assert told["sources"][0]["url"].startswith("/library/lv/")


def test_a_document_taken_in_is_found_at_once(tmp_path: Path) -> None:
    file = tmp_path / "zinas.txt"
    file.write_text(
        "Ķoņu pagasta kopienas virtuve\n\nKopienas virtuvi Ķoņos atver trešdienās pulksten desmitos.\n", "utf-8"
    )
    taken = call(tmp_path / "data", "ingest", str(file), "--json")
    assert taken.returncode == 0, taken.stderr
    found = json.loads(call(tmp_path / "data", "search", "kad atver kopienas virtuvi Ķoņos", "--json").stdout)
    assert "trešdienās" in found["hits"][0]["text"]


def test_who_is_unknown_cannot_be_exported_or_erased(tmp_path: Path) -> None:
    assert call(tmp_path, "export", "nobody@example.org").returncode == 1
    assert call(tmp_path, "erase", "nobody@example.org", "--yes").returncode == 1


def test_a_hold_is_set_and_taken_off_and_shows_in_the_preview(tmp_path: Path) -> None:
    clock = ClockInHand(datetime(2020, 1, 7, 8, 0, tzinfo=timezone.utc))
    database = Database(f"sqlite:///{tmp_path / 'helpdesk.sqlite3'}", clock)
    database.migrate()
    world = World(database, clock)
    conversation = world.visitor()
    number = world.ask_person(conversation).number
    with database.transaction() as session:
        withdraw(session, conversation)
    database.close()
    for arguments, held in (((), 1), (("--off",), 0)):
        assert call(tmp_path, "hold", str(number), "--reason", "Strīds", *arguments).returncode == 0
        kinds = {kind["name"]: kind for kind in json.loads(call(tmp_path, "retention", "--json").stdout)["kinds"]}
        assert (kinds["requests"]["held"], kinds["requests"]["due"]) == (held, 1 - held)
    assert call(tmp_path, "hold", "999", "--reason", "Strīds").returncode == 1
    assert call(tmp_path, "hold", str(number), "--reason", " ").returncode == 1
    assert call(tmp_path, "hold", str(number)).returncode == 2


def test_retention_only_tells_until_it_is_told_to(tmp_path: Path) -> None:
    told = json.loads(call(tmp_path, "retention", "--json").stdout)
    assert not told["applied"]
    assert {kind["name"] for kind in told["kinds"]} >= {"anonymous", "requests"}
