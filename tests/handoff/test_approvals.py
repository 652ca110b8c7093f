"""Approve first: the bot's answers on a theme wait for a coordinator, and are never left lying."""

from __future__ import annotations

from uuid import uuid4

import pytest

from handoff import requests
from handoff.approvals import approve, refuse, set_themes
from handoff.conversations import finish_turn
from handoff.erasure import erase_conversation
from handoff.errors import AlreadyClaimed, IllegalMove, NotAllowed
from handoff.held import list_held, list_themes
from handoff.messages import Draft, Effect, Message, MessageKind, SourceLink
from handoff.models.desk import HeldAnswer
from handoff.views import Actor, Held, Owner
from tests.handoff.world import World, text

SOURCE = SourceLink("lv/veseliba", "Veselība", "", "/library/lv/veseliba#p1", "Atbilde", 0.9)


def answer(theme: str = "health", effect: Effect | None = None) -> Draft:
    return Draft(
        MessageKind.ANSWER, "Atbilde", "lv", sources=(SOURCE,), evidence={"themes": [theme]}, effect=effect
    )


@pytest.fixture
def anna(world: World) -> Actor:
    boss = world.coordinator("Boss", "administrator")
    with world.database.transaction() as session:
        set_themes(session, boss, ["health"])
    return world.coordinator("Anna")


def ask(world: World, *drafts: Draft) -> tuple[str, list[Message]]:
    conversation = world.visitor()
    world.say(conversation)
    return conversation, world.answer(*(drafts or [answer()]))


def number_of(world: World, conversation: str) -> int:
    number = world.conversation(conversation).request_number
    assert number is not None
    return number


def held_of(world: World, number: int) -> list[Held]:
    with world.database.reading() as session:
        return list_held(session, number)


def test_the_answer_waits_and_the_person_is_told_who_looks_first(world: World, anna: Actor) -> None:
    conversation, (told,) = ask(world)
    assert (told.kind, told.text.split("\n")[0], told.sources) == (MessageKind.HANDOFF, "held", ())
    assert world.conversation(conversation).owner is Owner.QUEUE
    request = world.request(number_of(world, conversation))
    assert (request.reason, request.topic, request.due_at is not None) == ("theme", "health", True)
    (held,) = held_of(world, request.number)
    assert (held.text, held.sources, held.question_seq) == ("Atbilde", (SOURCE,), 2)


def test_other_themes_are_answered_at_once(world: World, anna: Actor) -> None:
    conversation, (told,) = ask(world, answer("education"))
    assert told.kind is MessageKind.ANSWER
    assert world.conversation(conversation).owner is Owner.BOT


def test_an_offer_of_a_person_said_with_it_falls_away(world: World, anna: Actor) -> None:
    offer = Draft(MessageKind.CHOICE, "Vai vēlaties runāt ar cilvēku?", "lv", data={"offer": "person:theme"})
    _, told = ask(world, answer(), offer)
    assert [message.kind for message in told] == [MessageKind.HANDOFF]


def test_what_the_answer_would_have_done_besides_is_done(world: World, anna: Actor) -> None:
    conversation, _ = ask(world, answer(effect=Effect("locale", {"locale": "en"})))
    assert world.conversation(conversation).locale == "en"


def test_approving_sends_it_once_with_its_sources(world: World, anna: Actor) -> None:
    conversation, _ = ask(world)
    number = number_of(world, conversation)
    (held,) = held_of(world, number)
    with world.database.transaction() as session:
        sent = approve(session, anna, number, held.id, text=held.text, client_id=str(uuid4()))
    assert (sent.text, sent.sources, sent.data["name"]) == ("Atbilde", (SOURCE,), "Anna")
    assert world.conversation(conversation).owner is Owner.COORDINATOR
    with world.database.transaction() as session, pytest.raises(IllegalMove):
        approve(session, anna, number, held.id, text=held.text, client_id=str(uuid4()))
    assert [said.text for said in world.messages(conversation)].count("Atbilde") == 1


