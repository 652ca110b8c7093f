from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from handoff import attachments, audit, conversations, exporting, outbox, requests, retention, tokens, trackers
from handoff.erasure import erase_conversation, find_by_contact
from handoff.errors import NotFound
from handoff.feedback import rate_request, record_verdict
from handoff.holding import set_hold
from handoff.messages import Author
from handoff.models.message import MessageRow
from handoff.models.request import Request
from handoff.notices import Wish
from handoff.subscriptions import subscribe
from tests.everywhere import find_everywhere
from tests.handoff.world import TUESDAY, World

Make = Callable[..., World]
SECRET = "vardotava"
"""A word that is nowhere but where a visitor or a coordinator put it."""


def live_through(world: World) -> tuple[str, int]:
    """A conversation that leaves something in every table it can."""
    anna = world.coordinator("Anna")
    conversation = world.visitor(channel="telegram", external_id=f"{SECRET}-42")
    said = world.say(conversation, f"Mani sauc {SECRET}", client_id=f"{SECRET}-1")
    (bot,) = world.answer()
    number = world.ask_person(conversation, summary=SECRET, form={"contact": f"{SECRET}@example.org"}).number
    world.reply(anna, number, f"Labdien, {SECRET}")
    with world.database.transaction() as session:
        requests.add_note(session, anna, number, f"zvanīt {SECRET}")
        requests.remind(session, anna, number, world.clock.at.replace(day=30), SECRET)
        record_verdict(session, conversation, bot.id, helpful=False, reason=SECRET)
        tokens.make_resume_code(session, conversation)
        subscribe(
            session,
            Wish(theme="ageing"),
            channel="telegram",
            address=f"{SECRET}-42",
            locale="lv",
            conversation_id=conversation,
        )
        stored = attachments.StoredFile("f1", f"{SECRET}.pdf", "application/pdf", 3, "f1/f1")
        attachments.attach(session, said.id, [stored])
    world.close(anna, number)
    with world.database.transaction() as session:
        rate_request(session, conversation, number, score=4, reason=SECRET)
    return conversation, number


def test_nothing_of_an_erased_conversation_is_left_in_any_table(world: World) -> None:
    conversation, _ = live_through(world)
    assert {"messages.text", "requests.form", "request_notes.text", "outbox.address"} <= find_everywhere(
        world.database, SECRET
    )
    with world.database.transaction() as session:
        erased = erase_conversation(session, conversation)
    assert find_everywhere(world.database, SECRET) == set()
    with world.database.reading() as session:
        assert trackers.list_waiting(session) == [conversation]
    assert erased.files == ("f1/f1",)


def test_counts_stay_after_erasing(world: World) -> None:
    conversation, number = live_through(world)
    with world.database.reading() as session:
        before = session.scalars(select(MessageRow.kind).order_by(MessageRow.seq)).all()
    with world.database.transaction() as session:
        erase_conversation(session, conversation)
    with world.database.reading() as session:
        assert session.scalars(select(MessageRow.kind).order_by(MessageRow.seq)).all() == before
        kept = session.get_one(Request, number)
        assert (kept.reason, kept.outcome, kept.state) == ("asked", "answered", "closed")
        assert kept.first_reply_minutes is not None


def test_an_erased_conversation_is_gone_for_its_visitor(world: World) -> None:
    conversation = world.visitor()
    with world.database.transaction() as session:
        erase_conversation(session, conversation)
    with world.database.reading() as session, pytest.raises(NotFound):
        conversations.authenticate(session, conversation, world.tokens[conversation])
    with pytest.raises(NotFound):
        world.say(conversation)
    with world.database.transaction() as session, pytest.raises(NotFound):
        erase_conversation(session, conversation)


def test_erasing_while_a_person_is_waited_for_ends_the_request(world: World) -> None:
    conversation = world.visitor()
    number = world.ask_person(conversation).number
    world.say(conversation, "vēl")
    (turn,) = world.lease()
    with world.database.transaction() as session:
        erase_conversation(session, conversation)
    assert (world.request(number).state, world.request(number).outcome) == ("closed", "withdrawn")
    with pytest.raises(NotFound):
        world.finish(turn)
    assert world.lease() == []


def test_a_new_conversation_begins_at_an_erased_ones_address(world: World) -> None:
    first = world.visitor(channel="telegram", external_id="42")
    with world.database.transaction() as session:
        erase_conversation(session, first)
    second = world.visitor(channel="telegram", external_id="42")
    assert second != first


def test_what_is_erased_is_on_record_without_a_word_of_it(world: World) -> None:
    conversation, _ = live_through(world)
    with world.database.transaction() as session:
        erase_conversation(session, conversation, by="cli")
    with world.database.reading() as session:
        (entry,) = audit.list_entries(session, action="conversation.erased")
    assert (entry.actor, entry.subject, entry.details) == ("cli", f"conversation:{conversation}", {})


