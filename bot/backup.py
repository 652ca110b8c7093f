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
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import make_url

from bot.installation_secret import NAME as SECRET
from bot.installation_secret import secret_path
from bot.settings import Settings

MANIFEST = "backup.json"
FOLDERS = ("materials", "uploads")
FORMAT = 1


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
    with scratch(target.resolve().parent) as folder:
        (folder / MANIFEST).write_text(json.dumps(asdict(manifest)))
        save_database(settings, folder / "database")
        packed = folder / "packed.tar.gz"
        pack(packed, folder, settings.data)
        packed.chmod(0o600)
        packed.replace(target)
    return manifest


def pack(packed: Path, folder: Path, data: Path) -> None:
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(folder / MANIFEST, MANIFEST)
        archive.add(folder / "database", "database")
        for name in (*FOLDERS, SECRET):
            if (data / name).exists():
                archive.add(data / name, name)


def save_database(settings: Settings, target: Path) -> None:
    path = sqlite_path(settings)
    if path is None:
        run_postgresql("pg_dump", settings, "--format=custom", "--no-owner", f"--file={target}")
        return
    if not path.exists():
        raise BackupError(f"There is no database at {path} yet: nothing to save.")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def run_postgresql(program: str, settings: Settings, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs; the password goes by the environment, never on the command line."""
    if shutil.which(program) is None:
        raise BackupError(f"{program} is not on PATH; install PostgreSQL's client programs.")
    url = make_url(settings.database)
    environment = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    where = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    done = subprocess.run(  # noqa: S603
        [program, *arguments, f"--dbname={where}"], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip().splitlines()[-1:]}")


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
        run_postgresql("pg_restore", settings, "--clean", "--if-exists", "--no-owner", "--single-transaction",
                       str(folder / "database"))  # fmt: skip
    else:
        for suffix in ("", "-wal", "-shm"):
            move(path.with_name(path.name + suffix), kept / (path.name + suffix))
        (folder / "database").replace(path)
    for name in FOLDERS:
        move(settings.data / name, kept / name)
        move(folder / name, settings.data / name)
    if (folder / SECRET).exists():
        move(secret_path(settings), kept / SECRET)
        move(folder / SECRET, secret_path(settings))
        secret_path(settings).chmod(0o600)


def move(source: Path, target: Path) -> None:
    if source.exists():
        source.replace(target)
