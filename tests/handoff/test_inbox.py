from __future__ import annotations

from typing import Any

import pytest

from handoff import audit, presence, requests
from handoff.conversations import finish_turn
from handoff.errors import Invalid, NotFound
from handoff.feedback import rate_request, record_verdict
from handoff.messages import Draft, MessageKind, SourceLink
from handoff.views import Actor
from tests.handoff.world import World


@pytest.fixture
def anna(world: World) -> Actor:
    return world.coordinator("Anna")


def found(world: World, actor: Actor, **chosen: Any) -> list[int]:
    with world.database.reading() as session:
        listed, total = requests.list_requests(session, actor, **chosen)
    assert total >= len(listed)
    return [request.number for request in listed]


def test_lists_are_narrowed_by_state_and_holder(world: World, anna: Actor) -> None:
    berta = world.coordinator("Berta")
    new, mine, hers, waiting, closed = (world.ask_person().number for _ in range(5))
    world.claim(anna, mine)
    world.claim(berta, hers)
    world.reply(anna, waiting, then_wait=True)
    world.claim(anna, closed)
    world.close(anna, closed)
    assert found(world, anna, state="new") == [new]
    assert set(found(world, anna, state="open")) == {new, mine, hers, waiting}
    assert set(found(world, anna, assignee="me", state="open")) == {mine, waiting}
    assert found(world, anna, assignee="none") == [new]
    assert found(world, anna, assignee="Berta@example.org") == [hers]
    assert found(world, anna, state="closed") == [closed]
    with world.database.reading() as session:
        counts = requests.count_requests(session, anna)
    assert counts == {"mine": 2, "unassigned": 1, "waiting": 1, "breached": 0, "held": 0, "open": 4, "all": 5}


def test_the_most_urgent_comes_first(world: World, anna: Actor) -> None:
    first = world.ask_person().number
    world.clock.advance(minutes=5)
    second = world.ask_person().number
    world.clock.advance(minutes=5)
    third = world.ask_person().number
    world.reply(anna, first)
    assert found(world, anna) == [second, third, first]
    assert found(world, anna, sort="newest") == [third, second, first]
    world.clock.advance(minutes=116)
    assert found(world, anna, state="breached") == [second]


def test_a_search_needs_no_diacritics_and_finds_what_was_said_and_asked(world: World, anna: Actor) -> None:
    conversation = world.visitor()
    one = world.ask_person(conversation, summary="Biedrība no Cēsīm", form={"matter": "Senioru klubs"}).number
    other = world.ask_person(summary="Cits temats").number
    world.say(conversation, "Vai der arī Līgatne?")
    world.reply(anna, one, "Jā, der arī Priekuļi.")
    for query in ("cesim", "CĒSĪM biedriba", "ligatne", "priekuli", "senioru", f"#{one}", str(one)):
        assert one in found(world, anna, query=query), query
    assert found(world, anna, query="temats") == [other]
    for query in ("nav tāda", "%", "_", "'; DROP TABLE requests", "\\"):
        assert found(world, anna, query=query) == []


