from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from handoff import notifying, outbox, requests
from handoff.coordinators import set_profile
from handoff.errors import Invalid
from handoff.mail import write_mail
from handoff.models.outbox import Notification, Outgoing
from handoff.outbox import Delivery
from handoff.postman import Postman
from handoff.settings import MailSettings
from handoff.sweeping import sweep
from handoff.views import Actor
from tests.handoff.world import TUESDAY, World
from tests.post_office import PostOffice, open_office
from tests.postgres import free_port

Make = Callable[..., World]
NIGHT = TUESDAY.replace(hour=21)


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def mail(office: PostOffice) -> Iterator[MailSettings]:
    with open_office(office) as port:
        yield MailSettings("127.0.0.1", "palidziba@example.org", port, "none", sender_name="Palīdzība")


def deliver(world: World, mail: MailSettings) -> int:
    return asyncio.run(Postman(world.database, mail).deliver_due())


def kinds(world: World, actor: Actor) -> list[str]:
    with world.database.reading() as session:
        return [row.kind for row in reversed(notifying.list_notifications(session, actor.id))]


def outgoing(world: World) -> list[tuple[str, str, str]]:
    with world.database.reading() as session:
        rows = session.scalars(select(Outgoing).order_by(Outgoing.id)).all()
        return [(row.channel, row.address, row.payload.get("kind", "")) for row in rows]


def prefer(world: World, actor: Actor, **preferences: Any) -> None:
    with world.database.transaction() as session:
        set_profile(session, actor, preferences=preferences)


def test_everybody_who_answers_hears_of_a_new_request_once(world: World) -> None:
    anna, viewer = world.coordinator("Anna"), world.coordinator("Valdis", role="viewer")
    world.ask_person()
    assert kinds(world, anna) == ["opened"]
    assert kinds(world, viewer) == []


def test_the_holder_hears_of_each_message_and_others_do_not(world: World) -> None:
    anna, berta, conversation = world.coordinator("Anna"), world.coordinator("Berta"), world.visitor()
    number = world.ask_person(conversation).number
    world.claim(anna, number)
    world.say(conversation, "viens")
    world.say(conversation, "divi")
    assert kinds(world, anna).count("message") == 2
    assert kinds(world, berta).count("message") == 0


