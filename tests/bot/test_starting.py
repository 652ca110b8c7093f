"""A start waits for the database, and what it cannot wait for it tells in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import starting
from bot.settings import Settings
from bot.starting import CannotStart, insist, open_patiently
from handoff.database import Database
from knowledge.clock import system_clock
from tests.postgres import run_postgres


def test_a_server_that_comes_up_after_us_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    with run_postgres() as server:
        database = Database(server.url(server.create()), system_clock)
        server.stop()
        # Instead of sleeping the server is started: exactly what the pause is for.
        monkeypatch.setattr(starting.time, "sleep", lambda _: server.start())
        insist(database.migrate, told.append)
        database.close()
    assert len(told) == 1
    assert told[0].startswith("the database cannot be reached (")
    assert told[0].endswith("trying again in 1 s")


def test_one_that_never_comes_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "WAITS_FOR", 0.0)
    database = Database("postgresql+psycopg://helpdesk:hunter2@127.0.0.1:1/helpdesk", system_clock)
    with pytest.raises(CannotStart, match="HELPDESK_DATABASE_URL") as caught:
        insist(database.migrate, lambda _: None)
    assert "hunter2" not in str(caught.value)
    database.close()


def test_a_damaged_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "helpdesk.sqlite3").write_bytes(b"no database " * 1000)
    with pytest.raises(CannotStart, match=r"damaged .*; put a backup back"):
        open_patiently(Settings(data=tmp_path, _env_file=None), lambda _: None)


def test_a_mistake_of_ours_is_not_waited_for() -> None:
    def fail() -> None:
        raise KeyError("a mistake")

    with pytest.raises(KeyError):
        insist(fail, lambda _: None)
