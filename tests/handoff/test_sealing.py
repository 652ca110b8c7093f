"""Seals: which secret opens what, and what happens when it is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest

from handoff import second_factor
from handoff.errors import IllegalMove, NotAllowed
from handoff.models.coordinator import Coordinator
from handoff.sealing import Seal, list_seals, seal, seal_for, unseal, unseal_within
from handoff.views import Actor
from tests.handoff.world import World

Make = Callable[..., World]
FIRST, SECOND = b"a" * 40, b"b" * 40


def set_up(world: World) -> tuple[Actor, str, list[str]]:
    anna = world.coordinator("Anna")
    with world.database.transaction() as session:
        secret, _ = second_factor.begin(session, anna.id)
        codes = second_factor.confirm(session, anna.id, pyotp.TOTP(secret).at(world.clock()))
    world.clock.advance(minutes=1)
    return anna, secret, codes


def seals(world: World) -> list[Seal]:
    with world.database.reading() as session:
        return list(list_seals(session))


def test_a_new_secret_reads_what_the_old_one_sealed_and_seals_it_anew(make_world: Make) -> None:
    anna, secret, _ = set_up(make_world(secret=FIRST))
    turned = make_world(secret=SECOND, secrets_before=(FIRST,))
    assert seals(turned) == [Seal.OLD]
    with turned.database.transaction() as session:
        second_factor.prove(session, anna.id, pyotp.TOTP(secret).at(turned.clock()))
    assert seals(turned) == [Seal.FRESH]
    assert seals(make_world(secret=SECOND)) == [Seal.FRESH]


def test_without_the_right_secret_recovery_codes_are_good_still(make_world: Make) -> None:
    anna, secret, codes = set_up(make_world(secret=FIRST))
    for lost in (make_world(secret=SECOND), make_world()):
        assert seals(lost) == [Seal.UNREADABLE]
        with lost.database.transaction() as session:
            second_factor.prove(session, anna.id, codes.pop())
        with pytest.raises(NotAllowed) as refused, lost.database.transaction() as session:
            second_factor.prove(session, anna.id, pyotp.TOTP(secret).at(lost.clock()))
        assert refused.value.facts["reason"] == "secret"


def test_new_recovery_codes_take_the_place_of_the_old(make_world: Make) -> None:
    world = make_world(secret=FIRST)
    anna, secret, codes = set_up(world)
    with world.database.transaction() as session:
        fresh = second_factor.renew_recovery_codes(session, anna.id, pyotp.TOTP(secret).at(world.clock()))
    for code, good in ((codes[0], False), (fresh[0], True)):
        with world.database.transaction() as session:
            assert second_factor.take_recovery_code(session, anna.id, code) is good
    with pytest.raises(NotAllowed), world.database.transaction() as session:
        second_factor.renew_recovery_codes(session, anna.id, "000000")
    with world.database.transaction() as session:
        session.get_one(Coordinator, anna.id).totp_confirmed_at = None
    with pytest.raises(IllegalMove), world.database.transaction() as session:
        second_factor.renew_recovery_codes(session, anna.id, fresh[1])


def test_what_comes_back_is_taken_only_in_time_and_for_its_purpose(make_world: Make) -> None:
    world, lasts = make_world(secret=FIRST), timedelta(minutes=10)
    with world.database.reading() as session:
        sent = seal_for(session, "told", "one")
        assert unseal_within(session, sent, "one", lasts) == "told"
        assert unseal_within(session, sent, "other", lasts) is None
        assert unseal_within(session, sent[:-4] + "AAA=", "one", lasts) is None
        assert unseal_within(session, "ā", "one", lasts) is None
    world.clock.advance(minutes=11)
    with world.database.reading() as session:
        assert unseal_within(session, sent, "one", lasts) is None
    with make_world().database.reading() as session, pytest.raises(NotAllowed):
        seal_for(session, "told", "one")


def test_without_a_secret_nothing_sealed_opens_and_what_is_kept_plainly_does(make_world: Make) -> None:
    with make_world(secret=FIRST).database.reading() as session:
        sealed = seal(session, "told")
    with make_world().database.reading() as session:
        assert unseal(session, seal(session, "told")) == "told"
        with pytest.raises(NotAllowed):
            unseal(session, sealed)
