"""What is around the helpdesk and may be set up wrong: its environment, limits, proxy, mail server, backups."""

from __future__ import annotations

import difflib
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from dotenv import dotenv_values
from sqlalchemy import make_url

from bot.diagnosis import Diagnosis
from bot.launcher import rasa
from bot.secret_files import variable
from bot.settings import Settings

OTHERS = {"HELPDESK_PYTHON", "HELPDESK_RASA_PYTHON", "HELPDESK_ACTIONS_PORT", "HELPDESK_ACTION_URL"}
"""Read by tools/setup and between our own processes."""
ENV_FILE = Path(".env")
FEW_FILES = 4096
NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "glusterfs", "ceph"}
MAIL_ANSWERS_WITHIN = 4.0
KEEPS_DYING = 3
OLD_BACKUP = 2 * 24 * 3600
BACKUPS = "backups"


def known_names() -> set[str]:
    """Of settings; a secret may also be given as a file that holds it."""
    files = {f"{variable(name)}_FILE" for name in Settings.secret_names()}
    return {variable(name) for name in Settings.model_fields} | files | OTHERS


def read_written() -> Mapping[str, str | None]:
    return {**dotenv_values(ENV_FILE), **os.environ}


def check_names(_: Settings) -> Iterator[Diagnosis]:
    """A misspelt setting is simply not there: nothing else would tell."""
    unknown = sorted(name for name in read_written() if name.startswith("HELPDESK_") and name not in known_names())
    for name in unknown:
        yield Diagnosis("settings", "error", f"{name} is no setting of the helpdesk", advise(name))
    if not unknown:
        yield Diagnosis("settings", "ok", "every HELPDESK_ name is known")


def advise(name: str) -> str:
    """What to do about a name that is not known. Files are for secrets alone: what is none is plain to see."""
    plain = name.removesuffix("_FILE")
    if plain != name and plain in known_names():
        return f"Set {plain} itself: only secrets are read from files."
    near = difflib.get_close_matches(name, known_names(), 1, 0.8)
    return f"Did you mean {near[0]}?" if near else "docs/settings.md names every setting."


def check_secret_files(_: Settings) -> Iterator[Diagnosis]:
    """That they can be read is seen at each start; here, whether by others too."""
    written = read_written()
    for name in Settings.secret_names():
        file = Path(written.get(f"{variable(name)}_FILE") or "/dev/null")
        if file.is_file() and file.stat().st_mode & 0o007:
            yield Diagnosis("settings", "warning", f"{file} can be read by others", f"chmod o= {file}")


def check_env_file(_: Settings) -> Iterator[Diagnosis]:
    if ENV_FILE.exists() and ENV_FILE.stat().st_mode & 0o077:
        found = f"{ENV_FILE.resolve()} can be read by others"
        yield Diagnosis("settings", "warning", found, f"It holds secrets: chmod 600 {ENV_FILE.resolve()}")


def check_open_files(_: Settings) -> Iterator[Diagnosis]:
    """Every visitor who waits for an answer holds a connection."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < FEW_FILES:
        advice = "Raise it: LimitNOFILE=65536 in the systemd unit, or `ulimit -n`."
        yield Diagnosis("open files", "warning", f"at most {hard} at once, so as many visitors at most", advice)
    else:
        yield Diagnosis("open files", "ok", "enough for thousands of visitors at once")


def check_proxy(settings: Settings) -> Iterator[Diagnosis]:
    """Behind a proxy that is not trusted, all visitors are one address, and are limited together."""
    exposed = settings.host not in {"127.0.0.1", "localhost", "::1"}
    if settings.public_url and exposed and not os.environ.get("FORWARDED_ALLOW_IPS"):
        yield Diagnosis(
            "proxy",
            "warning",
            f"listens on {settings.host}, and only a proxy on this host is believed who the visitors are",
            "Set FORWARDED_ALLOW_IPS to the proxy's address; else all visitors share one limit (429).",
        )


def check_mail(settings: Settings) -> Iterator[Diagnosis]:
    if settings.smtp_host is None:
        yield Diagnosis("mail", "ok", "off: HELPDESK_SMTP_HOST is not set")
        return
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with socket.create_connection((settings.smtp_host, settings.smtp_port), MAIL_ANSWERS_WITHIN) as server:
            greeting = server.recv(3) if settings.smtp_security != "tls" else b"220"
    except OSError as error:
        told = error.strerror or "no answer"
        yield Diagnosis(
            "mail", "error", f"{where} cannot be reached: {told}", "Correct HELPDESK_SMTP_HOST and _PORT."
        )
        return
    if greeting != b"220":
        advice = "Port 587 goes with starttls, 465 with tls: set HELPDESK_SMTP_SECURITY to match."
        yield Diagnosis("mail", "error", f"{where} does not answer as a mail server does", advice)
    else:
        yield Diagnosis("mail", "ok", f"{where} answers")


def check_disk_of_database(settings: Settings) -> Iterator[Diagnosis]:
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    kind = file_system(Path(url.database).resolve())
    if kind in NETWORK:
        advice = "Keep it on a local disk, or use PostgreSQL: locks do not hold over a network."
        yield Diagnosis("database", "error", f"SQLite on a network file system ({kind})", advice)


def file_system(path: Path) -> str:
    """The kind of the mount that holds `path`; empty where that cannot be told."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return ""
    found = [(len(mount[1]), mount[2]) for mount in mounts if path.is_relative_to(mount[1])]
    return max(found, default=(0, ""))[1]


