"""Where in the whole database a text is."""

from __future__ import annotations

import json

from sqlalchemy import inspect, text

from handoff.database import Database


def find_everywhere(database: Database, wanted: str) -> set[str]:
    """Columns of any table in which it is found."""
    found = set()
    with database.reading() as session:
        inspector = inspect(session.connection())
        for table in inspector.get_table_names():
            for row in session.execute(text(f"SELECT * FROM {table}")).mappings():
                told = {name: json.dumps(value, default=str, ensure_ascii=False) for name, value in row.items()}
                found |= {f"{table}.{name}" for name, value in told.items() if wanted in value}
    return found
