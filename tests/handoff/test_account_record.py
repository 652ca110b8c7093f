"""What the audit trail keeps of accounts, and that nobody changes it."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from handoff import audit
from handoff.errors import NotAllowed
from tests.handoff.accounts import add, sign_in
from tests.handoff.world import World


def test_the_audit_trail_takes_nothing_back(world: World) -> None:
    add(world)
    with world.database.transaction() as session:
        audit.purge(session, world.clock.at.replace(year=2020))
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DELETE FROM audit_purges"):
        with pytest.raises(DBAPIError), world.database.transaction() as session:
            session.execute(text(statement))


def test_old_entries_go_by_retention_alone(world: World) -> None:
    add(world)
    world.clock.advance(days=400)
    with world.database.transaction() as session:
        assert audit.purge(session, world.clock.at) > 0
    with world.database.reading() as session:
        assert audit.list_entries(session) == []


def test_failed_and_successful_sign_ins_are_on_record(world: World) -> None:
    account = add(world)
    with pytest.raises(NotAllowed):
        sign_in(world, "wrong")
    sign_in(world, account.password)
    with world.database.reading() as session:
        actions = [entry.action for entry in audit.list_entries(session)]
        details = str([(entry.subject, entry.details, entry.actor) for entry in audit.list_entries(session)])
    assert actions[:2] == ["signed_in", "sign_in.failed"]
    assert "anna@" not in details
