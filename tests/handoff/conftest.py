"""Every test of the handoff runs on SQLite and on a real PostgreSQL, started once for the run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from handoff.database import Database
from handoff.settings import HandoffSettings
from knowledge.clock import system_clock
from tests.handoff.world import ClockInHand, World
from tests.postgres import Postgres, run_postgres

ENGINES = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with run_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a migrated database to copy."""
    name = postgres.create()
    database = Database(postgres.url(name), system_clock)
    database.migrate()
    database.close()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "helpdesk.sqlite3"
    database = Database(f"sqlite:///{path}", system_clock)
    database.migrate()
    database.close()
    return path


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of its own, on each engine."""
    if request.param == "sqlite":
        path = tmp_path / "helpdesk.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def clock() -> ClockInHand:
    return ClockInHand()


@pytest.fixture
def make_world(database_url: str, clock: ClockInHand) -> Iterator[Callable[..., World]]:
    """A world with settings of one's own."""
    opened: list[Database] = []

    def make(**settings: object) -> World:
        database = Database(database_url, clock, HandoffSettings(**settings))  # type: ignore[arg-type]
        opened.append(database)
        return World(database, clock)

    yield make
    for database in opened:
        database.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


@pytest.fixture
def database(world: World) -> Database:
    return world.database
