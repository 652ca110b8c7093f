from __future__ import annotations

import pytest

from handoff import conversations, requests
from handoff.errors import AlreadyClaimed, IllegalMove, NotAllowed, StaleEpoch
from handoff.messages import Author, Draft, Effect, MessageKind
from handoff.owners import list_owner_changes
from handoff.views import Owner
from tests.handoff.world import World, handoff, text


def test_a_handoff_opens_a_request_and_gives_the_conversation_to_the_queue(world: World) -> None:
    conversation = world.visitor()
    world.say(conversation, "Vai varu runāt ar cilvēku?")
    (message,) = world.answer(handoff(topic="ageing", summary="Biedrība: par senioriem"))
    view = world.conversation(conversation)
    assert (view.owner, view.epoch) == (Owner.QUEUE, 2)
    told = message.data["request"]
    assert (told["number"], told["state"], told["position"]) == (view.request_number, "new", 1)
    assert told["availability"] == "open_busy"
    request = world.request(told["number"])
    assert (request.topic, request.summary, request.reason) == ("ageing", "Biedrība: par senioriem", "asked")


def test_a_second_handoff_tells_of_the_first(world: World) -> None:
    conversation = world.visitor()
    first = world.ask_person(conversation)
    world.say(conversation, "Kur ir mans pieteikums?")
    (message,) = world.answer(handoff(form={"who": "biedrība"}))
    assert message.data["request"]["number"] == first.number
    assert "still_open" in message.text
    with world.database.reading() as session:
        _, total = requests.list_requests(session, world.coordinator("Anna"))
    assert total == 1


def test_the_bot_still_answers_while_the_queue_has_the_conversation(world: World) -> None:
    anna = world.coordinator("Anna")
    conversation = world.visitor()
    number = world.ask_person(conversation).number
    world.say(conversation, "Un kāds ir termiņš?")
    (answer,) = world.answer(text("30. novembris."))
    assert answer.author is Author.BOT
    with world.database.reading() as session:
        (listed,), _ = requests.list_requests(session, anna)
    assert (listed.number, listed.unread) == (number, 2)


