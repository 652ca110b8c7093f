from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from sqlalchemy import select

from handoff import notifying, requests
from handoff.conversations import get_conversation
from handoff.coordinators import disable_coordinator, set_absence, set_profile
from handoff.messages import Author
from handoff.models.outbox import Notification
from handoff.sweeping import Swept, sweep
from handoff.views import Actor, Owner
from tests.handoff.world import World, handoff, text

Make = Callable[..., World]


def kinds_for(world: World, actor: Actor) -> list[str]:
    with world.database.reading() as session:
        return [row.kind for row in reversed(notifying.list_notifications(session, actor.id))]


def test_a_quiet_sweep_does_nothing(world: World) -> None:
    world.coordinator("Anna")
    world.ask_person()
    assert sweep(world.database) == Swept()


def test_a_message_nobody_answers_becomes_a_request(world: World) -> None:
    conversation = world.visitor()
    world.say(conversation, "Vai kāds ir?")
    world.clock.advance(minutes=4.9)
    assert sweep(world.database).stranded == 0
    world.clock.advance(minutes=0.2)
    assert sweep(world.database).stranded == 1
    last = world.messages(conversation)[-1]
    assert (last.author, last.kind) == (Author.SYSTEM, "handoff")
    assert "stranded" in last.text
    assert last.data["request"]["state"] == "new"
    assert world.request(last.data["request"]["number"]).reason == "failure"
    assert world.lease() == []
    assert sweep(world.database).stranded == 0


def test_a_message_on_which_workers_die_becomes_a_request(make_world: Make) -> None:
    world = make_world(stranded_minutes=600)
    conversation = world.visitor()
    world.say(conversation)
    for _ in range(6):
        assert len(world.lease()) == 1
        assert sweep(world.database).stranded == 0
        world.clock.advance(seconds=61)
    assert sweep(world.database).stranded == 1
    assert world.conversation(conversation).owner is Owner.QUEUE


def test_a_leased_turn_is_left_to_its_worker(world: World) -> None:
    conversation = world.visitor()
    world.say(conversation)
    world.clock.advance(minutes=10)
    (turn,) = world.lease()
    assert sweep(world.database).stranded == 0
    assert world.finish(turn, text("Tomēr"))[0].text == "Tomēr"


def test_what_waits_behind_a_turn_in_hand_is_left_in_order(world: World) -> None:
    conversation = world.visitor()
    world.say(conversation, "viens")
    world.say(conversation, "divi")
    world.clock.advance(minutes=10)
    (turn,) = world.lease()
    assert sweep(world.database).stranded == 0
    world.finish(turn)
    assert sweep(world.database).stranded == 1


def test_several_stranded_messages_are_told_of_once(world: World) -> None:
    conversation = world.visitor()
    for said in ("viens", "divi", "trīs"):
        world.say(conversation, said)
    world.clock.advance(minutes=6)
    assert sweep(world.database).stranded == 1
    assert [said.kind for said in world.messages(conversation)].count("handoff") == 1


def test_a_claimed_request_without_a_reply_goes_back_and_all_hear_of_it(make_world: Make) -> None:
    world = make_world(take_back_minutes=60)
    anna, berta, conversation = world.coordinator("Anna"), world.coordinator("Berta"), world.visitor()
    number = world.ask_person(conversation).number
    world.claim(anna, number)
    world.clock.advance(minutes=59)
    assert sweep(world.database).taken_back == 0
    world.clock.advance(minutes=1)
    assert sweep(world.database).taken_back == 1
    assert world.conversation(conversation).owner is Owner.QUEUE
    assert world.messages(conversation)[-1].data["event"] == "taken_back"
    assert world.request(number).suggested == "berta@example.org"
    assert kinds_for(world, anna)[-1] == "taken_back"
    assert kinds_for(world, berta)[-1] == "opened"


