"""Accounts: their addresses, roles, passwords, and that one administrator stays."""

from __future__ import annotations

import pytest

from handoff import coordinators, own_account
from handoff.errors import IllegalMove, Invalid, NotAllowed
from tests.handoff.accounts import NEW, add, sign_in, who
from tests.handoff.world import World


def test_a_disabled_account_neither_signs_in_nor_goes_on(world: World) -> None:
    account = add(world, token=True)
    signed = sign_in(world, account.password)
    with world.database.transaction() as session:
        coordinators.disable_coordinator(session, "anna@example.org")
    with pytest.raises(NotAllowed):
        who(world, signed.session_token)
    with pytest.raises(NotAllowed):
        sign_in(world, account.password)
    assert account.token
    with world.database.reading() as session, pytest.raises(NotAllowed):
        coordinators.actor_of_token(session, account.token)


def test_the_last_administrator_stays(world: World) -> None:
    add(world, role="administrator")
    for change in (
        lambda session: coordinators.disable_coordinator(session, "anna@example.org"),
        lambda session: coordinators.change_role(session, "anna@example.org", "viewer", by="cli"),
    ):
        with pytest.raises(IllegalMove), world.database.transaction() as session:
            change(session)
    add(world, "berta@example.org", role="administrator")
    with world.database.transaction() as session:
        coordinators.disable_coordinator(session, "anna@example.org")


@pytest.mark.parametrize(
    ("email", "role"),
    [("anna", "coordinator"), ("a@b", "coordinator"), ("a b@c.lv", "coordinator"), ("ok@c.lv", "boss")],
)
def test_a_malformed_account_is_refused(world: World, email: str, role: str) -> None:
    with pytest.raises(Invalid):
        add(world, email, role)


def test_an_address_is_used_once(world: World) -> None:
    add(world)
    with pytest.raises(Invalid):
        add(world, "ANNA@example.org")


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("short", "too_short"),
        ("aaaaaaaaaaaaaa", "too_common"),
        ("Parole123456", "too_common"),
        ("x" * 201, "too_long"),
    ],
)
def test_a_weak_password_is_refused(world: World, new: str, reason: str) -> None:
    account = add(world)
    actor = sign_in(world, account.password).actor
    with pytest.raises(Invalid) as refused:
        own_account.change_password(world.database, actor, old=account.password, new=new, address="192.0.2.1")
    assert refused.value.facts["reason"] == reason


def test_a_changed_password_ends_other_sessions(world: World) -> None:
    account = add(world)
    other, own = sign_in(world, account.password), sign_in(world, account.password)
    own_account.change_password(
        world.database, own.actor, old=account.password, new=NEW, address="192.0.2.1", keep=own.session_token
    )
    assert not who(world, own.session_token).must_change_password
    with pytest.raises(NotAllowed):
        who(world, other.session_token)
    assert sign_in(world, NEW)
