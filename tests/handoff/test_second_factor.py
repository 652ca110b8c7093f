"""The second factor and its recovery codes."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest

from handoff import second_factor
from handoff.errors import Locked, NotAllowed
from handoff.models.coordinator import Coordinator
from handoff.views import Actor
from tests.handoff.accounts import add, sign_in
from tests.handoff.world import World

Make = Callable[..., World]


def set_up_factor(world: World, actor: Actor) -> tuple[pyotp.TOTP, list[str]]:
    with world.database.transaction() as session:
        secret, address = second_factor.begin(session, actor.id)
    assert address.startswith("otpauth://totp/")
    totp = pyotp.TOTP(secret)
    with world.database.transaction() as session:
        codes = second_factor.confirm(session, actor.id, totp.at(world.clock.at))
    return totp, codes


def test_a_second_factor_is_asked_for_once_confirmed(world: World) -> None:
    account = add(world)
    totp, _ = set_up_factor(world, sign_in(world, account.password).actor)
    world.clock.advance(minutes=1)
    with pytest.raises(NotAllowed) as refused:
        sign_in(world, account.password)
    assert refused.value.facts["reason"] == "code_needed"
    with pytest.raises(NotAllowed):
        sign_in(world, account.password, code="000000")
    code = totp.at(world.clock.at)
    assert sign_in(world, account.password, code=f" {code[:3]} {code[3:]} ")


def test_a_code_counts_once(world: World) -> None:
    account = add(world)
    totp, _ = set_up_factor(world, sign_in(world, account.password).actor)
    world.clock.advance(minutes=1)
    code = totp.at(world.clock.at)
    sign_in(world, account.password, code=code)
    with pytest.raises(NotAllowed):
        sign_in(world, account.password, code=code)


def test_a_recovery_code_counts_once(world: World) -> None:
    account = add(world)
    _, codes = set_up_factor(world, sign_in(world, account.password).actor)
    assert len(set(codes)) == 10
    sign_in(world, account.password, code=codes[0])
    with pytest.raises(NotAllowed):
        sign_in(world, account.password, code=codes[0])
    assert sign_in(world, account.password, code=codes[1])


def test_guessing_codes_locks_the_account(world: World) -> None:
    account = add(world)
    set_up_factor(world, sign_in(world, account.password).actor)
    for _ in range(5):
        with pytest.raises(NotAllowed):
            sign_in(world, account.password, code="000000")
    with pytest.raises(Locked):
        sign_in(world, account.password, code="000000")


def test_second_factors_are_sealed_with_the_installations_secret(make_world: Make) -> None:
    world = make_world(secret=b"of this installation")
    anna = world.coordinator("Anna")
    with world.database.transaction() as session:
        secret, _ = second_factor.begin(session, anna.id)
        kept = session.get_one(Coordinator, anna.id).totp_secret or ""
    assert secret not in kept
    elsewhere = make_world(secret=b"of another")
    with elsewhere.database.transaction() as session, pytest.raises(NotAllowed):
        second_factor.confirm(session, anna.id, "123456")