def test_nothing_is_taken_back_outside_opening_hours(make_world: Make) -> None:
    world = make_world(take_back_minutes=60)
    anna = world.coordinator("Anna")
    world.clock.at = datetime(2026, 11, 27, 14, 30, tzinfo=timezone.utc)
    number = world.ask_person().number
    world.claim(anna, number)
    world.clock.advance(days=2)
    assert sweep(world.database).taken_back == 0
    world.clock.at = datetime(2026, 11, 30, 7, 30, tzinfo=timezone.utc)
    assert sweep(world.database).taken_back == 1


def test_a_request_that_waits_for_the_visitor_is_not_taken_back(make_world: Make) -> None:
    world = make_world(take_back_minutes=60)
    anna = world.coordinator("Anna")
    number = world.ask_person().number
    world.reply(anna, number, then_wait=True)
    world.clock.advance(days=3)
    swept = sweep(world.database)
    assert (swept.taken_back, swept.breached) == (0, 0)


def test_a_promise_is_warned_of_then_its_breach_is_told_once(world: World) -> None:
    anna = world.coordinator("Anna", role="administrator")
    number = world.ask_person().number
    due = world.request(number).due_at
    assert due is not None
    assert (due - world.clock()).total_seconds() == pytest.approx(7200, abs=1)
    world.clock.advance(minutes=91)
    assert sweep(world.database).warned == 1
    assert sweep(world.database).warned == 0
    world.clock.advance(minutes=30)
    assert sweep(world.database).breached == 1
    assert sweep(world.database).breached == 0
    assert world.request(number).breached
    assert [kind for kind in kinds_for(world, anna) if kind in ("warning", "breach")] == ["warning", "breach"]