@pytest.mark.parametrize(("said", "state"), [("Atbilde", "sent"), ("Cita atbilde", "changed")])
def test_what_became_of_it_is_kept(world: World, anna: Actor, said: str, state: str) -> None:
    conversation, _ = ask(world)
    number = number_of(world, conversation)
    (held,) = held_of(world, number)
    with world.database.transaction() as session:
        approve(session, anna, number, held.id, text=said, client_id=str(uuid4()))
    with world.database.reading() as session:
        assert session.get_one(HeldAnswer, held.id).state == state


def test_whoever_refuses_it_answers_in_its_place(world: World, anna: Actor) -> None:
    conversation, _ = ask(world)
    number = number_of(world, conversation)
    (held,) = held_of(world, number)
    with world.database.transaction() as session:
        refuse(session, anna, number, held.id, "Novecojis avots")
    assert held_of(world, number) == []
    assert world.request(number).assignee == anna.email
    assert "Atbilde" not in [said.text for said in world.messages(conversation)]


def test_a_colleagues_answers_are_left_alone(world: World, anna: Actor) -> None:
    conversation, _ = ask(world)
    number = number_of(world, conversation)
    (held,) = held_of(world, number)
    world.claim(world.coordinator("Berta"), number)
    for decide in (
        lambda session: approve(session, anna, number, held.id, text="Atbilde", client_id=str(uuid4())),
        lambda session: refuse(session, anna, number, held.id),
    ):
        with world.database.transaction() as session, pytest.raises(AlreadyClaimed):
            decide(session)
    assert held_of(world, number) == [held]


def test_a_second_answer_waits_with_the_first(world: World, anna: Actor) -> None:
    conversation, _ = ask(world)
    world.say(conversation, "Un vēl?")
    (told,) = world.answer(answer())
    assert told.text.split("\n\n")[1] == "still_open"
    assert len(held_of(world, number_of(world, conversation))) == 2


def test_an_answer_made_before_a_coordinator_came_is_not_held(world: World, anna: Actor) -> None:
    conversation = world.visitor()
    number = world.ask_person(conversation).number
    world.say(conversation)
    (turn,) = world.lease()
    world.claim(anna, number)
    with world.database.transaction() as session, pytest.raises(Exception, match="taken"):
        finish_turn(session, turn, [answer()])
    assert held_of(world, number) == []


def test_it_falls_with_its_request(world: World, anna: Actor) -> None:
    conversation, _ = ask(world)
    number = number_of(world, conversation)
    (held,) = held_of(world, number)
    with world.database.transaction() as session:
        requests.withdraw(session, conversation)
    with world.database.transaction() as session, pytest.raises(IllegalMove):
        approve(session, anna, number, held.id, text="Atbilde", client_id=str(uuid4()))


def test_it_goes_when_the_person_erases_the_conversation(world: World, anna: Actor) -> None:
    conversation, _ = ask(world)
    with world.database.transaction() as session:
        erase_conversation(session, conversation)
    with world.database.reading() as session:
        assert session.query(HeldAnswer).count() == 0


def test_switching_a_theme_off_strands_nothing(world: World, anna: Actor) -> None:
    conversation, _ = ask(world)
    boss = world.coordinator("Otrs", "administrator")
    with world.database.transaction() as session:
        set_themes(session, boss, [])
        assert list_themes(session) == set()
    assert len(held_of(world, number_of(world, conversation))) == 1
    world.say(conversation)
    assert [said.kind for said in world.answer(answer())] == [MessageKind.ANSWER]


def test_only_administrators_say_for_which_themes(world: World, anna: Actor) -> None:
    with world.database.transaction() as session, pytest.raises(NotAllowed):
        set_themes(session, anna, [])


def test_small_talk_is_never_held(world: World, anna: Actor) -> None:
    _, (told,) = ask(world, text("Labdien!"))
    assert told.text == "Labdien!"
