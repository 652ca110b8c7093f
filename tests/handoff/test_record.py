from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handoff import conversations
from handoff.errors import Invalid, NotFound
from handoff.masking import MASK, mask_personal_codes
from handoff.messages import Author, Button, Draft, Effect, MessageKind
from tests.handoff.world import World, text


def test_a_message_sent_twice_counts_once(world: World) -> None:
    conversation, client_id = world.visitor(), str(uuid4())
    first = world.say(conversation, "Labdien", client_id=client_id)
    with world.database.transaction() as session:
        again = conversations.record_visitor_message(session, conversation, client_id=client_id, text="Labdien")
    assert again.duplicate
    assert again.message == first
    assert first.id == client_id
    assert len(world.lease()) == 1


def test_the_same_client_id_elsewhere_is_another_message(world: World) -> None:
    one, other, client_id = world.visitor(), world.visitor(), str(uuid4())
    first, second = world.say(one, client_id=client_id), world.say(other, client_id=client_id)
    assert first.id != second.id
    assert second.conversation_id == other


def test_numbers_have_no_gaps_when_everybody_talks_at_once(world: World) -> None:
    conversation = world.visitor()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: world.say(conversation, f"Ziņa {n}"), range(40)))
    assert [said.seq for said in world.messages(conversation)] == list(range(1, 42))


def test_what_was_missed_is_read_after_a_number(world: World) -> None:
    conversation = world.visitor()
    world.say(conversation, "viens")
    world.say(conversation, "divi")
    with world.database.reading() as session:
        missed = conversations.list_messages(session, conversation, after=2)
    assert [said.text for said in missed] == ["divi"]


def test_turns_of_one_conversation_are_answered_in_order(world: World) -> None:
    conversation, other = world.visitor(), world.visitor()
    world.say(conversation, "viens")
    world.say(conversation, "divi")
    world.say(other, "trīs")
    leased = world.lease()
    assert sorted(turn.message.text for turn in leased) == ["trīs", "viens"]
    assert world.lease() == []
    world.finish(next(turn for turn in leased if turn.message.text == "viens"))
    (second,) = world.lease()
    assert second.message.text == "divi"
    assert second.recent[-1].text == "viens"


def test_a_lease_that_ran_out_is_given_to_another_worker(world: World) -> None:
    world.say(world.visitor())
    (first,) = world.lease()
    assert world.lease() == []
    world.clock.advance(seconds=61)
    (second,) = world.lease()
    assert (second.message.id, second.attempts) == (first.message.id, 2)
    assert len(world.finish(second)) == 1
    assert world.finish(first) == []
    assert [said.text for said in world.messages(first.conversation.id)].count("Atbilde") == 1


def test_a_turn_is_all_or_nothing(world: World) -> None:
    conversation = world.visitor()
    world.say(conversation)
    (turn,) = world.lease()

    broken = Draft(MessageKind.TEXT, "b", "lv", effect=Effect("no-such-effect"))
    with pytest.raises(Invalid):
        world.finish(turn, text("a"), broken)
    assert [said.author for said in world.messages(conversation)] == [Author.BOT, Author.VISITOR]
    assert [said.text for said in world.finish(turn, text("a"))] == ["a"]


def test_a_pressed_button_is_recorded_by_its_title(world: World) -> None:
    conversation = world.visitor()
    said = world.say(conversation, "", value="yes")
    assert said.text == "Jā"
    (turn,) = world.lease()
    assert turn.value == "yes"


@pytest.mark.parametrize("value", ["never-offered", "YES", ""])
def test_a_value_that_was_not_offered_is_refused(world: World, value: str) -> None:
    conversation = world.visitor()
    with pytest.raises(Invalid) as refused:
        world.say(conversation, "", value=value)
    assert refused.value.facts["reason"] == "not_offered"


def test_a_value_offered_elsewhere_is_refused(world: World) -> None:
    one, other = world.visitor(), world.visitor()
    world.say(one)
    world.answer(Draft(MessageKind.CHOICE, "?", "lv", buttons=(Button("Tikai te", "here"),)))
    with pytest.raises(Invalid):
        world.say(other, "", value="here")


