"""Who has a request open: told to the others, and over by itself."""

from __future__ import annotations

import pytest

from handoff import events, presence
from handoff.presence import Present
from handoff.views import Actor
from tests.handoff.world import World


@pytest.fixture
def anna(world: World) -> Actor:
    return world.coordinator("Anna")


@pytest.fixture
def number(world: World) -> int:
    return world.ask_person().number


def look(world: World, actor: Actor, number: int) -> None:
    with world.database.transaction() as session:
        presence.look(session, actor, number)


def seen(world: World, number: int, but: str | None = None) -> tuple[Present, ...]:
    with world.database.reading() as session:
        return presence.list_present(session, [number], but=but).get(number, ())


def test_whoever_looks_is_seen_by_others_and_not_by_themselves(world: World, anna: Actor, number: int) -> None:
    look(world, anna, number)
    assert seen(world, number) == (Present("Anna", writing=False),)
    assert seen(world, number, but=anna.id) == ()


def test_whoever_writes_is_seen_writing_for_a_moment(world: World, anna: Actor, number: int) -> None:
    with world.database.transaction() as session:
        presence.write(session, anna, number)
    assert seen(world, number)[0].writing
    world.clock.advance(seconds=10)
    assert seen(world, number) == (Present("Anna", writing=False),)


def test_a_browser_that_is_lost_is_gone_by_itself(world: World, anna: Actor, number: int) -> None:
    look(world, anna, number)
    world.clock.advance(seconds=41)
    assert seen(world, number) == ()


def test_leaving_is_seen_at_once(world: World, anna: Actor, number: int) -> None:
    look(world, anna, number)
    with world.database.transaction() as session:
        presence.leave(session, anna, number)
    assert seen(world, number) == ()


def test_others_are_woken_by_news_alone(world: World, anna: Actor, number: int) -> None:
    woken = []
    for _ in range(2):
        with world.database.transaction() as session:
            presence.look(session, anna, number)
            woken.append(events.presence_topic(number) in session.info.get("topics", set()))
    assert woken == [True, False]


def test_an_unknown_request_is_looked_at_by_nobody(world: World, anna: Actor) -> None:
    look(world, anna, 404)
    assert seen(world, 404) == ()
