"""The schema's versions: brought up by code, so that no command has to be remembered."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x68656C70
"""Any number, the same in every process: PostgreSQL lets one of them migrate at a time."""


def make_config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@cache
def newest_version() -> str:
    head = ScriptDirectory.from_config(make_config()).get_current_head()
    if head is None:
        raise RuntimeError("there are no migrations")
    return head


def current_version(engine: Engine) -> str | None:
    """None for an empty database."""
    with engine.execution_options(reads_only=True).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine, to: str = "head") -> None:
    """One process at a time, all or nothing."""
    if to == "head" and current_version(engine) == newest_version():
        return
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Rebuilding a table drops it; with foreign keys on, that would delete what refers to it.
            set_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
                command.upgrade(make_config(connection), to)
        finally:
            if engine.dialect.name == "sqlite":
                set_foreign_keys(connection, "ON")


def set_foreign_keys(connection: Connection, to: str) -> None:
    """Outside a transaction, where alone SQLite heeds it: so past SQLAlchemy, which would begin one."""
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys={to}")


def downgrade(engine: Engine, to: str) -> None:
    with engine.connect() as connection, connection.begin():
        command.downgrade(make_config(connection), to)