def test_an_unclaimed_conversation_does_not_ring_at_every_line(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    world.ask_person(conversation)
    for _ in range(3):
        world.say(conversation)
    assert kinds(world, anna).count("message") == 1
    world.clock.advance(minutes=16)
    world.say(conversation)
    assert kinds(world, anna).count("message") == 2


def test_reading_the_request_reads_its_notifications(world: World) -> None:
    anna = world.coordinator("Anna")
    number = world.ask_person().number
    with world.database.transaction() as session:
        requests.get_dossier(session, anna, number)
    assert kinds(world, anna) == []


def test_a_mention_tells_whom_it_names(world: World) -> None:
    anna, berta = world.coordinator("Anna"), world.coordinator("Berta")
    number = world.ask_person().number
    with world.database.transaction() as session:
        note = requests.add_note(session, anna, number, "@berta, vai tu zini? Raksti uz x@y.lv.")
    assert note["mentions"] == ["berta@example.org"]
    assert "mention" in kinds(world, berta)
    assert "mention" not in kinds(world, anna)


def test_mail_goes_out_only_with_a_mail_server(make_world: Make) -> None:
    without = make_world()
    without.coordinator("Anna")
    without.ask_person()
    assert outgoing(without) == []
    with_server = make_world(mails=True)
    with_server.ask_person()
    assert outgoing(with_server) == [("email", "anna@example.org", "opened")]


def test_a_linked_chat_is_told_too(make_world: Make) -> None:
    world = make_world()
    anna = world.coordinator("Anna")
    prefer(world, anna, telegram_chat="99", telegram=["breach"])
    world.ask_person()
    assert outgoing(world) == []
    prefer(world, anna, telegram_chat="99")
    world.ask_person()
    assert outgoing(world) == [("telegram", "99", "opened")]


def test_quiet_hours_gather_into_one_message_in_the_morning(make_world: Make) -> None:
    world = make_world(mails=True)
    anna = world.coordinator("Anna")
    world.clock.at = NIGHT
    world.ask_person()
    world.ask_person()
    assert outgoing(world) == []
    assert kinds(world, anna) == ["opened", "opened"]
    assert sweep(world.database).digests == 0
    world.clock.at = TUESDAY.replace(day=25, hour=6)
    assert sweep(world.database).digests == 1
    assert sweep(world.database).digests == 0
    assert [kind for _, _, kind in outgoing(world)].count("digest") == 1


def test_what_was_read_in_the_inbox_is_not_sent_again(make_world: Make) -> None:
    world = make_world(mails=True, escalate_minutes=10_000)
    anna = world.coordinator("Anna")
    world.clock.at = NIGHT
    number = world.ask_person().number
    with world.database.transaction() as session:
        requests.get_dossier(session, anna, number)
    world.clock.at = TUESDAY.replace(day=25, hour=6)
    assert sweep(world.database).digests == 0


def test_a_digest_waits_for_its_hours_but_a_breach_does_not(make_world: Make) -> None:
    world = make_world(mails=True, digest_minutes=60, first_response_minutes=30, warn_minutes=1)
    anna = world.coordinator("Anna", role="administrator")
    prefer(world, anna, digest=True)
    world.ask_person()
    assert outgoing(world) == []
    world.clock.advance(minutes=31)
    sweep(world.database)
    assert [kind for _, _, kind in outgoing(world)] == ["breach"]
    world.clock.advance(minutes=30)
    sweep(world.database)
    assert [kind for _, _, kind in outgoing(world)].count("digest") == 1


@pytest.mark.parametrize(
    "wrong", [{"email": ["everything"]}, {"quiet": ["25:00", "07:00"]}, {"quiet": ["x"]}, {"telegram": ["nope"]}]
)
def test_preferences_are_checked(world: World, wrong: dict[str, Any]) -> None:
    anna = world.coordinator("Anna")
    with pytest.raises(Invalid):
        prefer(world, anna, **wrong)


def test_notices_do_not_hold_what_the_visitor_said(make_world: Make) -> None:
    world = make_world(mails=True)
    world.coordinator("Anna")
    world.ask_person(summary="NOSLĒPUMS", form={"contact": "NOSLĒPUMS@example.org"})
    with world.database.reading() as session:
        kept = [row.payload for row in session.scalars(select(Outgoing))]
        kept += [row.data for row in session.scalars(select(Notification))]
    assert kept
    assert "NOSLĒPUMS" not in str(kept)


def test_a_letter_arrives(make_world: Make, office: PostOffice, mail: MailSettings) -> None:
    world = make_world(mails=True)
    world.coordinator("Anna")
    world.ask_person()
    assert deliver(world, mail) == 1
    (letter,) = office.letters
    assert letter["To"] == "anna@example.org"
    assert letter["From"] == "Palīdzība <palidziba@example.org>"
    assert letter["Subject"] == "notify.opened.subject"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert deliver(world, mail) == 0


def test_a_letter_sent_again_is_known_by_its_id(make_world: Make, office: PostOffice, mail: MailSettings) -> None:
    world = make_world(mails=True)
    world.coordinator("Anna")
    world.ask_person()
    with world.database.transaction() as session:
        (dead,) = outbox.lease_deliveries(session, ["email"])
    first = write_mail(dead, mail, world.clock)
    world.clock.advance(minutes=2)
    deliver(world, mail)
    assert office.letters[0]["Message-ID"] == first["Message-ID"]


@pytest.mark.parametrize(("answer", "state"), [("451 later", "waiting"), ("550 no such person", "failed")])
def test_a_refusal_for_now_is_tried_again_one_for_good_is_not(
    make_world: Make, office: PostOffice, mail: MailSettings, answer: str, state: str
) -> None:
    world = make_world(mails=True)
    world.coordinator("Anna")
    world.ask_person()
    office.refuse = answer
    deliver(world, mail)
    with world.database.reading() as session:
        row = session.scalars(select(Outgoing)).one()
        assert (row.state, row.reason) == (state, "busy" if state == "waiting" else "rejected")
    office.refuse = None
    world.clock.advance(minutes=1)
    assert deliver(world, mail) == (1 if state == "waiting" else 0)


def test_no_server_is_a_reason_to_wait(make_world: Make) -> None:
    world = make_world(mails=True)
    world.coordinator("Anna")
    world.ask_person()
    deliver(world, MailSettings("127.0.0.1", "a@example.org", free_port(), "none"))
    with world.database.reading() as session:
        row = session.scalars(select(Outgoing)).one()
    assert (row.state, row.reason) == ("waiting", "network")


def test_nothing_is_smuggled_into_the_headers(mail: MailSettings, world: World) -> None:
    payload = {"subject": "Labi\r\nBcc: evil@example.org", "text": "x\x00\ud800"}
    row = Delivery(1, "email", "anna@example.org", "notification", "d", payload, None, 1, "l")
    letter = write_mail(row, mail, world.clock)
    assert letter["Bcc"] is None
    assert b"\r\nBcc" not in bytes(letter)
    with pytest.raises(ValueError):
        write_mail(Delivery(1, "email", "a@b.lv\r\nBcc: x@y.lv", "n", "d", {}, None, 1, "l"), mail, world.clock)
