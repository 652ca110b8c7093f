from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, StatementError

from handoff import schema
from handoff.database import Database
from handoff.models import Base
from handoff.models.audit import AuditPurge
from handoff.models.base import clean_text
from knowledge.clock import system_clock
from tests.handoff.world import World
from tests.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: object) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.sqlite3"
    server: Postgres = request.getfixturevalue("postgres")
    return server.url(server.create())


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_there_is_one_newest_version() -> None:
    assert len(ScriptDirectory.from_config(schema.make_config()).get_heads()) == 1


def test_migrating_again_does_nothing(database: Database) -> None:
    database.migrate()
    assert schema.current_version(database.engine) == schema.newest_version()


def test_every_version_goes_up_and_down(empty_url: str) -> None:
    database = Database(empty_url, system_clock)
    revisions = [script.revision for script in ScriptDirectory.from_config(schema.make_config()).walk_revisions()]
    for revision in reversed(revisions):
        schema.migrate(database.engine, revision)
    schema.downgrade(database.engine, "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    database.migrate()
    assert schema.current_version(database.engine) == revisions[0]
    database.close()


def test_the_schema_goes_to_any_version_and_back(database: Database) -> None:
    versions = schema.list_versions()
    for to in (versions[-2], versions[0], versions[1], "head"):
        schema.go_to(database.engine, to)
        assert schema.current_version(database.engine) == (versions[-1] if to == "head" else to)
    with pytest.raises(schema.UnknownVersion, match=versions[0]):
        schema.go_to(database.engine, "nothing")


def test_a_database_of_a_later_release_is_told_and_left_alone(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_later'"))
    with pytest.raises(schema.UnknownVersion, match="a later release"):
        database.migrate()
    assert schema.current_version(database.engine) == "9999_later"


def test_two_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    databases = [Database(empty_url, system_clock) for _ in range(2)]
    errors: list[BaseException] = []

    def migrate(database: Database) -> None:
        try:
            database.migrate()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=migrate, args=[database]) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert schema.current_version(databases[0].engine) == schema.newest_version()
    for database in databases:
        database.close()


def test_data_survives_going_down_and_up_again(world: World) -> None:
    number = world.ask_person().number
    revisions = [script.revision for script in ScriptDirectory.from_config(schema.make_config()).walk_revisions()]
    if len(revisions) > 1:
        schema.downgrade(world.database.engine, revisions[-1])
        world.database.migrate()
    assert world.request(number).state == "new"


def test_foreign_keys_are_kept_by_the_database(world: World) -> None:
    statement = text(
        "INSERT INTO resume_codes (digest, conversation_id, created_at, expires_at) VALUES ('a', 'no', :t, :t)"
    )
    with pytest.raises(IntegrityError), world.database.transaction() as session:
        session.execute(statement, {"t": world.clock.at.replace(tzinfo=None)})


def test_a_reader_is_not_stopped_by_a_writer(world: World) -> None:
    conversation = world.visitor()
    with world.database.transaction() as session:
        session.execute(text("UPDATE conversations SET locale = 'en'"))
        assert world.conversation(conversation).locale == "lv"
    assert world.conversation(conversation).locale == "en"


def test_what_is_deleted_is_overwritten_in_sqlites_file(tmp_path: Path) -> None:
    path, word = tmp_path / "helpdesk.sqlite3", "vardotava" * 20
    database = Database(f"sqlite:///{path}", system_clock)
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE said (text TEXT)"))
        connection.execute(text("INSERT INTO said VALUES (:word)"), {"word": word})
    with database.engine.begin() as connection:
        assert connection.scalar(text("PRAGMA secure_delete")) == 1
        connection.execute(text("DELETE FROM said"))
    database.close()
    assert word.encode() not in path.read_bytes()


def test_an_instant_without_a_zone_is_refused(world: World) -> None:
    naive = world.clock.at.replace(tzinfo=None)
    with pytest.raises(StatementError), world.database.transaction() as session:
        session.add(AuditPurge(at=naive, before=naive))


def test_text_is_cleaned_of_what_no_database_takes() -> None:
    assert clean_text("a\x00b\ud83d\x07c\r\n\td") == "ab\ufffdc\n\td"
    assert clean_text("a\u0304") == "ā"


def test_the_newest_version_is_the_one_alembic_would_bring_up() -> None:
    assert schema.newest_version() == ScriptDirectory.from_config(schema.make_config()).get_current_head()
