"""Saving everything the helpdesk has written, while it runs, and putting it back.

A backup is one .tar.gz: the database as it stood at one moment (SQLite's online backup, or pg_dump's own format),
the documents people added, the files they sent, and the secret that opens what the database keeps sealed. The
index and the Rasa model are not in it: they are made anew from what is.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import URL, make_url

from bot.installation_secret import NAME as SECRET
from bot.installation_secret import secret_path
from bot.settings import Settings

MANIFEST = "backup.json"
FOLDERS = ("materials", "uploads")
FORMAT = 1
NEWER_SETTING = b"SET transaction_timeout = 0;"
EMPTY = """
SET client_min_messages = warning;
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', found.name);
    END LOOP;
    FOR found IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', found.name);
    END LOOP;
END $$;
"""
"""Our tables with their sequences, and our functions; what an extension brought stays."""


class BackupError(Exception):
    """Why nothing was saved or put back; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `database` is sqlite or postgresql: one is not restored into the other."""

    format: int
    version: str
    made_at: str
    database: str


def sqlite_path(settings: Settings) -> Path | None:
    url = make_url(settings.database)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def backend(settings: Settings) -> str:
    return make_url(settings.database).get_backend_name()


@contextmanager
def scratch(near: Path) -> Iterator[Path]:
    """A private folder on the same disk, gone afterwards."""
    near.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=near))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def back_up(settings: Settings, target: Path) -> Manifest:
    """Write the backup to `target`, whole or not at all, readable by its owner only. Raises BackupError."""
    if target.exists():
        raise BackupError(f"{target} exists already; choose another name, so that no backup is lost.")
    manifest = Manifest(FORMAT, version("helpdesk"), settings.clock().isoformat(), backend(settings))
    try:
        write_backup(settings, target, manifest)
    except (OSError, sqlite3.Error) as error:
        told = getattr(error, "strerror", None) or error
        raise BackupError(f"{target} could not be written: {told}. Nothing half-written was left.") from error
    return manifest


def write_backup(settings: Settings, target: Path, manifest: Manifest) -> None:
    with scratch(target.resolve().parent) as folder:
        (folder / MANIFEST).write_text(json.dumps(asdict(manifest)))
        save_database(settings, folder / "database")
        packed = folder / "packed.tar.gz"
        pack(packed, folder, settings.data)
        packed.chmod(0o600)
        packed.replace(target)


def pack(packed: Path, folder: Path, data: Path) -> None:
    """The database first: what it tells of was kept before, so a file that comes later is only one too many."""
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(folder / MANIFEST, MANIFEST)
        archive.add(folder / "database", "database")
        for path in list_kept(data):
            # Somebody may be erased meanwhile.
            with suppress(FileNotFoundError):
                archive.add(path, path.relative_to(data).as_posix(), recursive=False)


def list_kept(data: Path) -> Iterator[Path]:
    for name in (*FOLDERS, SECRET):
        if (data / name).exists():
            yield data / name
            yield from sorted((data / name).rglob("*"))


def save_database(settings: Settings, target: Path) -> None:
    path = sqlite_path(settings)
    if path is None:
        run_postgresql(
            ["pg_dump", "--format=custom", "--no-owner", f"--file={target}", address(settings)], settings
        )
        return
    if not path.exists():
        raise BackupError(f"There is no database at {path} yet: nothing to save.")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def address(settings: Settings) -> str:
    """Of the database, as PostgreSQL's programs take it: without the password, which would show in `ps`."""
    url = make_url(settings.database).set(drivername="postgresql")
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return f"--dbname={bare.render_as_string()}"


def run_postgresql(command: list[str], settings: Settings | None = None) -> str:
    """Run one of PostgreSQL's own programs; what it printed. Raises BackupError with its reason."""
    if shutil.which(command[0]) is None:
        raise BackupError(f"{command[0]} is not on PATH; install PostgreSQL's client programs.")
    password = make_url(settings.database).password if settings else None
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    done = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{command[0]} failed: {find_reason(done.stderr)}")
    return done.stdout


