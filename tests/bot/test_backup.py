"""A backup taken while people write holds everything up to its moment, and comes back whole."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from bot.backup import BackupError, back_up, restore
from bot.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data=tmp_path / "data", _env_file=None)
    made.data.mkdir()
    with closing(sqlite3.connect(made.data / "helpdesk.sqlite3")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE said (number INTEGER PRIMARY KEY, text TEXT)")
        database.executemany("INSERT INTO said (text) VALUES (?)", [("vārds",)] * 100)
        database.commit()
    (made.data / "uploads").mkdir()
    (made.data / "uploads" / "a1").write_bytes(b"file")
    return made


def count(settings: Settings) -> int:
    with closing(sqlite3.connect(settings.data / "helpdesk.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM said").fetchone()[0])


def write(settings: Settings, times: int) -> None:
    with closing(sqlite3.connect(settings.data / "helpdesk.sqlite3", timeout=30)) as database:
        for _ in range(times):
            database.execute("INSERT INTO said (text) VALUES ('vēl')")
            database.commit()


def test_what_was_saved_comes_back(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "saved.tar.gz")
    write(settings, 5)
    (settings.data / "uploads" / "a1").write_bytes(b"changed")
    restore(settings, tmp_path / "saved.tar.gz")
    assert count(settings) == 100
    assert (settings.data / "uploads" / "a1").read_bytes() == b"file"


def test_what_was_there_before_a_restore_is_kept(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "saved.tar.gz")
    write(settings, 5)
    restore(settings, tmp_path / "saved.tar.gz")
    (kept,) = settings.data.glob("before-restore-*")
    assert (kept / "helpdesk.sqlite3").exists()


def test_a_backup_while_others_write_is_sound(settings: Settings, tmp_path: Path) -> None:
    writer = threading.Thread(target=write, args=(settings, 300))
    writer.start()
    back_up(settings, tmp_path / "saved.tar.gz")
    writer.join()
    restore(settings, tmp_path / "saved.tar.gz")
    assert 100 <= count(settings) <= 400


def test_a_backup_can_be_read_by_its_owner_alone(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "saved.tar.gz")
    assert (tmp_path / "saved.tar.gz").stat().st_mode & 0o077 == 0


def test_an_earlier_backup_is_not_written_over(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "saved.tar.gz")
    with pytest.raises(BackupError, match="exists already"):
        back_up(settings, tmp_path / "saved.tar.gz")


def test_a_running_helpdesk_is_not_restored_over(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "saved.tar.gz")
    (settings.data / "parts.json").write_text(json.dumps({"application": {"pid": 1}}))
    with pytest.raises(BackupError, match="stop it first"):
        restore(settings, tmp_path / "saved.tar.gz")
    assert count(settings) == 100


@pytest.mark.parametrize("content", [b"", b"not a tar", b"\x1f\x8b\x08\x00broken"])
def test_a_broken_file_changes_nothing(settings: Settings, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "saved.tar.gz").write_bytes(content)
    with pytest.raises(BackupError):
        restore(settings, tmp_path / "saved.tar.gz")
    assert count(settings) == 100


def test_a_file_that_climbs_out_of_the_folder_is_refused(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "good.tar.gz")
    with tarfile.open(tmp_path / "good.tar.gz") as good, tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as evil:
        for member in good.getmembers():
            evil.addfile(member, good.extractfile(member) if member.isfile() else None)
        climber = tarfile.TarInfo("../climbed")
        climber.size = 4
        evil.addfile(climber, io.BytesIO(b"evil"))
    with pytest.raises(BackupError):
        restore(settings, tmp_path / "evil.tar.gz")
    assert not (tmp_path / "climbed").exists()
    assert count(settings) == 100


def test_a_damaged_database_is_not_put_in_place(settings: Settings, tmp_path: Path) -> None:
    manifest = json.dumps({"format": 1, "version": "0.1.0", "made_at": "now", "database": "sqlite"}).encode()
    with tarfile.open(tmp_path / "saved.tar.gz", "w:gz") as archive:
        for name, content in {"backup.json": manifest, "database": b"SQLite format 3\x00" + b"x" * 5000}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    with pytest.raises(BackupError, match="damaged"):
        restore(settings, tmp_path / "saved.tar.gz")
    assert count(settings) == 100


def test_an_empty_helpdesk_has_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="nothing to save"):
        back_up(Settings(data=tmp_path / "none", _env_file=None), tmp_path / "saved.tar.gz")
