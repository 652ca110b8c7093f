"""The clock goes back by an hour: what a dead worker held is not held for that hour too."""

from __future__ import annotations

import pytest

from handoff import outbox, updates
from handoff.updates import NewUpdate
from tests.handoff.world import World, text


def test_a_turn_leased_before_the_clock_went_back_is_answered(world: World) -> None:
    world.say(world.visitor())
    assert len(world.lease()) == 1
    assert world.lease() == []
    world.clock.advance(hours=-1)
    assert len(world.lease()) == 1
    assert world.lease() == []


def test_messages_and_order_hold_when_the_clock_goes_back(world: World) -> None:
    talk = world.visitor()
    world.say(talk, "pirmais")
    world.clock.advance(hours=-1)
    world.say(talk, "otrais")
    for expected in ("pirmais", "otrais"):
        (turn,) = world.lease()
        assert turn.message.text == expected
        world.finish(turn, text(f"re {expected}"))
    assert [one.seq for one in world.messages(talk)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("leased", [False, True])
def test_what_is_to_leave_the_building_does_not_wait_for_the_clock(world: World, leased: bool) -> None:
    talk = world.visitor(channel="telegram", external_id="42")

    def lease() -> int:
        with world.database.transaction() as session:
            return len(outbox.lease_deliveries(session, ["telegram"]))

    assert world.messages(talk)
    if leased:
        assert lease() == 1
    world.clock.advance(hours=-1)
    # One that has been tried is tried again when its time comes; nothing is lost, it only waits.
    assert lease() == (0 if leased else 1)
    world.clock.advance(hours=1, minutes=2)
    assert lease() == 1


def test_updates_are_handled_although_the_clock_went_back(world: World) -> None:
    def store(number: int) -> None:
        with world.database.transaction() as session:
            updates.store_updates(session, "telegram", [NewUpdate(number, str(number), {})])

    def lease() -> list[int]:
        with world.database.transaction() as session:
            return [one.update_id for one in updates.lease_updates(session, "telegram", limit=5)]

    store(1)
    world.clock.advance(hours=-1)
    assert lease() == [1]
    world.clock.advance(hours=1)
    store(2)
    assert lease() == [1, 2]
