"""Accounts that an identity provider vouches for."""

from __future__ import annotations

import pytest

from handoff import coordinators, identities
from handoff.coordinators import SignedIn
from handoff.errors import Invalid, NotAllowed
from tests.handoff.accounts import ANNA, add, who
from tests.handoff.world import World


def test_an_identity_provider_binds_an_account_once(world: World) -> None:
    add(world)

    def come(subject: str, email: str | None, issuer: str = "https://idp.example") -> SignedIn:
        with world.database.transaction() as session:
            return identities.sign_in_subject(
                session, issuer=issuer, subject=subject, email=email, address="192.0.2.1"
            )

    signed = come("1", "Anna@example.org")
    assert signed.actor.email == ANNA
    assert not signed.must_change_password
    assert not who(world, signed.session_token).must_change_password
    assert come("1", None).actor == signed.actor
    for subject, email, issuer in (
        ("2", ANNA, "https://idp.example"),
        ("3", None, "https://idp.example"),
        ("1", None, "https://other.example"),
    ):
        with pytest.raises(NotAllowed):
            come(subject, email, issuer)
    with world.database.transaction() as session:
        identities.link_identity(session, ANNA, issuer="https://other.example", subject="1", by="cli")
    assert come("1", None, "https://other.example").actor == signed.actor
    with pytest.raises(NotAllowed):
        come("1", None)
    berta = add(world, "berta@example.org")
    with world.database.transaction() as session, pytest.raises(Invalid):
        identities.link_identity(session, berta.email, issuer="https://other.example", subject="1", by="cli")
    with world.database.transaction() as session:
        assert identities.unlink_identity(session, ANNA, by="cli")
        assert not identities.unlink_identity(session, ANNA, by="cli")
    with pytest.raises(NotAllowed):
        come("1", None, "https://other.example")


def test_a_disabled_account_does_not_come_in_by_the_provider(world: World) -> None:
    add(world)
    with world.database.transaction() as session:
        coordinators.disable_coordinator(session, ANNA)
    with world.database.transaction() as session, pytest.raises(NotAllowed):
        identities.sign_in_subject(session, issuer="https://idp.example", subject="1", email=ANNA, address="")


def test_a_long_name_of_an_identity_is_kept_short() -> None:
    told = identities.name_subject("https://idp.example/" + "a" * 200, "b" * 200)
    assert len(told) < 100
    assert told != identities.name_subject("https://idp.example/" + "a" * 200, "c" * 200)
