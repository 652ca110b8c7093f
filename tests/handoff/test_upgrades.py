"""Real data at each earlier version goes up to the newest and back again, and nothing of it is lost.

What people do is done at the newest version, tables that are still empty are filled by their columns, and all of
it is taken back to each earlier version: that is the data the upgrade begins with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.types import Boolean

from handoff import schema
from handoff.models import Base
from tests.handoff.world import World, text

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)
ONE_OF = re.compile(r"(\w+) IN \((.*?)\)", re.DOTALL)
Contents = dict[str, list[dict[str, Any]]]


def live_a_day(world: World) -> None:
    """A question answered, a request claimed, answered, closed and one that waits; two channels."""
    anna = world.coordinator("Anna", role="administrator")
    world.coordinator("Berta")
    asked = world.visitor()
    world.say(asked)
    world.answer(text("Atbilde"))
    taken = world.ask_person(asked)
    world.claim(anna, taken.number)
    world.reply(anna, taken.number)
    world.say(asked, "Paldies!")
    world.close(anna, taken.number)
    world.ask_person(world.visitor(channel="telegram", external_id="42"))


def fill_what_is_empty(connection: Connection) -> list[str]:
    """Gives the names of tables that could not be filled: there should be none."""
    left = []
    for table in Base.metadata.sorted_tables:
        if connection.scalar(select(func.count()).select_from(table)):
            continue
        try:
            with connection.begin_nested():
                connection.execute(
                    insert(table), {column.name: invent(connection, column) for column in wanted(table)}
                )
        except LookupError:
            left.append(table.name)
    return left


def wanted(table: Table) -> Iterator[Column[Any]]:
    for column in table.columns:
        if column is not table.autoincrement_column:
            yield column


def invent(connection: Connection, column: Column[Any]) -> Any:
    for key in column.foreign_keys:
        found = connection.scalar(select(key.column).limit(1))
        if found is None and not column.nullable:
            raise LookupError(column)
        return found
    allowed = find_allowed(column)
    if allowed:
        return allowed
    by_type: list[tuple[type, Any]] = [
        (Boolean, True), (DateTime, NOW), (Date, NOW.date()), (JSON, {"ā": [1]}), (Float, 0.5), (Numeric, 1),
        (Integer, 1), (LargeBinary, b"ab"),
    ]  # fmt: skip
    kind = getattr(column.type, "impl", column.type)
    for known, value in by_type:
        if isinstance(kind, known) or isinstance(column.type, known):
            return value
    return "ā1"[: getattr(kind, "length", None) or 10]


def find_allowed(column: Column[Any]) -> str | None:
    """The first value a CHECK lets in."""
    for constraint in column.table.constraints:
        if isinstance(constraint, CheckConstraint):
            for name, values in ONE_OF.findall(str(constraint.sqltext)):
                if name == column.name:
                    return str(values.split(",")[0].strip().strip("'"))
    return None


def read_all(engine: Engine) -> Contents:
    """Every row of every table, as the database itself tells it."""
    with engine.execution_options(reads_only=True).connect() as connection:
        names = set(inspect(connection).get_table_names()) - {"alembic_version"}
        return {name: read_table(connection, name) for name in names}


def read_table(connection: Connection, name: str) -> list[dict[str, Any]]:
    rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"')
    return sorted((dict(row._mapping) for row in rows), key=repr)


def only_what_was(now: Contents, before: Contents) -> Contents:
    """The tables and columns of `before`: newer ones are none of its loss."""
    kept: Contents = {}
    for name, rows in before.items():
        columns = set(rows[0]) if rows else set()
        told = [{column: value for column, value in row.items() if column in columns} for row in now.get(name, [])]
        kept[name] = sorted(told, key=repr) if columns else []
    return kept


def test_data_of_every_earlier_version_goes_up_and_back_without_loss(world: World) -> None:
    live_a_day(world)
    engine = world.database.engine
    with engine.begin() as connection:
        assert fill_what_is_empty(connection) == []
    assert all(read_all(engine).values()), "every table holds something"
    revisions = [one.revision for one in ScriptDirectory.from_config(schema.make_config()).walk_revisions()]
    for earlier, later in zip(revisions[1:], revisions, strict=False):
        schema.downgrade(engine, earlier)
        before = read_all(engine)
        assert before["messages"]
        schema.migrate(engine, later)
        assert only_what_was(read_all(engine), before) == before, f"up from {earlier}"
        schema.downgrade(engine, earlier)
        assert read_all(engine) == before, f"back to {earlier}"
    oldest = read_all(engine)
    world.database.migrate()
    assert only_what_was(read_all(engine), oldest) == oldest
    assert world.say(world.visitor()).seq == 2