def test_claiming_takes_the_conversation_and_says_so(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    claimed = world.claim(anna, number)
    assert (claimed.state, claimed.assignee_name) == ("claimed", "Anna")
    assert world.conversation(conversation).owner is Owner.COORDINATOR
    last = world.messages(conversation)[-1]
    assert (last.author, last.kind, last.data["event"]) == (Author.SYSTEM, MessageKind.STATUS, "claimed")


def test_claiming_what_another_has_is_refused_with_their_name(world: World) -> None:
    anna, berta = world.coordinator("Anna"), world.coordinator("Berta")
    number = world.ask_person().number
    world.claim(anna, number)
    with pytest.raises(AlreadyClaimed) as refused:
        world.claim(berta, number)
    assert refused.value.owner == "Anna"
    assert "anna@example.org" in refused.value.detail
    with pytest.raises(AlreadyClaimed):
        world.reply(berta, number)


def test_claiming_ones_own_again_is_fine(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    world.claim(anna, number)
    said = len(world.messages(conversation))
    assert world.claim(anna, number).state == "claimed"
    assert len(world.messages(conversation)) == said


def test_the_first_reply_takes_over(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    world.reply(anna, number, "Labdien, te Anna.")
    view = world.conversation(conversation)
    assert view.owner is Owner.COORDINATOR
    assert [said.author for said in world.messages(conversation)][-2:] == [Author.SYSTEM, Author.COORDINATOR]
    assert world.request(number).assignee == "anna@example.org"


def test_the_bot_is_silent_while_a_coordinator_has_the_conversation(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    world.reply(anna, number)
    world.say(conversation, "Paldies, vēl viens jautājums")
    assert world.lease() == []
    assert world.messages(conversation)[-1].author is Author.VISITOR


def test_a_takeover_while_the_bot_composes_throws_its_answer_away(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    world.say(conversation, "Jautājums")
    (turn,) = world.lease()
    world.reply(anna, number, "Es atbildēšu.")
    with pytest.raises(StaleEpoch):
        world.finish(turn, text("Robots"))
    assert all(said.text != "Robots" for said in world.messages(conversation))
    world.clock.advance(minutes=10)
    assert world.lease() == []


def test_a_turn_leased_before_a_release_is_answered_anew(world: World) -> None:
    conversation = world.visitor()
    number = world.ask_person(conversation).number
    world.say(conversation, "Jautājums")
    (turn,) = world.lease()
    with world.database.transaction() as session:
        assert requests.withdraw(session, conversation) == number
    with pytest.raises(StaleEpoch):
        world.finish(turn, text("Vecā atbilde"))
    (again,) = world.lease()
    assert again.message.id == turn.message.id
    assert world.finish(again, text("Jaunā atbilde"))[0].text == "Jaunā atbilde"


def test_closing_gives_the_conversation_back_and_starts_clean(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    world.reply(anna, number)
    closed = world.close(anna, number)
    view = world.conversation(conversation)
    assert (closed.state, closed.outcome) == ("closed", "answered")
    assert (view.owner, view.session_no, view.request_number) == (Owner.BOT, 2, None)
    assert world.messages(conversation)[-1].data["event"] == "closed"
    world.say(conversation, "Jauns jautājums")
    (turn,) = world.lease()
    assert turn.recent == ()
    assert world.finish(turn)[0].author is Author.BOT


def test_every_change_of_owner_is_kept(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation, reason="complaint").number
    world.claim(anna, number)
    with world.database.transaction() as session:
        requests.release(session, anna, number, "jāpajautā")
    world.reply(anna, number)
    world.close(anna, number)
    with world.database.reading() as session:
        kept = [(c.before, c.after, c.reason, c.epoch) for c in list_owner_changes(session, conversation)]
    assert kept == [
        ("bot", "queue", "complaint", 2),
        ("queue", "coordinator", "claimed", 3),
        ("coordinator", "queue", "released", 4),
        ("queue", "coordinator", "taken_over", 5),
        ("coordinator", "bot", "answered", 6),
    ]


@pytest.mark.parametrize("state", ["new", "closed"])
def test_illegal_moves_are_refused_with_the_reason(world: World, state: str) -> None:
    anna = world.coordinator("Anna")
    number = world.ask_person().number
    if state == "closed":
        world.claim(anna, number)
        world.close(anna, number)
    for move in (requests.release, requests.wait_for_visitor):
        with world.database.transaction() as session, pytest.raises(IllegalMove) as refused:
            move(session, anna, number)
        assert refused.value.facts["state"] == state
    with pytest.raises(IllegalMove):
        world.close(anna, number)


def test_a_closed_request_is_neither_claimed_nor_answered(world: World) -> None:
    anna = world.coordinator("Anna")
    number = world.ask_person().number
    world.claim(anna, number)
    world.close(anna, number)
    with pytest.raises(IllegalMove):
        world.claim(anna, number)
    with pytest.raises(IllegalMove):
        world.reply(anna, number)


def test_a_reopened_request_goes_to_the_queue(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    world.claim(anna, number)
    world.close(anna, number)
    with world.database.transaction() as session:
        assert requests.reopen(session, anna, number).state == "new"
    assert world.conversation(conversation).owner is Owner.QUEUE
    assert world.reply(anna, number).author is Author.COORDINATOR


def test_reopening_beside_another_open_request_is_refused(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    world.claim(anna, number)
    world.close(anna, number)
    world.ask_person(conversation)
    with world.database.transaction() as session, pytest.raises(IllegalMove):
        requests.reopen(session, anna, number)


def test_a_request_waits_for_the_visitor_until_they_write(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    world.reply(anna, number, "Pastāstiet vairāk.", then_wait=True)
    assert world.request(number).state == "waiting"
    world.say(conversation, "Lūk, vairāk.")
    assert world.request(number).state == "claimed"


def test_transferring_gives_it_to_a_colleague(world: World) -> None:
    anna, berta, conversation = world.coordinator("Anna"), world.coordinator("Berta"), world.visitor()
    number = world.ask_person(conversation).number
    world.claim(anna, number)
    before = world.conversation(conversation).epoch
    with world.database.transaction() as session:
        moved = requests.transfer(session, anna, number, "Berta@example.org", "Tev zināms.")
    assert moved.assignee_name == "Berta"
    assert world.conversation(conversation).epoch == before + 1
    with pytest.raises(AlreadyClaimed):
        world.reply(anna, number)
    with world.database.transaction() as session:
        dossier = requests.get_dossier(session, berta, number)
    assert [note["text"] for note in dossier.notes] == ["Tev zināms."]


def test_viewers_neither_read_nor_answer(world: World) -> None:
    viewer = world.coordinator("Valdis", role="viewer")
    number = world.ask_person().number
    with pytest.raises(NotAllowed):
        world.claim(viewer, number)
    with world.database.transaction() as session, pytest.raises(NotAllowed):
        requests.get_dossier(session, viewer, number)


def test_the_visitor_withdraws_through_the_bot(world: World) -> None:
    conversation = world.visitor()
    number = world.ask_person(conversation).number
    world.say(conversation, "Atsaukt")
    world.answer(Draft(MessageKind.SMALLTALK, "Atsaukts.", "lv", effect=Effect("withdraw")))
    view = world.conversation(conversation)
    assert (view.owner, view.session_no) == (Owner.BOT, 2)
    assert (world.request(number).state, world.request(number).outcome) == ("closed", "withdrawn")


def test_no_bot_word_is_posted_unasked_to_a_coordinators_conversation(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    number = world.ask_person(conversation).number
    with world.database.transaction() as session:
        assert conversations.post_bot_message(session, conversation, text("Jauns konkurss")) is not None
    world.claim(anna, number)
    with world.database.transaction() as session:
        assert conversations.post_bot_message(session, conversation, text("Jauns konkurss")) is None