def test_a_reply_begins_a_new_promise(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    world.clock.advance(minutes=125)
    assert sweep(world.database).breached == 1
    world.reply(anna, number)
    assert not world.request(number).breached
    assert world.request(number).due_kind == "resolution"
    world.say(conversation, "Vēl kas")
    assert world.request(number).due_kind == "next"


def test_an_unclaimed_request_is_told_of_again_and_again(make_world: Make) -> None:
    world = make_world(escalate_minutes=30, first_response_minutes=100_000)
    anna = world.coordinator("Anna")
    world.ask_person()
    world.clock.advance(minutes=31)
    assert sweep(world.database).escalated == 1
    assert sweep(world.database).escalated == 0
    world.clock.advance(days=1)
    assert sweep(world.database).escalated == 1
    assert kinds_for(world, anna).count("unclaimed") == 2


def test_a_reminder_comes_on_its_day_once(world: World) -> None:
    anna = world.coordinator("Anna")
    number = world.ask_person().number
    world.reply(anna, number, then_wait=True)
    with world.database.transaction() as session:
        requests.remind(session, anna, number, world.clock.at.replace(day=26), "zvanīt")
    world.clock.advance(days=1)
    assert sweep(world.database).reminded == 0
    world.clock.advance(days=5)
    assert sweep(world.database).reminded == 1
    assert sweep(world.database).reminded == 0
    assert "reminder" in kinds_for(world, anna)


def test_a_request_whose_visitor_never_answers_is_closed_with_a_word(make_world: Make) -> None:
    world = make_world(close_waiting_days=14)
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    world.reply(anna, number, then_wait=True)
    world.clock.advance(days=14, minutes=1)
    assert sweep(world.database).closed == 1
    assert world.request(number).outcome == "no_contact"
    assert world.messages(conversation)[-1].data["event"] == "closed"


def test_work_is_given_oldest_first_when_somebody_arrives(make_world: Make) -> None:
    world = make_world(assign=True)
    anna = world.coordinator("Anna", most_open=2)
    numbers = [world.ask_person().number for _ in range(3)]
    assert sweep(world.database).assigned == 0
    world.present(anna)
    assert sweep(world.database).assigned == 2
    assert [world.request(number).state for number in numbers] == ["claimed", "claimed", "new"]
    world.reply(anna, numbers[0])
    world.close(anna, numbers[0])
    world.present(anna)
    assert sweep(world.database).assigned == 1


def test_work_goes_by_skill_then_load_then_turn(make_world: Make) -> None:
    world = make_world(assign=True)
    anna = world.coordinator("Anna", skills=["ageing"])
    berta = world.coordinator("Berta", skills=[])
    cilda = world.coordinator("Cilda", skills=["culture"])
    world.present(anna, berta, cilda)
    topics = ["ageing", "culture", "health", "ageing", None]
    numbers = [world.ask_person(topic=topic).number for topic in topics]
    sweep(world.database)
    holders = [world.request(number).assignee_name for number in numbers]
    assert holders == ["Anna", "Cilda", "Berta", "Anna", "Berta"]


def test_work_goes_first_to_who_speaks_the_language(make_world: Make) -> None:
    world = make_world(assign=True)
    anna = world.coordinator("Anna", skills=["ageing"])
    berta = world.coordinator("Berta", languages=["lv", "en"], most_open=1)
    world.present(anna, berta)
    english = [world.ask_person(world.visitor(locale="en"), topic="ageing").number for _ in range(2)]
    sweep(world.database)
    holders = [world.request(number).assignee_name for number in english]
    assert holders == ["Berta", "Anna"], "where nobody else speaks it, anybody helps"


def test_russian_is_heard_though_the_bot_speaks_none(make_world: Make) -> None:
    world = make_world()
    anna = world.coordinator("Anna", most_open=100)
    cilda = world.coordinator("Cilda", languages=["lv", "ru"])
    world.present(anna, cilda)
    asked = world.visitor()
    world.say(asked, "Позовите человека, пожалуйста")
    world.answer(replace(handoff(), evidence={"about": {"language": "ru"}}))
    with world.database.reading() as session:
        number = get_conversation(session, asked).request_number
    assert number is not None
    assert world.request(number).suggested == "cilda@example.org"
    world.claim(anna, number)
    with world.database.transaction() as session:
        requests.release(session, anna, number)
    assert world.request(number).suggested == "cilda@example.org", "it is remembered when the request comes back"


def test_without_a_word_on_languages_the_language_of_the_desk_counts(make_world: Make) -> None:
    world = make_world()
    anna, berta = world.coordinator("Anna"), world.coordinator("Berta")
    with world.database.transaction() as session:
        set_profile(session, berta, locale="en")
    world.present(anna, berta)
    assert world.ask_person(world.visitor(locale="en")).suggested == "berta@example.org"


def test_equals_take_turns(make_world: Make) -> None:
    world = make_world(assign=True)
    people = [world.coordinator(name) for name in ("Anna", "Berta", "Cilda")]
    given = []
    for _ in range(6):
        world.clock.advance(seconds=5)
        world.present(*people)
        number = world.ask_person().number
        sweep(world.database)
        given.append(world.request(number).assignee_name)
        world.close(next(p for p in people if p.name == given[-1]), number)
    assert sorted(given[:3]) == ["Anna", "Berta", "Cilda"]
    assert given[3:] == given[:3]


def test_an_absent_coordinator_is_covered(world: World) -> None:
    anna, berta = world.coordinator("Anna"), world.coordinator("Berta")
    with world.database.transaction() as session:
        set_absence(session, anna, begin=None, end=world.clock.at.replace(day=30), cover=berta.email)
    number = world.ask_person().number
    assert world.request(number).suggested == "berta@example.org"
    with world.database.reading() as session:
        receivers = session.scalars(select(Notification.coordinator_id).where(Notification.kind == "opened")).all()
    assert receivers == [berta.id]


def test_requests_of_a_disabled_coordinator_go_back(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    world.claim(anna, number)
    with world.database.transaction() as session:
        disable_coordinator(session, anna.email)
    assert world.request(number).state == "new"
    assert world.conversation(conversation).owner is Owner.QUEUE


def test_two_sweepers_do_each_thing_once(world: World) -> None:
    world.coordinator("Anna")
    for _ in range(5):
        world.say(world.visitor())
    world.clock.advance(minutes=10)
    with ThreadPoolExecutor(4) as pool:
        swept = list(pool.map(lambda _: sweep(world.database), range(4)))
    assert sum(one.stranded for one in swept) == 5