def test_an_export_holds_everything_that_was_said_and_given(world: World) -> None:
    conversation, number = live_through(world)
    with world.database.transaction() as session:
        told = exporting.export_conversation(session, conversation)
    json.dumps(told)
    assert len(told["messages"]) == len(world.messages(conversation))
    assert told["requests"][0]["form"]["contact"] == f"{SECRET}@example.org"
    assert told["subscriptions"][0]["theme"] == "ageing"
    assert told["files"][0]["name"] == f"{SECRET}.pdf"
    assert told["conversation"]["consent"] == "2026-01"
    assert {entry["score"] for entry in told["feedback"]} == {None, 4}
    assert "notes" not in told
    with world.database.transaction() as session:
        assert (
            exporting.export_conversation(session, conversation, by="cli", notes=True)["notes"][0][
                "request_number"
            ]
            == number
        )
    with world.database.reading() as session:
        assert len(audit.list_entries(session, action="conversation.exported")) == 2


def test_a_person_is_found_by_the_contact_they_gave(world: World) -> None:
    conversation, _ = live_through(world)
    world.ask_person(form={"contact": "cits@example.org"})
    with world.database.reading() as session:
        assert find_by_contact(session, f" {SECRET.upper()}@Example.org") == [conversation]
        assert find_by_contact(session, "a") == []


def test_each_kind_is_kept_for_its_own_time(make_world: Make) -> None:
    world = make_world(keep_anonymous_days=30, keep_identified_days=60, keep_requests_days=90)
    anna = world.coordinator("Anna")
    anonymous, known = world.visitor(), world.visitor(channel="telegram", external_id="42")
    closed, waiting = world.visitor(), world.visitor()
    number = world.ask_person(closed).number
    world.claim(anna, number)
    world.close(anna, number)
    world.ask_person(waiting)
    gone = []
    for days in (29, 31, 61, 91, 400):
        world.clock.at = TUESDAY + timedelta(days=days)
        gone.append({erased.conversation_id for erased in retention.apply(world.database).erased})
    assert gone == [set(), {anonymous}, {known}, {closed}, set()]
    assert world.conversation(waiting).request_number is not None


def test_what_is_held_stays(make_world: Make) -> None:
    world = make_world(keep_requests_days=30)
    anna, conversation = world.coordinator("Anna"), world.visitor()
    boss = world.coordinator("Vija", role="administrator")
    number = world.ask_person(conversation).number
    world.claim(anna, number)
    world.close(anna, number)
    with world.database.transaction() as session:
        set_hold(session, boss, number, hold=True, reason="Strīds par līgumu")
    world.clock.advance(days=31)
    with world.database.reading() as session:
        kinds = {kind.name: kind for kind in retention.preview(session)}
    assert (kinds["requests"].due, kinds["requests"].held) == (0, 1)
    assert retention.apply(world.database).erased == ()
    with world.database.transaction() as session:
        set_hold(session, boss, number, hold=False, reason="Strīds beidzies")
    assert len(retention.apply(world.database).erased) == 1


def test_the_preview_is_what_the_run_does(make_world: Make) -> None:
    world = make_world(keep_anonymous_days=30)
    for _ in range(3):
        world.visitor()
    world.clock.advance(days=31)
    with world.database.reading() as session:
        planned = {kind.name: kind.due for kind in retention.preview(session)}
    outside: list[str] = []
    report = retention.apply(world.database, also=lambda erased: outside.append(erased.conversation_id))
    assert planned["anonymous"] == len(report.erased) == len(outside) == 3
    with world.database.reading() as session:
        (entry,) = audit.list_entries(session, action="retention.run")
    assert entry.details["anonymous"] == 3


def test_coming_back_renews_the_time(make_world: Make) -> None:
    world = make_world(keep_anonymous_days=30)
    conversation = world.visitor()
    world.clock.advance(days=25)
    world.say(conversation)
    world.answer()
    world.clock.advance(days=25)
    assert retention.apply(world.database).erased == ()
    assert world.messages(conversation)[-1].author is Author.BOT


def test_finished_deliveries_and_old_audit_are_deleted(make_world: Make) -> None:
    world = make_world(keep_outbox_days=10, keep_audit_days=20)
    live_through(world)
    with world.database.transaction() as session:
        while rows := outbox.lease_deliveries(session, ["telegram"]):
            for row in rows:
                outbox.mark_sent(session, row)
    world.clock.advance(days=21)
    deleted = retention.apply(world.database).deleted
    assert deleted["outbox"] > 0
    assert deleted["audit"] > 0
