"""Files whose time is over go by the daily run; what is young, and what is elsewhere, stays."""

import os
import time
from pathlib import Path

import pytest

from bot import old_files
from bot.erasing import run_retention
from bot.helpdesk import open_database
from bot.settings import Settings
from handoff.retention import last_run

A_DAY = 24 * 3600


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path / "data", keep_logs_days=10, keep_copies_days=20)


def leave(path: Path, days: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    then = time.time() - days * A_DAY
    os.utime(path, (then, then))
    return path


def test_old_logs_and_copies_are_told_and_then_deleted(settings: Settings, tmp_path: Path) -> None:
    data = settings.data
    old = [leave(data / "logs" / "rasa.log", 11), leave(data / "backups" / "a.tar.gz", 21)]
    folder = leave(data / "before-restore-1" / "helpdesk.sqlite3", 21).parent
    os.utime(folder, (time.time() - 21 * A_DAY,) * 2)
    kept = [
        leave(data / "models" / "training.log", 9),
        leave(data / "backups" / "b.tar.gz", 19),
        leave(data / "materials" / "a.md", 99),
        leave(tmp_path / "logs" / "other.log", 99),
    ]
    (data / "logs" / "link.log").symlink_to(kept[3])
    assert {kind.name: len(kind.due) for kind in old_files.list_kinds(settings)} == {"logs": 1, "copies": 2}
    assert all(path.exists() for path in old)
    assert old_files.delete_due(settings) == {"logs": 1, "copies": 2}
    assert not any(path.exists() for path in (*old, folder))
    assert all(path.exists() for path in kept)


def test_one_run_sees_to_rows_and_files_and_is_on_record(settings: Settings) -> None:
    database = open_database(settings)
    leave(settings.data / "logs" / "rasa.log", 11)
    report = run_retention(settings, database)
    assert report.deleted["logs"] == 1
    with database.reading() as session:
        run = last_run(session)
    assert run is not None
    assert run.actor == "system"
    database.close()
