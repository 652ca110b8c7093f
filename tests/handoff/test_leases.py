"""Turns of a process that was killed."""

from __future__ import annotations

from handoff.turns import free_turns
from tests.handoff.world import World, text


def test_what_a_killed_process_had_begun_is_leased_again_at_once(world: World) -> None:
    talk = world.visitor()
    world.say(talk, "Kas ir sociālā inovācija?")
    (begun,) = world.lease()
    assert world.lease() == []
    with world.database.transaction() as session:
        assert free_turns(session) == 1
    (again,) = world.lease()
    assert (again.message.id, again.attempts) == (begun.message.id, begun.attempts + 1)


def test_what_was_answered_stays_answered(world: World) -> None:
    talk = world.visitor()
    world.say(talk, "Kas ir sociālā inovācija?")
    world.answer(text("Atbilde."))
    with world.database.transaction() as session:
        assert free_turns(session) == 0
    assert world.lease() == []
