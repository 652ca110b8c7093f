"""A real PostgreSQL for the tests: made in a temporary folder, on loopback, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "fatal",
}


class PostgresMissing(Exception):
    """No initdb on this machine: the tests need PostgreSQL's server programs (Debian: apt install postgresql)."""


@dataclass(frozen=True)
class Postgres:
    """A running server. `create` gives the address of a new database, `clone` that of a copy of one."""

    port: int
    folder: Path

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def _run(self, statement: str) -> None:
        conninfo = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, template: str = "template0") -> str:
        name = f"t{uuid4().hex}"
        self._run(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def stop(self, mode: str = "fast") -> None:
        """Whoever is connected is cut off; `start` brings it back. Nothing is flushed with `immediate`."""
        control(self.folder, "-m", mode, "stop")

    def start(self) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options += f" -c port={self.port} -c unix_socket_directories={self.folder}"
        control(self.folder, "-w", "-l", str(self.folder / "log"), "-o", options, "start")


def control(folder: Path, *arguments: str) -> None:
    call([str(find_programs() / "pg_ctl"), "-D", str(folder / "data"), *arguments], folder)


def find_programs() -> Path:
    """The folder of initdb and pg_ctl."""
    found = shutil.which("initdb")
    candidates = [Path(found).parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    candidates += [Path("/opt/homebrew/opt/postgresql/bin"), Path("/usr/local/opt/postgresql/bin")]
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise PostgresMissing("initdb was not found; install PostgreSQL's server programs")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_server_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root: there it runs as the postgres user."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


@contextmanager
def run_postgres() -> Iterator[Postgres]:
    programs, port = find_programs(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-postgres-"))
    try:
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = folder / "data"
        make = f"initdb -D {data} -U postgres -A trust -E UTF8 --no-sync --no-locale --no-instructions".split()
        call([str(programs / make[0]), *make[1:]], folder)
        server = Postgres(port, folder)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def call(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        as_server_user(command),
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
