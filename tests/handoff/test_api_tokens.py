"""Personal tokens: whose they are, and until when."""

from __future__ import annotations

import pytest

from handoff import api_tokens, coordinators
from handoff.errors import NotAllowed, NotFound
from tests.handoff.accounts import add
from tests.handoff.world import World


def test_a_personal_token_names_its_holder_until_revoked(world: World) -> None:
    account = add(world, token=True)
    assert account.token
    with world.database.reading() as session:
        actor = coordinators.actor_of_token(session, account.token)
        (held,) = coordinators.list_tokens(session, actor.id)
    with world.database.transaction() as session:
        coordinators.revoke_token(session, actor, held.digest)
    with world.database.reading() as session, pytest.raises(NotAllowed):
        coordinators.actor_of_token(session, account.token)


def test_a_token_of_another_cannot_be_revoked(world: World) -> None:
    account = add(world, token=True)
    berta = world.coordinator("Berta")
    assert account.token
    with world.database.reading() as session:
        digest = coordinators.list_tokens(session, coordinators.actor_of_token(session, account.token).id)[
            0
        ].digest
    with world.database.transaction() as session, pytest.raises(NotFound):
        coordinators.revoke_token(session, berta, digest)


def test_a_token_expires(world: World) -> None:
    anna = world.coordinator("Anna")
    with world.database.transaction() as session:
        token = api_tokens.issue_token(
            session, anna.id, "script", by=anna.id, expires_at=world.clock.at.replace(day=25)
        )
    with world.database.reading() as session:
        assert coordinators.actor_of_token(session, token).id == anna.id
    world.clock.advance(days=1)
    with world.database.reading() as session, pytest.raises(NotAllowed):
        coordinators.actor_of_token(session, token)
