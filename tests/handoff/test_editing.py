"""A reply that was sent is changed: the visitor sees the new words, colleagues both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handoff import requests
from handoff.editing import edit_reply, list_edited
from handoff.errors import IllegalMove, NotAllowed, NotFound
from handoff.views import Actor
from tests.handoff.world import World


@pytest.fixture
def anna(world: World) -> Actor:
    return world.coordinator("Anna")


def begin(world: World, anna: Actor, **where: str) -> tuple[str, int, str]:
    conversation = world.visitor(**where)
    number = world.ask_person(conversation).number
    return conversation, number, world.reply(anna, number, "Labdein!").id


def edit(world: World, actor: Actor, number: int, message: str, text: str = "Labdien!") -> None:
    with world.database.transaction() as session:
        edit_reply(session, actor, number, message, text)


def test_the_new_words_are_in_the_conversation_and_the_old_ones_in_the_dossier(world: World, anna: Actor) -> None:
    conversation, number, message = begin(world, anna)
    edit(world, anna, number, message)
    said = next(one for one in world.messages(conversation) if one.id == message)
    assert (said.text, said.data["edited"]) == ("Labdien!", True)
    with world.database.transaction() as session:
        dossier = requests.get_dossier(session, anna, number)
    assert [edit["text"] for edit in dossier.evidence[message]["edits"]] == ["Labdein!"]
    assert message in dossier.owned_ids


def test_whoever_listens_is_told_what_was_changed(world: World, anna: Actor) -> None:
    conversation, number, message = begin(world, anna)
    before = world.clock()
    world.clock.advance(minutes=1)
    edit(world, anna, number, message)
    with world.database.reading() as session:
        assert [said.id for said in list_edited(session, conversation, before)] == [message]
        assert list_edited(session, conversation, world.clock() + timedelta(seconds=1)) == []


def test_the_same_words_change_nothing(world: World, anna: Actor) -> None:
    conversation, number, message = begin(world, anna)
    edit(world, anna, number, message, "Labdein!")
    assert "edited" not in next(one for one in world.messages(conversation) if one.id == message).data


def test_a_colleagues_reply_is_left_alone(world: World, anna: Actor) -> None:
    _, number, message = begin(world, anna)
    with pytest.raises(NotAllowed):
        edit(world, world.coordinator("Berta", "administrator"), number, message)


def test_what_was_sent_to_a_chat_stays(world: World, anna: Actor) -> None:
    _, number, message = begin(world, anna, channel="telegram", external_id="42")
    with pytest.raises(IllegalMove):
        edit(world, anna, number, message)


def test_a_closed_request_stays_as_it_is(world: World, anna: Actor) -> None:
    _, number, message = begin(world, anna)
    world.close(anna, number)
    with pytest.raises(IllegalMove):
        edit(world, anna, number, message)


def test_the_visitors_own_words_are_not_changed(world: World, anna: Actor) -> None:
    conversation, number, _ = begin(world, anna)
    said = next(one for one in world.messages(conversation) if one.author == "visitor")
    with pytest.raises(NotFound):
        edit(world, anna, number, said.id)
