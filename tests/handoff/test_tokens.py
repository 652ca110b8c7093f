from __future__ import annotations

import pytest

from handoff import conversations, requests, tokens
from handoff.erasure import find_same_person
from handoff.errors import NotFound
from tests.handoff.world import World


def open_with(world: World, conversation: str, token: str) -> str:
    with world.database.reading() as session:
        return conversations.authenticate(session, conversation, token).id


def test_a_token_opens_its_own_conversation_only(world: World) -> None:
    one, other = world.visitor(), world.visitor()
    assert open_with(world, one, world.tokens[one]) == one
    for conversation, token in (
        (one, world.tokens[other]),
        (other, world.tokens[one]),
        (one, ""),
        (one, "x" * 10_000),
    ):
        with pytest.raises(NotFound) as refused:
            open_with(world, conversation, token)
        assert str(refused.value) == "no such conversation"


def test_a_token_expires(world: World) -> None:
    conversation = world.visitor()
    world.clock.advance(days=179)
    open_with(world, conversation, world.tokens[conversation])
    world.clock.advance(days=1)
    with pytest.raises(NotFound):
        open_with(world, conversation, world.tokens[conversation])


def test_tokens_are_revoked_but_for_the_one_in_hand(world: World) -> None:
    conversation = world.visitor()
    with world.database.transaction() as session:
        second = tokens.issue(session, conversation)
        assert tokens.revoke(session, conversation, but=second) == 1
    assert open_with(world, conversation, second) == conversation
    with pytest.raises(NotFound):
        open_with(world, conversation, world.tokens[conversation])


def make_code(world: World, conversation: str) -> str:
    with world.database.transaction() as session:
        return tokens.make_resume_code(session, conversation)


def test_a_code_opens_the_conversation_elsewhere_once(world: World) -> None:
    conversation = world.visitor()
    code = make_code(world, conversation)
    with world.database.transaction() as session:
        view, token = tokens.redeem(session, code)
    assert view.id == conversation
    assert open_with(world, conversation, token) == conversation
    assert open_with(world, conversation, world.tokens[conversation]) == conversation
    with world.database.transaction() as session, pytest.raises(NotFound):
        tokens.redeem(session, code)


def test_a_code_expires_and_a_newer_one_ends_it(world: World) -> None:
    conversation = world.visitor()
    first = make_code(world, conversation)
    second = make_code(world, conversation)
    with world.database.transaction() as session, pytest.raises(NotFound):
        tokens.redeem(session, first)
    world.clock.advance(minutes=31)
    with world.database.transaction() as session, pytest.raises(NotFound):
        tokens.redeem(session, second)


@pytest.mark.parametrize("code", ["", "wrong", "x" * 5000])
def test_a_wrong_code_opens_nothing(world: World, code: str) -> None:
    with world.database.transaction() as session, pytest.raises(NotFound):
        tokens.redeem(session, code)


def test_codes_fit_a_telegram_start_parameter(world: World) -> None:
    code = make_code(world, world.visitor())
    assert len(code) <= 60
    assert all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in code)


def test_earlier_requests_are_seen_together_only_after_a_code(world: World) -> None:
    anna = world.coordinator("Anna")
    web, chat = world.visitor(), world.visitor(channel="telegram", external_id="77")
    earlier = world.ask_person(web).number
    world.claim(anna, earlier)
    world.close(anna, earlier)
    later = world.ask_person(chat).number
    with world.database.transaction() as session:
        assert requests.get_dossier(session, anna, later).earlier == ()
    code = make_code(world, web)
    with world.database.transaction() as session:
        tokens.link(session, code, chat)
    with world.database.transaction() as session:
        assert [request.number for request in requests.get_dossier(session, anna, later).earlier] == [earlier]


def test_three_conversations_become_one_persons(world: World) -> None:

    one, two, three = world.visitor(), world.visitor(), world.visitor()
    for code_of, by in ((one, two), (three, two)):
        code = make_code(world, code_of)
        with world.database.transaction() as session:
            tokens.link(session, code, by)
    with world.database.reading() as session:
        assert find_same_person(session, one) == sorted([one, two, three])