def check_postgresql_programs(settings: Settings) -> Iterator[Diagnosis]:
    """A backup is made by pg_dump, which refuses a server newer than itself."""
    if make_url(settings.database).get_backend_name() != "postgresql":
        return
    missing = [name for name in ("pg_dump", "pg_restore") if shutil.which(name) is None]
    if missing:
        advice = "Install PostgreSQL's client programs (Debian: postgresql-client)."
        yield Diagnosis("backup", "error", f"{' and '.join(missing)} not found: no backup can be made", advice)
        return
    ours, server = program_version("pg_dump"), server_version(settings)
    if ours and server and ours < server:
        found = f"pg_dump is of version {ours}, the server of {server}: it will refuse to make a backup"
        yield Diagnosis("backup", "error", found, f"Install postgresql-client-{server}.")
    else:
        yield Diagnosis("backup", "ok", f"pg_dump {ours} is there")


def program_version(name: str) -> int | None:
    told = subprocess.run([name, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"(\d+)", told)
    return int(found[1]) if found else None


def server_version(settings: Settings) -> int | None:
    """None for one that cannot be asked; that it cannot is told elsewhere."""
    import psycopg

    url = make_url(settings.database).set(drivername="postgresql")
    try:
        with psycopg.connect(url.render_as_string(hide_password=False), connect_timeout=3) as connection:
            return connection.info.server_version // 10_000
    except psycopg.Error:
        return None


def check_backups(settings: Settings) -> Iterator[Diagnosis]:
    """Where helpdesk-nightly.timer puts them. A laptop needs none."""
    made = [path.stat().st_mtime for path in (settings.data / BACKUPS).glob("*.tar.gz")]
    age = time.time() - max(made) if made else None
    if age is not None and age <= OLD_BACKUP:
        yield Diagnosis("backup", "ok", f"the newest is {age / 3600:.0f} hours old")
    elif settings.public_url:
        found = f"the newest is {age / 86400:.0f} days old" if age else f"none in {settings.data / BACKUPS}"
        advice = "systemctl status helpdesk-nightly.timer; if you keep them elsewhere, look there."
        yield Diagnosis("backup", "warning", found, advice)


def check_processes(settings: Settings) -> Iterator[Diagnosis]:
    """Of a helpdesk that runs: whether a part dies again and again."""
    try:
        parts = json.loads((settings.data / "parts.json").read_text())
    except (OSError, ValueError):
        return
    for name, part in parts.items():
        if part.get("deaths", 0) >= KEEPS_DYING:
            log = settings.data / "logs" / "rasa.log" if name == "rasa" else "the helpdesk's own log"
            found = f"{name} has died {part['deaths']} times in a row (status {part.get('last_status')})"
            yield Diagnosis("processes", "error", found, f"The end of {log} says why.")


def check_model(settings: Settings) -> Iterator[Diagnosis]:
    if settings.rasa_url is None and rasa.model_path(settings.data).exists() and rasa.is_damaged(settings.data):
        yield Diagnosis(
            "Rasa", "error", "the model's file is damaged", "Restart: it is put aside and trained anew."
        )


def explain_database(settings: Settings, error: BaseException) -> Diagnosis:
    """Why it cannot be opened, in the driver's words, and what to do about that."""
    from bot.starting import ADVICE, NAMES, reason
    from handoff.failures import find_cause

    cause, url = find_cause(error), make_url(settings.database)
    where = f"{url.username}@{url.host}:{url.port}" if url.host else url.database
    if cause is None:
        advice = "Check HELPDESK_DATABASE_URL, that the server runs and that the user may create tables."
        return Diagnosis("database", "error", f"{where} cannot be opened: {reason(error)}", advice)
    advice = f"{ADVICE[cause][0].upper()}{ADVICE[cause][1:]}."
    return Diagnosis("database", "error", f"{where}: {NAMES[cause]}: {reason(error)}", advice)


CHECKS = (
    check_names,
    check_env_file,
    check_secret_files,
    check_open_files,
    check_proxy,
    check_mail,
    check_disk_of_database,
    check_postgresql_programs,
    check_backups,
    check_processes,
    check_model,
)