def test_pages_follow_each_other_without_overlap(world: World, anna: Actor) -> None:
    numbers = {world.ask_person().number for _ in range(5)}
    pages = [found(world, anna, limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert set().union(*pages) == numbers


def test_an_unknown_state_is_refused(world: World, anna: Actor) -> None:
    with pytest.raises(Invalid):
        found(world, anna, state="lost")


def test_what_one_has_read_another_has_not(world: World, anna: Actor) -> None:
    berta, conversation = world.coordinator("Berta"), world.visitor()
    number = world.ask_person(conversation).number
    world.say(conversation, "vēl viena")
    with world.database.transaction() as session:
        assert requests.get_dossier(session, anna, number).request.unread == 0
    with world.database.reading() as session:
        (hers,), _ = requests.list_requests(session, berta)
    assert hers.unread == 2
    assert hers.last_message == "vēl viena"


def test_the_dossier_holds_what_was_understood_and_shown(world: World, anna: Actor) -> None:
    conversation = world.visitor()
    question = world.say(conversation, "Kas ir sociālā inovācija?")
    source = SourceLink("kas-ir", "Kas ir", "Definīcija", "/library/lv/kas-ir#definicija", "…", 0.83)
    (turn,) = world.lease()

    with world.database.transaction() as session:
        draft = Draft(MessageKind.ANSWER, "Atbilde", "lv", sources=(source,), evidence={"decision": "answer"})
        (answer,) = finish_turn(session, turn, [draft], intent="question", intent_confidence=0.91)
    number = world.ask_person(conversation, reason="complaint", form={"who": "biedrība"}).number
    with world.database.transaction() as session:
        record_verdict(session, conversation, answer.id, helpful=False, reason="Nav skaidrs")
        dossier = requests.get_dossier(session, anna, number)
    assert dossier.evidence[question.id] == {"intent": "question", "confidence": 0.91}
    assert dossier.evidence[answer.id]["passages"] == [{"title": "Kas ir", "url": source.url, "score": 0.83}]
    assert dossier.evidence[answer.id]["feedback"] == {"helpful": False, "reason": "Nav skaidrs"}
    assert (dossier.form, dossier.page, dossier.suggested) == (
        {"who": "biedrība"},
        "/konkursi",
        "anna@example.org",
    )
    assert (dossier.language, dossier.suggested_languages) == ("lv", ("lv",))
    assert [entry["action"] for entry in dossier.history] == ["opened", "owner"]
    assert all("evidence" not in str(message.data) for message in dossier.messages)


def test_reading_is_put_on_record(world: World, anna: Actor) -> None:

    number = world.ask_person().number
    with world.database.transaction() as session:
        requests.get_dossier(session, anna, number)
    with world.database.reading() as session:
        (entry,) = audit.list_entries(session, action="request.read")
    assert (entry.actor, entry.subject) == (anna.id, f"request:{number}")


def test_a_reply_sent_twice_is_said_once(world: World, anna: Actor) -> None:
    conversation = world.visitor()
    number = world.ask_person(conversation).number
    first = world.reply(anna, number, "Labdien!", client_id="r-1")
    assert world.reply(anna, number, "Labdien!", client_id="r-1") == first
    assert [said.text for said in world.messages(conversation)].count("Labdien!") == 2


def test_verdicts_are_about_this_conversation_only(world: World, anna: Actor) -> None:
    one, other = world.visitor(), world.visitor()
    greeting = world.messages(other)[0]
    with world.database.transaction() as session, pytest.raises(NotFound):
        record_verdict(session, one, greeting.id, helpful=True)
    number = world.ask_person(other).number
    with world.database.transaction() as session, pytest.raises(NotFound):
        rate_request(session, other, number, score=5)
    world.claim(anna, number)
    world.close(anna, number)
    with world.database.transaction() as session, pytest.raises(Invalid):
        rate_request(session, other, number, score=6)
    with world.database.transaction() as session:
        rate_request(session, other, number, score=5)


def test_an_unknown_request_is_not_found(world: World, anna: Actor) -> None:
    for act in (requests.claim, requests.release, requests.reopen, requests.get_dossier):
        with world.database.transaction() as session, pytest.raises(NotFound):
            act(session, anna, 4711)


def test_lists_are_narrowed_by_theme_language_age_and_what_is_unread(world: World, anna: Actor) -> None:
    old = world.ask_person(topic="health").number
    world.clock.advance(hours=30)
    english = world.ask_person(world.visitor(locale="en")).number
    with world.database.transaction() as session:
        requests.get_dossier(session, anna, old)
    assert found(world, anna, topic="health") == [old]
    assert found(world, anna, locale="en") == [english]
    assert found(world, anna, older_hours=24) == [old]
    assert found(world, anna, unread=True) == [english]
    world.say(world.request(old).conversation_id, "Vai kāds ir?")
    assert set(found(world, anna, unread=True)) == {english, old}


def test_the_list_tells_who_else_has_a_request_open(world: World, anna: Actor) -> None:
    number = world.ask_person().number
    berta = world.coordinator("Berta")
    with world.database.transaction() as session:
        presence.look(session, berta, number)
        (hers,), _ = requests.list_requests(session, berta)
        (mine,), _ = requests.list_requests(session, anna)
    assert (mine.looking, hers.looking) == (("Berta",), ())
