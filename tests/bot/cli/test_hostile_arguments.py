"""Nasty words on the command line: told in words and by the exit status, never by a traceback."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.cli.main import main
from tests.hostile import NASTY

WORDS = {name: text[:300].replace("\0", "") for name, text in NASTY.items()} | {"half utf-8": "\udcc4"}
"""As the shell hands them over: without NUL, and what is not UTF-8 as lone surrogates."""
COMMANDS = (
    ("export",),
    ("erase", "--yes"),
    ("coordinator", "add"),
    ("coordinator", "disable"),
    ("ingest",),
    ("restore",),
    ("evaluate",),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_word_breaks_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HELPDESK_DATA", str(tmp_path))
    statuses = {}
    for name, word in WORDS.items():
        monkeypatch.setattr(sys, "argv", ["helpdesk", *command, "--", word])
        with pytest.raises(SystemExit) as stopped:
            main()
        statuses[name] = stopped.value.code
    assert {name: status for name, status in statuses.items() if status not in (0, 1, 2)} == {}
