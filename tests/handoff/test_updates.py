"""What comes in from a chat channel is kept once, handled in order, and then forgotten, on both databases."""

from datetime import timedelta

from sqlalchemy import select

from handoff.models.channel import ChannelUpdate
from handoff.updates import (
    NewUpdate,
    finish_update,
    forget_updates,
    give_back,
    lease_updates,
    newest_update_id,
    postpone_update,
    store_updates,
)
from tests.handoff.world import World

T = "telegram"


def store(world: World, *arrived: tuple[int, str]) -> int:
    with world.database.transaction() as session:
        return store_updates(
            session, T, [NewUpdate(number, chat, {"update_id": number}) for number, chat in arrived]
        )


def lease(world: World, limit: int = 10) -> list[int]:
    with world.database.transaction() as session:
        return [stored.update_id for stored in lease_updates(session, T, limit=limit)]


def finish(world: World, number: int) -> bool:
    with world.database.transaction() as session:
        return finish_update(session, T, number)


def test_an_update_is_stored_once(world: World) -> None:
    assert store(world, (1, "a"), (2, "a"), (2, "a")) == 2
    assert store(world, (2, "a"), (3, "b")) == 1
    with world.database.reading() as session:
        assert newest_update_id(session, T) == 3


def test_one_update_a_chat_at_a_time_and_in_order(world: World) -> None:
    store(world, (2, "a"), (1, "a"), (3, "b"))
    assert lease(world) == [1, 3]
    assert lease(world) == []
    assert finish(world, 1)
    assert lease(world) == [2]


def test_it_has_its_effect_once(world: World) -> None:
    store(world, (1, "a"))
    lease(world)
    assert finish(world, 1)
    assert not finish(world, 1)
    with world.database.reading() as session:
        assert session.scalars(select(ChannelUpdate)).one().payload is None


def test_the_update_of_a_worker_that_died_comes_back(world: World) -> None:
    store(world, (1, "a"))
    assert lease(world) == [1]
    world.clock.advance(seconds=61)
    assert lease(world) == [1]


def test_what_a_stopping_worker_gives_back_is_due_at_once(world: World) -> None:
    store(world, (1, "a"))
    lease(world)
    with world.database.transaction() as session:
        give_back(session, T, 1)
    assert lease(world) == [1]


def test_a_failing_update_is_tried_again_later_and_given_up_at_last(world: World) -> None:
    store(world, (1, "a"), (2, "a"))
    for _ in range(2):
        assert lease(world) == [1]
        with world.database.transaction() as session:
            assert not postpone_update(session, T, 1, most_attempts=3)
        assert lease(world) == []
        world.clock.advance(seconds=10)
    assert lease(world) == [1]
    with world.database.transaction() as session:
        assert postpone_update(session, T, 1, most_attempts=3)
    assert lease(world) == [2]


def test_handled_updates_are_forgotten_but_the_newest(world: World) -> None:
    store(world, (1, "a"), (2, "b"), (3, "c"))
    for number in (1, 2, 3):
        finish(world, number)
    world.clock.advance(days=4)
    with world.database.transaction() as session:
        assert forget_updates(session, world.clock() - timedelta(days=3)) == 2
        assert newest_update_id(session, T) == 3