@pytest.mark.parametrize(
    ("said", "reason"), [("", "empty"), (" \n\t ", "empty"), ("\x00", "empty"), ("a" * 4001, "too_long")]
)
def test_text_is_bounded(world: World, said: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        world.say(world.visitor(), said)
    assert refused.value.facts["reason"] == reason


@pytest.mark.parametrize("client_id", ["", "a b", "x" * 81, "ā", "../../etc", "\x00"])
def test_a_malformed_client_id_is_refused(world: World, client_id: str) -> None:
    with pytest.raises(Invalid):
        world.say(world.visitor(), client_id=client_id or "\n")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.text(st.characters(), min_size=1, max_size=200))
def test_any_text_is_kept_or_refused_in_words(world: World, said: str) -> None:
    conversation = world.visitor()
    try:
        kept = world.say(conversation, said)
    except Invalid:
        assert len(world.messages(conversation)) == 1
        return
    assert world.messages(conversation)[-1] == kept
    assert "\x00" not in kept.text


@pytest.mark.parametrize(
    "nasty", ["\ud800 puse", "‮apgriezts", "🧑‍🔬" * 300, "{{7*7}}", "'; DROP TABLE messages; --"]
)
def test_nasty_text_survives_as_text(world: World, nasty: str) -> None:
    conversation = world.visitor()
    kept = world.say(conversation, nasty)
    kept.text.encode("utf-8")
    assert world.messages(conversation)[-1].text == kept.text


def test_nasty_json_survives_in_a_draft(world: World) -> None:
    conversation = world.visitor()
    world.say(conversation)
    data = {"a\x00b": ["\ud800", {"c": "\x00"}], "n": 1.5}
    (kept,) = world.answer(Draft(MessageKind.ANSWER, "x", "lv", data=data, evidence={"e": "\x00"}))
    assert kept.data["n"] == 1.5
    assert world.messages(conversation)[-1].data == {"ab": ["�", {"c": ""}], "n": 1.5}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Mans kods ir 010190-12345.", f"Mans kods ir {MASK}."),
        ("320000-12345", MASK),
        ("32000012345", MASK),
        ("161175-19997", MASK),
        ("16117519997", MASK),
        ("161175 - 19997", MASK),
        ("reģ. nr. 40003000000", "reģ. nr. 40003000000"),
        ("tālr. 37120000000", "tālr. 37120000000"),
        ("16117519990", "16117519990"),
        ("1161175-19997", "1161175-19997"),
        ("LV80BANK0000435195001", "LV80BANK0000435195001"),
        ("450000-12345", "450000-12345"),
    ],
)
def test_personal_codes_are_masked_and_other_numbers_are_not(said: str, kept: str) -> None:
    assert mask_personal_codes(said) == kept


def test_a_personal_code_is_never_stored(world: World) -> None:
    conversation = world.visitor()
    world.say(conversation, "Mans kods ir 161175-19997, palīdziet")
    request = world.ask_person(conversation, summary="Kods 161175-19997", form={"who": "161175-19997"})
    assert "19997" not in request.summary
    everything = str(world.messages(conversation)) + str(request)
    assert "19997" not in everything


def test_a_conversation_needs_consent(world: World) -> None:
    with world.database.transaction() as session, pytest.raises(Invalid):
        conversations.open_conversation(session, channel="web", locale="lv", consent=" ", page=None, greeting=[])


def test_an_unknown_conversation_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.say(str(uuid4()))
    with pytest.raises(NotFound):
        world.conversation("nothing")


def test_a_conversation_is_found_by_its_address(world: World) -> None:
    conversation = world.visitor(channel="telegram", external_id="4711")
    with world.database.reading() as session:
        found = conversations.find_conversation_at(session, "telegram", "4711")
        assert conversations.find_conversation_at(session, "telegram", "4712") is None
    assert found is not None
    assert found.id == conversation


def test_the_language_is_switched_by_the_bot(world: World) -> None:

    conversation = world.visitor()
    world.say(conversation, "English please")
    world.answer(Draft(MessageKind.SMALLTALK, "Of course.", "en", effect=Effect("locale", {"locale": "en"})))
    assert world.conversation(conversation).locale == "en"
