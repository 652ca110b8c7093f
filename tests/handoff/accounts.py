"""Accounts as tests make and use them."""

from __future__ import annotations

from handoff import coordinators
from handoff.coordinators import NewAccount, SignedIn
from tests.handoff.world import World

ANNA = "anna@example.org"
NEW = "zilā krūze uz palodzes"


def add(
    world: World, email: str = "anna@example.org", role: str = "coordinator", *, token: bool = False
) -> NewAccount:
    with world.database.transaction() as session:
        return coordinators.add_coordinator(session, email=email, name="Anna", role=role, with_token=token)


def sign_in(
    world: World, password: str, *, email: str = ANNA, code: str | None = None, address: str = "192.0.2.1"
) -> SignedIn:
    return coordinators.sign_in_at(world.database, email=email, password=password, code=code, address=address)


def who(world: World, token: str) -> SignedIn:
    with world.database.reading() as session:
        return coordinators.actor_of_session(session, token)
