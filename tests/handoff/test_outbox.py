from __future__ import annotations

import threading

import pytest

from handoff import events, outbox, requests
from handoff.conversations import finish_turn
from handoff.errors import IllegalMove, NotFound
from handoff.models.outbox import Outgoing
from handoff.outbox import Delivery
from handoff.sweeping import sweep
from tests.handoff.world import World, text


def lease(world: World, limit: int = 20) -> list[Delivery]:
    with world.database.transaction() as session:
        return outbox.lease_deliveries(session, ["telegram"], limit=limit)


def sent(world: World, row: Delivery) -> bool:
    with world.database.transaction() as session:
        return outbox.mark_sent(session, row)


def failed(world: World, row: Delivery, *, permanent: bool = False, retry_after: float | None = None) -> str:
    with world.database.transaction() as session:
        return outbox.mark_failed(session, row, "network", permanent=permanent, retry_after=retry_after)


def drain(world: World) -> None:
    while rows := lease(world):
        for row in rows:
            sent(world, row)


@pytest.fixture
def chat(world: World) -> str:
    return world.visitor(channel="telegram", external_id="42")


def test_what_is_said_leaves_and_what_the_visitor_says_does_not(world: World, chat: str) -> None:
    drain(world)
    world.say(chat, "Jautājums")
    assert lease(world) == []
    (answer,) = world.answer(text("Atbilde"))
    (row,) = lease(world)
    assert (row.address, row.message) == ("42", answer)


def test_nothing_leaves_for_a_browser(world: World) -> None:
    world.visitor()
    assert lease(world) == []


def test_what_was_rolled_back_never_leaves(world: World, chat: str) -> None:
    drain(world)
    world.say(chat)
    (turn,) = world.lease()
    with pytest.raises(ZeroDivisionError), world.database.transaction() as session:
        assert [1 / 0 for _ in finish_turn(session, turn, [text("Atbilde")])]
    assert lease(world) == []


def test_rows_of_one_address_leave_in_order(world: World, chat: str) -> None:
    world.say(chat)
    world.answer(text("viens"), text("divi"))
    world.visitor(channel="telegram", external_id="43")
    rows = lease(world)
    assert [(row.address, row.message.text) for row in rows if row.message] == [
        ("42", "Labdien!"),
        ("43", "Labdien!"),
    ]
    assert lease(world) == []
    sent(world, rows[0])
    (row,) = lease(world)
    assert row.message is not None
    assert row.message.text == "viens"


def test_a_dead_workers_row_comes_back(world: World, chat: str) -> None:
    (row,) = lease(world)
    world.clock.advance(seconds=59)
    assert lease(world) == []
    world.clock.advance(seconds=1)
    (again,) = lease(world)
    assert (again.id, again.attempts, again.dedupe) == (row.id, 2, row.dedupe)
    assert sent(world, again)
    assert not sent(world, row)


def test_an_overtaken_worker_does_not_undo_what_was_sent(world: World, chat: str) -> None:
    (first,) = lease(world)
    world.clock.advance(seconds=60)
    (second,) = lease(world)
    assert failed(world, first, permanent=True) == "waiting"
    assert sent(world, second)


def test_failures_wait_longer_each_time_then_are_given_up_with_a_reason(world: World, chat: str) -> None:
    pauses: list[float] = []
    while True:
        (row,) = lease(world)
        if failed(world, row) == "failed":
            break
        with world.database.reading() as session:
            due = session.get_one(Outgoing, row.id).try_at
        pauses.append((due - world.clock()).total_seconds())
        assert lease(world) == []
        world.clock.at = due
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]
    with world.database.reading() as session:
        message = world.messages(chat)[0]
        told = outbox.delivery_states(session, [message.id])[message.id]
    assert (told["state"], told["reason"], told["attempts"]) == ("failed", "network", 12)


def test_the_channels_own_pause_is_kept(world: World, chat: str) -> None:
    (row,) = lease(world)
    failed(world, row, retry_after=37)
    world.clock.advance(seconds=36)
    assert lease(world) == []
    world.clock.advance(seconds=1)
    assert len(lease(world)) == 1


def test_a_failed_one_is_sent_again_on_request(world: World, chat: str) -> None:
    (row,) = lease(world)
    assert failed(world, row, permanent=True) == "failed"
    with world.database.transaction() as session:
        outbox.resend(session, row.id)
    (again,) = lease(world)
    assert again.id == row.id
    sent(world, again)
    with world.database.transaction() as session, pytest.raises(IllegalMove):
        outbox.resend(session, row.id)
    with world.database.transaction() as session, pytest.raises(NotFound):
        outbox.resend(session, 999_999)


def test_the_same_thing_is_put_once(world: World) -> None:
    with world.database.transaction() as session:
        assert outbox.put(session, "telegram", "1", "notice", "notice:7", {})
        assert not outbox.put(session, "telegram", "1", "notice", "notice:7", {})
    assert len(lease(world)) == 1


def test_a_closed_address_keeps_nothing_waiting(world: World, chat: str) -> None:
    world.say(chat)
    world.answer(text("viens"), text("divi"))
    with world.database.transaction() as session:
        assert outbox.cancel_address(session, "telegram", "42", "blocked") == 3
    assert lease(world) == []


def test_the_coordinator_sees_what_did_not_arrive_and_is_told_once(world: World, chat: str) -> None:
    anna = world.coordinator("Anna")
    number = world.ask_person(chat).number
    reply = world.reply(anna, number, "Labdien!")
    with world.database.transaction() as session:
        outbox.cancel_address(session, "telegram", "42", "blocked")
    assert sweep(world.database).undelivered > 0
    assert sweep(world.database).undelivered == 0
    with world.database.transaction() as session:
        dossier = requests.get_dossier(session, anna, number)
    assert dossier.evidence[reply.id]["delivery"]["reason"] == "blocked"


def test_writing_wakes_who_sends(world: World, chat: str) -> None:
    woken = threading.Event()
    unsubscribe = world.database.broker.subscribe(events.OUTBOX, woken.set)
    listening = getattr(world.database.broker, "listening", None)
    assert listening is None or listening.wait(10)
    world.say(chat)
    world.answer()
    assert woken.wait(10)
    unsubscribe()