def find_reason(said: str) -> str:
    """The first line that tells of an error, else the first one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[0] if lines else "it did not say why")


def read_manifest(archive: tarfile.TarFile) -> Manifest:
    try:
        member = archive.extractfile(MANIFEST)
        manifest = Manifest(**json.loads(member.read() if member else b""))
    except (KeyError, TypeError, ValueError) as error:
        raise BackupError("This is not a backup of the helpdesk.") from error
    if manifest.format > FORMAT:
        raise BackupError(f"The backup was made by a newer helpdesk ({manifest.version}); upgrade this one first.")
    return manifest


def is_running(settings: Settings) -> bool:
    """Whether a supervisor keeps this data folder's processes alive."""
    try:
        parts = json.loads((settings.data / "parts.json").read_text())
    except (OSError, ValueError):
        return False
    return any(part.get("pid") and Path(f"/proc/{part['pid']}").exists() for part in parts.values())


def restore(settings: Settings, source: Path) -> Manifest:
    """Put a backup back in place of what is there. What was there is kept beside it, as `before-restore-…`.

    Raises BackupError, with nothing changed, for a running helpdesk, a broken file or another kind of database.
    """
    if is_running(settings):
        raise BackupError("The helpdesk is running on this data; stop it first.")
    with scratch(settings.data) as folder:
        manifest = unpack(source, folder)
        if manifest.database != backend(settings):
            raise BackupError(f"The backup holds a {manifest.database} database, not {backend(settings)}.")
        check_database(settings, folder / "database")
        check_nobody_else(settings)
        put_back(settings, folder)
    return manifest


def unpack(source: Path, folder: Path) -> Manifest:
    try:
        with tarfile.open(source, "r:gz") as archive:
            manifest = read_manifest(archive)
            archive.extractall(folder, filter="data")
    except (OSError, tarfile.TarError, EOFError) as error:
        raise BackupError(f"{source} cannot be read: {error}") from error
    return manifest


def check_database(settings: Settings, copy: Path) -> None:
    """SQLite's own check, before anything is replaced."""
    if sqlite_path(settings) is None:
        return
    try:
        with closing(sqlite3.connect(copy)) as opened:
            verdict = opened.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The database in the backup is damaged: {error}") from error
    if verdict != "ok":
        raise BackupError(f"The database in the backup is damaged: {verdict}")


def put_back(settings: Settings, folder: Path) -> None:
    kept = settings.data / f"before-restore-{settings.clock():%Y%m%dT%H%M%SZ}"
    kept.mkdir(exist_ok=True)
    path = sqlite_path(settings)
    if path is None:
        save_database(settings, kept / "database")
        replace_postgresql(settings, folder)
    else:
        for suffix in ("", "-wal", "-shm"):
            move(path.with_name(path.name + suffix), kept / (path.name + suffix))
        move(folder / "database", path)
    for name in FOLDERS:
        move(settings.data / name, kept / name)
        move(folder / name, settings.data / name)
    if (folder / SECRET).exists():
        move(secret_path(settings), kept / SECRET)
        move(folder / SECRET, secret_path(settings))
        secret_path(settings).chmod(0o600)


def replace_postgresql(settings: Settings, folder: Path) -> None:
    """In one transaction: all or nothing. Tables that only a later version knows go too: once they are there, that
    version could not make them anew."""
    (folder / "empty.sql").write_text(EMPTY)
    run_postgresql(["pg_restore", "--no-owner", f"--file={folder / 'restore.sql'}", str(folder / "database")])
    blank_newer_setting(folder / "restore.sql")
    connect = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    files = [f"--file={folder / name}" for name in ("empty.sql", "restore.sql")]
    run_postgresql([*connect, *files, address(settings)], settings)


def blank_newer_setting(script: Path) -> None:
    """Client programs from 17 on write one that earlier servers refuse, at the top, with its default."""
    with script.open("r+b") as file:
        at = file.read(4096).find(NEWER_SETTING)
        if at >= 0:
            file.seek(at)
            file.write(b" " * len(NEWER_SETTING))


def check_nobody_else(settings: Settings) -> None:
    """A helpdesk on another machine would write on while its tables are replaced, or keep them from being."""
    if sqlite_path(settings) is not None:
        return
    query = (
        "--command=SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    told = run_postgresql(["psql", "--no-psqlrc", "--tuples-only", query, address(settings)], settings)
    if int(told.strip() or 0):
        raise BackupError(f"{told.strip()} connections to the database are open; stop whatever uses it first.")


def move(source: Path, target: Path) -> None:
    """Also to another disk, where the database may be."""
    if source.exists():
        shutil.move(source, target)
