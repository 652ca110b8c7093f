"""Addresses, numbers and personal codes stay where they are needed: in the conversation, for whoever answers it.

Every other place where visitors' words are shown or kept is here, or named below with the test that looks at it:
logs, metrics, health and audit in tests/bot/test_no_words_outside.py, open questions and drafts at the desk in
tests/bot/gateway/test_learning.py, alerts in Telegram in tests/bot/channels/telegram/test_people.py.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from handoff import attachments, checks, gaps, question_groups, requests
from handoff.conversations import open_conversation
from handoff.holding import set_hold
from handoff.masking import MASK, MASKED_EMAIL, MASKED_PHONE, mask_contacts
from handoff.messages import Draft, MessageKind
from handoff.models.figures import GroupWords, TurnFact
from handoff.models.message import MessageRow
from handoff.models.outbox import Notification, Outgoing
from handoff.question_groups import Placed
from handoff.reports.gaps import find_gaps, keep_common_words
from handoff.reports.periods import find_period
from tests.everywhere import find_everywhere
from tests.handoff.world import World, text

EMAIL, PHONE, CODE = "anna.berzina@inbox.lv", "29 123 456", "120380-12345"
ALL = f"{EMAIL}, {PHONE}, {CODE}"
MASKED = f"{MASKED_EMAIL}, {MASKED_PHONE}, {MASK}"


def ask_person(world: World, talk: str, summary: str = f"Rakstiet man: {ALL}") -> int:
    return world.ask_person(talk, summary=summary, form={"contact": f"{EMAIL}, {PHONE}"}).number


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"Rakstiet man: {ALL}!", f"Rakstiet man: {MASKED}!"),
        ("Zvaniet +371 29123456 vai 29123456.", f"Zvaniet {MASKED_PHONE} vai {MASKED_PHONE}."),
        ("Mans kods 32012345678", f"Mans kods {MASK}"),
        ("Grants ir līdz 1 500 000 EUR, 2024.–2026. gadā", "Grants ir līdz 1 500 000 EUR, 2024.–2026. gadā"),
        ("Reģ. nr. 40008000000", "Reģ. nr. 40008000000"),
        ("Mani sauc Anna", "Mani sauc Anna"),
    ],
)
def test_a_preview_is_without_contacts_and_codes(said: str, shown: str) -> None:
    assert mask_contacts(said) == shown


def test_the_inbox_masks_and_the_request_itself_does_not(world: World) -> None:
    anna, talk = world.coordinator("Anna"), world.visitor()
    number = ask_person(world, talk)
    world.say(talk, f"{'Un vēl ' * 18}{EMAIL} {PHONE}")
    with world.database.reading() as session:
        (listed,), _ = requests.list_requests(session, anna)
        found = [
            requests.list_requests(session, anna, query=told)[1] for told in (EMAIL, "29 123 456", "rakstiet")
        ]
    assert listed.summary == f"Rakstiet man: {MASKED}"
    assert MASKED_EMAIL in listed.last_message
    assert not any(part in listed.last_message for part in ("anna", "inbox", "29 1"))
    assert found == [1, 1, 1], "it is found by what is not shown"
    with world.database.transaction() as session:
        dossier = requests.get_dossier(session, anna, number)
    assert dossier.form["contact"] == f"{EMAIL}, {PHONE}"
    assert EMAIL in dossier.request.summary
    assert EMAIL in dossier.messages[-1].text


def test_earlier_requests_beside_one_are_masked(world: World) -> None:
    anna, talk = world.coordinator("Anna"), world.visitor()
    first = ask_person(world, talk)
    world.claim(anna, first)
    world.close(anna, first)
    second = ask_person(world, talk, "Vēl kas")
    with world.database.transaction() as session:
        (earlier,) = requests.get_dossier(session, anna, second).earlier
    assert earlier.summary == f"Rakstiet man: {MASKED}"


def test_what_leaves_for_coordinators_has_no_word_of_the_visitor(world_that_mails: World) -> None:
    world = world_that_mails
    anna, vija = world.coordinator("Anna"), world.coordinator("Vija", preferences={"telegram_chat": "42"})
    talk = world.visitor()
    number = ask_person(world, talk)
    world.claim(anna, number)
    world.say(talk, f"Vēl: {ALL}")
    with world.database.transaction() as session:
        requests.add_note(session, anna, number, f"@vija {ALL}")
        requests.transfer(session, anna, number, vija.email, f"{ALL}")
        requests.remind(session, vija, number, world.clock() + timedelta(hours=1), f"zvanīt {PHONE}")
    with world.database.reading() as session:
        sent = session.scalars(select(Outgoing).where(Outgoing.kind == "notification")).all()
        noted = session.scalars(select(Notification)).all()
    assert {row.channel for row in sent} == {"email", "telegram"}
    told = json.dumps([*(row.payload for row in sent), *(row.data for row in noted)], ensure_ascii=False)
    assert not any(part in told for part in (EMAIL, PHONE, CODE, "Rakstiet"))


def test_a_personal_code_is_kept_nowhere_whoever_wrote_it(world: World, tmp_path: Path) -> None:
    anna, boss = world.coordinator("Anna"), world.coordinator("Vija", role="administrator")
    talk = world.visitor()
    said = world.say(talk, f"Mans kods ir {CODE}")
    world.answer(text("Paldies"))
    number = ask_person(world, talk, f"Kods {CODE}")
    world.claim(anna, number)
    stored = attachments.keep_file(tmp_path, f"līgums {CODE}.pdf", b"%PDF")
    with world.database.transaction() as session:
        attachments.attach(session, said.id, [stored])
        requests.add_note(session, anna, number, f"kods {CODE}")
        requests.remind(session, anna, number, world.clock() + timedelta(hours=1), f"kods {CODE}")
        requests.transfer(session, anna, number, boss.email, f"kods {CODE}")
        requests.release(session, boss, number, f"kods {CODE}")
        set_hold(session, boss, number, hold=True, reason=f"kods {CODE}")
    assert stored.name == f"līgums {MASK}.pdf"
    assert find_everywhere(world.database, CODE) == set()
    assert "request_notes.text" in find_everywhere(world.database, MASK)


def test_of_the_page_it_began_on_only_the_place_is_kept(world: World) -> None:
    for given in (f"https://www.example.lv/kontakti?e-pasts={EMAIL}#forma", "https://www.example.lv/kontakti"):
        with world.database.transaction() as session:
            open_conversation(session, channel="web", locale="lv", consent="1", page=given, greeting=[])
    assert find_everywhere(world.database, EMAIL) == set()
    assert find_everywhere(world.database, "https://www.example.lv/kontakti") == {"conversations.page"}


def group_questions(world: World, *questions: str) -> None:
    for question in questions:
        talk = world.visitor()
        world.say(talk, question)
        world.answer(Draft(MessageKind.UNANSWERED, "Uz to man nav atbildes.", "lv"))
    with world.database.transaction() as session:
        found = gaps.find_gaps(session)
        placed = [
            Placed(gap, None, 0 if place else None, "lv", "AAAA", "an encoder", "d")
            for place, gap in enumerate(found)
        ]
        question_groups.keep_grouped(session, placed)
        told = {"at": world.clock(), "day": world.clock().date(), "talk": 1, "begins": True, "channel": "web"}
        for row in session.scalars(select(MessageRow).where(MessageRow.author == "visitor")):
            if session.get(TurnFact, row.id) is None:
                facts = {"language": "lv", "outcome": "unanswered", **told}
                session.add(TurnFact(message_id=row.id, conversation_id=row.conversation_id, **facts))


def test_reports_of_open_questions_are_masked_and_so_is_what_stays_of_them(world: World) -> None:
    group_questions(world, *(f"Vai sociālam uzņēmumam ir nauda zirgiem? {ALL}" for _ in range(3)))
    with world.database.transaction() as session:
        (told,), _ = find_gaps(session, find_period("month", world.clock().date()))
        keep_common_words(session, world.clock() + timedelta(days=1))
        kept = session.scalars(select(GroupWords.words)).all()
    assert "nauda zirgiem" in told.sample
    assert kept
    for shown in (told.sample, told.words, *kept):
        assert not any(part in shown for part in ("anna", "inbox", "29 123", CODE))


def test_a_control_question_taken_from_a_visitor_has_no_contacts(world: World) -> None:
    ieva = world.coordinator("Ieva", role="editor")
    with world.database.transaction() as session:
        checks.add_control(session, ieva, question=f"Kam ir nauda? {ALL}", locale="lv", document="lv/x")
        (control,) = checks.list_controls(session)
    assert control.question == f"Kam ir nauda? {MASKED}"


@pytest.fixture
def world_that_mails(make_world) -> World:  # type: ignore[no-untyped-def]
    made: World = make_world(mails=True)
    return made
