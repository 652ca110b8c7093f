"""Drills on both databases: a backup while people write comes back whole, and an upgrade can be taken back."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, select, text

from bot import backup
from bot.backup import BackupError, back_up, restore
from bot.settings import Settings
from handoff.database import Database
from handoff.models.message import MessageRow
from tests.handoff.world import ClockInHand, World
from tests.postgres import Postgres, run_postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with run_postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = None
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("server")
        url = postgres.url(postgres.create())
    data = tmp_path / "data"
    (data / "uploads").mkdir(parents=True)
    (data / "uploads" / "a1").write_bytes(b"file")
    (data / "materials").mkdir()
    (data / "materials" / "own.md").write_text("# Mūsu")
    return Settings(data=data, database_url=url, _env_file=None)


def open_world(settings: Settings) -> World:
    clock = ClockInHand()
    database = Database(settings.database, clock)
    database.migrate()
    return World(database, clock)


class Writer:
    """Says one thing after another until told to stop; `said` is what was committed, in order."""

    def __init__(self, settings: Settings, talk: str) -> None:
        self.said: list[str] = []
        self._stop, self._world, self._talk = threading.Event(), open_world(settings), talk
        self._thread = threading.Thread(target=self._write)
        self._begun = threading.Event()

    def __enter__(self) -> Writer:
        self._thread.start()
        assert self._begun.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._world.database.close()

    def _write(self) -> None:
        while not self._stop.is_set():
            self.said.append(self._world.say(self._talk).id)
            self._begun.set()


def read_ids(settings: Settings, talk: str) -> list[str]:
    world = open_world(settings)
    with world.database.reading() as session:
        rows = session.execute(
            select(MessageRow.id, MessageRow.seq)
            .where(MessageRow.conversation_id == talk)
            .order_by(MessageRow.seq)
        ).all()
    world.database.close()
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    return [row.id for row in rows]


def test_a_backup_while_people_write_comes_back_whole(settings: Settings, tmp_path: Path) -> None:
    world = open_world(settings)
    talk, number = world.visitor(), world.ask_person().number
    with Writer(settings, talk) as writer:
        before = list(writer.said)
        back_up(settings, tmp_path / "saved.tar.gz")
        after = len(writer.said)
    world.say(talk, "pēc tam")
    world.database.close()
    (settings.data / "uploads" / "a1").write_bytes(b"changed")
    restore(settings, tmp_path / "saved.tar.gz")
    kept = read_ids(settings, talk)[1:]
    assert kept[: len(before)] == before
    assert kept == writer.said[: len(kept)]
    assert len(kept) <= after + 1
    assert (settings.data / "uploads" / "a1").read_bytes() == b"file"
    again = open_world(settings)
    assert again.request(number).state == "new"
    assert again.say(talk).seq == len(kept) + 2
    again.database.close()


def test_what_was_there_can_be_had_back_too(settings: Settings, tmp_path: Path) -> None:
    world = open_world(settings)
    talk = world.visitor()
    back_up(settings, tmp_path / "saved.tar.gz")
    world.say(talk, "pēc tam")
    world.database.close()
    restore(settings, tmp_path / "saved.tar.gz")
    assert len(read_ids(settings, talk)) == 1
    (kept,) = settings.data.glob("before-restore-*")
    assert any(path.name in ("database", "helpdesk.sqlite3") for path in kept.iterdir())


def test_a_restore_into_a_later_version_goes_up_again(settings: Settings, tmp_path: Path) -> None:
    """Going back after an upgrade: a table that only the later version knows must not be in the way."""
    world = open_world(settings)
    talk = world.visitor()
    back_up(settings, tmp_path / "before-upgrade.tar.gz")
    with world.database.transaction() as session:
        session.execute(text("CREATE TABLE of_a_later_version (id INTEGER)"))
    world.database.close()
    restore(settings, tmp_path / "before-upgrade.tar.gz")
    assert len(read_ids(settings, talk)) == 1
    engine = create_engine(settings.database)
    assert "of_a_later_version" not in inspect(engine).get_table_names()
    engine.dispose()


def test_a_disk_that_is_full_leaves_no_half_backup(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = open_world(settings)
    world.visitor()
    world.database.close()

    def fill(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "pack", fill)
    with pytest.raises(BackupError, match=r"No space left on device\. Nothing half-written"):
        back_up(settings, tmp_path / "backups" / "saved.tar.gz")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_database_in_use_elsewhere_is_not_replaced(server: Postgres, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database_url=server.url(server.create()), _env_file=None)
    world = open_world(settings)
    talk = world.visitor()
    back_up(settings, tmp_path / "saved.tar.gz")
    with world.database.reading() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(BackupError, match="stop whatever uses it first"):
            restore(settings, tmp_path / "saved.tar.gz")
    world.database.close()
    assert len(read_ids(settings, talk)) == 1


def test_a_broken_dump_leaves_the_database_as_it_was(server: Postgres, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database_url=server.url(server.create()), _env_file=None)
    world = open_world(settings)
    talk = world.visitor()
    back_up(settings, tmp_path / "saved.tar.gz")
    world.say(talk)
    world.database.close()
    folder = tmp_path / "folder"
    folder.mkdir()
    manifest = backup.unpack(tmp_path / "saved.tar.gz", folder)
    assert manifest.database == "postgresql"
    dump = (folder / "database").read_bytes()
    (folder / "database").write_bytes(dump[: len(dump) // 2])
    (folder / "backup.json").write_text(json.dumps({name: getattr(manifest, name) for name in manifest.__slots__}))
    backup.pack(tmp_path / "broken.tar.gz", folder, tmp_path / "none")
    with pytest.raises(BackupError, match="pg_restore failed"):
        restore(settings, tmp_path / "broken.tar.gz")
    assert len(read_ids(settings, talk)) == 2


def test_the_password_is_not_on_the_command_line(tmp_path: Path) -> None:
    url = "postgresql+psycopg://helpdesk:hunter2@db.example.org:5433/helpdesk?sslmode=require"
    told = backup.address(Settings(data=tmp_path, database_url=url, _env_file=None))
    assert told == "--dbname=postgresql://helpdesk@db.example.org:5433/helpdesk?sslmode=require"


def test_a_setting_that_only_newer_servers_know_is_left_out(tmp_path: Path) -> None:
    script = tmp_path / "restore.sql"
    script.write_text("SET lock_timeout = 0;\nSET transaction_timeout = 0;\nSELECT 1;\n")
    backup.blank_newer_setting(script)
    assert script.read_text().split() == "SET lock_timeout = 0; SELECT 1;".split()
