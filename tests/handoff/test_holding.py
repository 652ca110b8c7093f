"""A hold is set and lifted by administrators, with a reason that colleagues see and the audit trail does not."""

from __future__ import annotations

import pytest

from handoff import audit, requests
from handoff.erasure import erase_conversation
from handoff.errors import Invalid, NotAllowed, NotFound
from handoff.holding import set_hold
from handoff.models.conversation import Conversation
from handoff.models.request import RequestEvent
from handoff.views import Actor
from tests.handoff.world import World

WHY = "Strīds par līgumu"


def put(world: World, actor: Actor, number: int, *, hold: bool = True, reason: str = WHY) -> None:
    with world.database.transaction() as session:
        set_hold(session, actor, number, hold=hold, reason=reason)


def is_held(world: World, conversation: str) -> bool:
    with world.database.reading() as session:
        return session.get_one(Conversation, conversation).hold


def test_the_reason_stands_in_the_history_and_not_in_the_trail(world: World) -> None:
    boss, number = world.coordinator("Vija", role="administrator"), world.ask_person().number
    put(world, boss, number)
    put(world, boss, number, hold=False, reason="Beidzies")
    with world.database.transaction() as session:
        history = requests.get_dossier(session, boss, number).history
        trail = [audit.list_entries(session, action=f"request.{act}")[0] for act in ("hold", "unhold")]
    moves = [event for event in history if event["action"] in ("hold", "unhold")]
    told = [(event["action"], event["actor"], event["details"]["note"]) for event in moves]
    assert told == [("hold", "Vija", WHY), ("unhold", "Vija", "Beidzies")]
    assert [(entry.actor, entry.subject, entry.details) for entry in trail] == [
        (boss.id, f"request:{number}", {})
    ] * 2


@pytest.mark.parametrize("role", ["coordinator", "editor", "viewer"])
def test_only_administrators_may(world: World, role: str) -> None:
    somebody, request = world.coordinator("Anna", role=role), world.ask_person()
    with pytest.raises(NotAllowed):
        put(world, somebody, request.number)
    assert not is_held(world, request.conversation_id)


def test_without_a_reason_or_a_request_it_is_refused(world: World) -> None:
    boss, number = world.coordinator("Vija", role="administrator"), world.ask_person().number
    for reason in ("", " \n", "x" * 1001):
        with pytest.raises(Invalid):
            put(world, boss, number, reason=reason)
    with pytest.raises(NotFound):
        put(world, boss, number + 1)


def test_holding_twice_is_once(world: World) -> None:
    boss, number = world.coordinator("Vija", role="administrator"), world.ask_person().number
    put(world, boss, number)
    put(world, boss, number, reason="vēlreiz")
    with world.database.reading() as session:
        assert len(audit.list_entries(session, action="request.hold")) == 1


def test_a_conversation_is_held_while_any_of_its_requests_is(world: World) -> None:
    boss, talk = world.coordinator("Vija", role="administrator"), world.visitor()
    first = world.ask_person(talk).number
    world.claim(boss, first)
    world.close(boss, first)
    second = world.ask_person(talk).number
    put(world, boss, first)
    put(world, boss, second)
    put(world, boss, second, hold=False)
    assert is_held(world, talk)
    put(world, boss, first, hold=False)
    assert not is_held(world, talk)


def test_the_reason_goes_when_the_person_is_erased(world: World) -> None:
    boss, request = world.coordinator("Vija", role="administrator"), world.ask_person()
    put(world, boss, request.number)
    with world.database.transaction() as session:
        erase_conversation(session, request.conversation_id)
    with world.database.reading() as session:
        notes = [event.details.get("note") for event in session.query(RequestEvent)]
    assert set(notes) == {None}
