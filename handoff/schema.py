"""The schema's versions: brought up by code, so that no command has to be remembered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
IS = re.compile(r'^revision(?:: str)? = "([^"]+)"', re.MULTILINE)
FOLLOWS = re.compile(r'^down_revision(?:: [^=]+)? = "([^"]+)"', re.MULTILINE)
LOCK = 0x68656C70
"""Any number, the same in every process: PostgreSQL lets one of them migrate at a time."""


def make_config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@cache
def newest_version() -> str:
    """The one migration that no other follows, read from the files: Alembic itself is slow to import, and at most
    starts there is nothing to migrate."""
    written = [path.read_text("utf-8") for path in (MIGRATIONS / "versions").glob("*.py")]
    followed = {found[1] for text_ in written if (found := FOLLOWS.search(text_))}
    heads = {found[1] for text_ in written if (found := IS.search(text_))} - followed
    if len(heads) != 1:
        raise RuntimeError(f"migrations must end in one head, not {sorted(heads)}")
    return heads.pop()


def current_version(engine: Engine) -> str | None:
    """None for an empty database."""
    with engine.execution_options(reads_only=True).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return version


def migrate(engine: Engine, to: str = "head") -> None:
    """One process at a time, all or nothing. Raises UnknownVersion for a database of a later release."""
    current = current_version(engine)
    if to == "head" and current == newest_version():
        return
    if current is not None and current not in list_versions():
        raise UnknownVersion(
            f"The database is of a later release (its version is {current}). Start that one; to come back, "
            "`helpdesk migrate --to VERSION` there, or restore a backup from before."
        )
    from alembic import command

    with rebuilding(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        command.upgrade(make_config(connection), to)


@contextmanager
def rebuilding(engine: Engine) -> Iterator[Connection]:
    """One transaction. SQLite rebuilds a table by dropping it; with foreign keys on, that would delete what refers
    to it."""
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            set_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            if is_sqlite:
                set_foreign_keys(connection, "ON")


def set_foreign_keys(connection: Connection, to: str) -> None:
    """Outside a transaction, where alone SQLite heeds it: so past SQLAlchemy, which would begin one."""
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys={to}")


class UnknownVersion(Exception):
    """Not one of ours; the text names those there are."""


def list_versions() -> list[str]:
    """From the first to the newest."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(make_config()).walk_revisions()
    return [script.revision for script in scripts][::-1]


def go_to(engine: Engine, to: str) -> None:
    """Up or down, wherever the database is. Raises UnknownVersion, with nothing changed."""
    versions, current = list_versions(), current_version(engine)
    target = versions[-1] if to == "head" else to
    if target not in versions:
        raise UnknownVersion(f"{to} is no version of the database; there are {', '.join(versions)}.")
    if current in versions and versions.index(target) < versions.index(current):
        downgrade(engine, target)
    else:
        migrate(engine, target)


def downgrade(engine: Engine, to: str) -> None:
    from alembic import command

    with rebuilding(engine) as connection:
        command.downgrade(make_config(connection), to)
