"""A closed request is rated by a button, without the bot; a rating can be explained and taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from handoff import ratings, requests
from handoff.errors import Invalid
from handoff.exporting import export_conversation
from handoff.feedback import record_verdict
from handoff.messages import Message
from handoff.models.conversation import Conversation
from handoff.models.message import Feedback
from handoff.models.outbox import Outgoing
from handoff.reports.periods import find_period
from handoff.reports.satisfaction import count_satisfaction
from handoff.views import Actor, Verdicts
from tests.handoff.world import TUESDAY, World, text


@pytest.fixture
def anna(world: World) -> Actor:
    return world.coordinator("Anna")


def closed(
    world: World, anna: Actor, conversation: str | None = None, outcome: str = "answered"
) -> tuple[str, int]:
    conversation = conversation or world.visitor()
    number = world.ask_person(conversation).number
    world.reply(anna, number)
    world.close(anna, number, outcome)
    return conversation, number


def last(world: World, conversation: str) -> Message:
    return world.messages(conversation)[-1]


def press(world: World, conversation: str, value: str) -> Message:
    """Presses it and gives what is said to it."""
    world.say(conversation, "", value=value)
    return last(world, conversation)


def read_ratings(world: World) -> list[tuple[int | None, str | None]]:
    with world.database.reading() as session:
        rows = session.scalars(select(Feedback).where(Feedback.about == "request"))
        return [(row.score, row.reason) for row in rows]


def test_closing_asks_for_a_rating_from_one_to_five(world: World, anna: Actor) -> None:
    conversation, number = closed(world, anna)
    asked = last(world, conversation)
    assert (asked.data["event"], "rating.asked" in asked.text) == ("closed", True)
    assert [button.value for button in asked.buttons] == [
        ratings.make_value(number, str(score)) for score in range(1, 6)
    ]


@pytest.mark.parametrize("outcome", ["spam", "no_contact", "withdrawn"])
def test_nobody_is_asked_about_a_request_that_nobody_worked_on_for_them(
    world: World, anna: Actor, outcome: str
) -> None:
    conversation, _ = closed(world, anna, outcome=outcome)
    assert last(world, conversation).buttons == ()


def test_a_rating_is_kept_thanked_for_and_no_turn_of_the_bot(world: World, anna: Actor) -> None:
    conversation, number = closed(world, anna)
    thanks = press(world, conversation, ratings.make_value(number, "5"))
    assert (thanks.author, thanks.text) == ("system", "rating.rated")
    assert [button.value for button in thanks.buttons] == [ratings.make_value(number, "none")]
    assert read_ratings(world) == [(5, None)]
    assert world.lease() == []


def test_a_low_rating_may_be_explained_changed_and_withdrawn(world: World, anna: Actor) -> None:
    conversation, number = closed(world, anna)
    why = press(world, conversation, ratings.make_value(number, "2"))
    assert [button.value.split("=")[-1] for button in why.buttons] == [*ratings.REASONS, "none"]
    press(world, conversation, ratings.make_value(number, "slow"))
    assert read_ratings(world) == [(2, "slow")]
    with world.database.reading() as session:
        found = count_satisfaction(session, find_period("month", TUESDAY.date()))
        assert (found.mean, found.why, found.reasons) == (2, {"slow": 1}, {})
    press(world, conversation, ratings.make_value(number, "4"))
    assert read_ratings(world) == [(4, None)]
    assert press(world, conversation, ratings.make_value(number, "none")).text == "rating.withdrawn"
    assert read_ratings(world) == []
    assert press(world, conversation, ratings.make_value(number, "unclear")).text == "rating.late"
    assert read_ratings(world) == []


def test_what_was_not_offered_here_rates_nothing(world: World, anna: Actor) -> None:
    _, number = closed(world, anna)
    other = world.visitor()
    for value in (ratings.make_value(number, "5"), ratings.make_value(number, "9"), "rate:x:5", "rate:"):
        with pytest.raises(Invalid):
            world.say(other, "", value=value)
    assert read_ratings(world) == []


def test_it_is_asked_once(world: World, anna: Actor) -> None:
    conversation, number = closed(world, anna)
    with world.database.transaction() as session:
        requests.reopen(session, anna, number)
    assert press(world, conversation, ratings.make_value(number, "5")).text == "rating.late"
    world.reply(anna, number)
    world.close(anna, number)
    assert last(world, conversation).buttons == ()


def test_the_bot_reads_nothing_of_a_rating(world: World, anna: Actor) -> None:
    conversation, number = closed(world, anna)
    for what in ("1", "unclear", "none"):
        press(world, conversation, ratings.make_value(number, str(what)))
    world.say(conversation, "Kādi konkursi ir atvērti?")
    (turn,) = world.lease()
    assert turn.recent == ()
    world.finish(turn, text("Tādi"))


def test_a_rating_in_the_middle_of_a_new_matter_leaves_it_as_it_is(world: World, anna: Actor) -> None:
    conversation, number = closed(world, anna)
    world.say(conversation, "Vēl jautājums")
    world.answer()
    press(world, conversation, ratings.make_value(number, "5"))
    with world.database.reading() as session:
        row = session.get_one(Conversation, conversation)
        assert row.started_seq < row.last_seq - 3


def test_the_question_and_the_thanks_go_out_on_a_channel_with_addresses(world: World, anna: Actor) -> None:
    conversation, number = closed(world, anna, world.visitor("telegram", "77"))
    press(world, conversation, ratings.make_value(number, "3"))
    with world.database.reading() as session:
        sent = session.scalars(select(Outgoing.message_id).where(Outgoing.address == "77")).all()
    said = [message.id for message in world.messages(conversation) if message.author == "system"]
    assert set(said) <= set(sent)


def test_a_person_gets_their_rating_with_everything_else(world: World, anna: Actor) -> None:
    conversation, number = closed(world, anna)
    press(world, conversation, ratings.make_value(number, "1"))
    with world.database.transaction() as session:
        (rating,) = export_conversation(session, conversation)["feedback"]
    assert (rating["request_number"], rating["score"]) == (number, 1)


def test_the_dossier_tells_what_the_visitor_thought_of_bot_and_people_apart(world: World, anna: Actor) -> None:
    conversation = world.visitor()
    world.say(conversation)
    (answered,) = world.answer(text("Atbilde"))
    number = world.ask_person(conversation).number
    replied = world.reply(anna, number)
    world.close(anna, number)
    with world.database.transaction() as session:
        record_verdict(session, conversation, answered.id, helpful=False, reason="outdated")
        record_verdict(session, conversation, replied.id, helpful=True)
        before = requests.get_dossier(session, anna, number).opinion
    assert (before.bot, before.people) == (Verdicts(0, 1, ("outdated",)), Verdicts(1, 0))
    assert (before.score, before.rated_at) == (None, None)
    press(world, conversation, ratings.make_value(number, "2"))
    press(world, conversation, ratings.make_value(number, "slow"))
    with world.database.transaction() as session:
        after = requests.get_dossier(session, anna, number).opinion
    assert (after.score, after.reason) == (2, "slow")
