"""Signing in: with a password, locked after wrong ones, until the session ends."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from handoff import coordinators, sessions
from handoff.errors import Locked, NotAllowed
from handoff.models.coordinator import ApiToken, Coordinator, CoordinatorSession
from tests.handoff.accounts import ANNA, add, sign_in, who
from tests.handoff.world import World

Make = Callable[..., World]


def test_an_account_signs_in_with_its_one_time_password(world: World) -> None:
    account = add(world, "Anna@Example.org")
    signed = sign_in(world, account.password, email=" ANNA@example.ORG ")
    assert signed.must_change_password
    assert who(world, signed.session_token).actor == signed.actor


def test_wrong_password_and_unknown_address_are_the_same_answer(world: World) -> None:
    add(world)
    refusals = []
    for email in ("anna@example.org", "nobody@example.org"):
        with pytest.raises(NotAllowed) as refused:
            sign_in(world, "wrong", email=email)
        refusals.append((str(refused.value), refused.value.facts))
    assert refusals[0] == refusals[1]


def test_an_account_is_locked_after_five_wrong_tries_then_open_again(world: World) -> None:
    account = add(world)
    for _ in range(5):
        with pytest.raises(NotAllowed):
            sign_in(world, "wrong")
    with pytest.raises(Locked) as locked:
        sign_in(world, account.password, address="198.51.100.7")
    assert 0 < locked.value.retry_after <= 901
    world.clock.advance(seconds=locked.value.retry_after)
    assert sign_in(world, account.password).actor.email == "anna@example.org"


def test_guessing_in_parallel_gets_no_more_tries(world: World) -> None:
    account = add(world)

    def guess(number: int) -> str:
        try:
            sign_in(world, account.password if number == 11 else "wrong")
        except (NotAllowed, Locked) as refused:
            return refused.code
        return "in"

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(guess, range(12)))
    assert answers.count("not_allowed") == 5
    assert answers.count("locked") == 7


def test_one_transaction_signs_in_the_same(world: World) -> None:
    account = add(world)
    with world.database.transaction() as session:
        signed = coordinators.sign_in(
            session, email=ANNA, password=account.password, code=None, address="192.0.2.1"
        )
    assert who(world, signed.session_token).actor == signed.actor
    for _ in range(5):
        with pytest.raises(NotAllowed), world.database.transaction() as session:
            coordinators.sign_in(session, email=ANNA, password="wrong", code=None, address="192.0.2.1")
    with pytest.raises(Locked), world.database.transaction() as session:
        coordinators.sign_in(session, email=ANNA, password=account.password, code=None, address="192.0.2.1")


def test_unknown_accounts_lock_the_same(world: World) -> None:
    for _ in range(5):
        with pytest.raises(NotAllowed):
            sign_in(world, "wrong", email="nobody@example.org")
    with pytest.raises(Locked):
        sign_in(world, "wrong", email="nobody@example.org")


def test_an_address_is_locked_over_all_accounts(make_world: Make) -> None:
    world = make_world(most_failures_address=6)
    account = add(world)
    for number in range(6):
        with pytest.raises(NotAllowed):
            sign_in(world, "wrong", email=f"user{number}@example.org")
    with pytest.raises(Locked):
        sign_in(world, account.password)
    assert sign_in(world, account.password, address="198.51.100.7")


def test_a_success_forgets_the_failures_before_it(world: World) -> None:
    account = add(world)
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(NotAllowed):
                sign_in(world, "wrong")
        sign_in(world, account.password)


def test_a_session_in_use_asks_to_be_noted_once_a_minute(world: World) -> None:
    token = sign_in(world, add(world).password).session_token
    assert who(world, token).noted
    world.clock.advance(minutes=1)
    assert not who(world, token).noted
    with world.database.transaction() as session:
        sessions.note_use(session, token)
    assert who(world, token).noted


def test_a_session_ends_when_idle_when_old_and_when_signed_out(make_world: Make) -> None:
    world = make_world(session_idle=timedelta(hours=1), session_longest=timedelta(hours=5))
    account = add(world)
    idle = sign_in(world, account.password).session_token
    world.clock.advance(minutes=59)
    who(world, idle)
    world.clock.advance(minutes=1)
    with pytest.raises(NotAllowed):
        who(world, idle)
    used = sign_in(world, account.password).session_token
    for _ in range(5):
        world.clock.advance(minutes=59)
        with world.database.transaction() as session:
            sessions.note_use(session, used)
        who(world, used)
    world.clock.advance(minutes=6)
    with pytest.raises(NotAllowed):
        who(world, used)
    out = sign_in(world, account.password).session_token
    with world.database.transaction() as session:
        coordinators.sign_out(session, out)
    with pytest.raises(NotAllowed):
        who(world, out)


def test_tokens_and_passwords_are_kept_as_hashes_only(world: World) -> None:
    account = add(world, token=True)
    signed = sign_in(world, account.password)
    with world.database.reading() as session:
        kept = [
            *session.scalars(select(CoordinatorSession.digest)),
            *session.scalars(select(ApiToken.digest)),
            *session.scalars(select(Coordinator.password_hash)),
        ]
    assert account.token
    for secret in (account.password, account.token, signed.session_token):
        assert all(secret not in (held or "") for held in kept)
    assert any((held or "").startswith("$argon2id$") for held in kept)
