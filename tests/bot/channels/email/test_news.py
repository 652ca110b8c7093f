"""News by e-mail, over a real SMTP server: written once, sent once, with the way out in each letter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.channels.announcer import Announcer
from bot.helpdesk import Helpdesk, Knowledge
from handoff.models.outbox import Outgoing
from handoff.notices import Wish
from handoff.postman import Postman
from handoff.signups import CHANNEL
from handoff.subscriptions import find_subscriber, set_weekly, subscribe
from knowledge.call import FundingCall
from tests.bot.channels.email.conftest import make_settings
from tests.bot.channels.telegram.rig import HandClock
from tests.post_office import PostOffice, read_text

ANNA, BERTA = "anna@example.org", "berta@example.org"
NEWS = "Jaunais konkurss senioriem"


def add(
    helpdesk: Helpdesk, address: str, wish: Wish = Wish(), locale: str = "lv", *, weekly: bool = False
) -> None:
    with helpdesk.database.transaction() as session:
        subscribe(session, wish, channel=CHANNEL, address=address, locale=locale)
        set_weekly(session, CHANNEL, address, weekly=weekly)


def publish(helpdesk: Helpdesk, **facts: object) -> FundingCall:
    """A new call, seen by the next round."""
    catalogue = helpdesk.knowledge.catalogue
    deadline = helpdesk.clock() + timedelta(days=60)
    told = {"id": "senioriem", "title": NEWS, "deadlines": (deadline,), "themes": ("ageing",)}
    made: FundingCall = replace(catalogue.calls[0], **{**told, **facts})  # type: ignore[arg-type]
    others = tuple(call for call in catalogue.calls if call.id != made.id)
    helpdesk.knowledge = Knowledge(replace(catalogue, calls=(*others, made)), helpdesk.knowledge.retriever)
    return made


def tell(helpdesk: Helpdesk) -> None:
    announcer = Announcer(helpdesk)
    announcer.observe()
    while announcer.tell_some():
        pass


def send(helpdesk: Helpdesk) -> int:
    assert helpdesk.settings.mail
    postman, sent = Postman(helpdesk.database, helpdesk.settings.mail), 0
    while count := asyncio.run(postman.deliver_due()):
        sent += count
    return sent


@pytest.fixture
def news(helpdesk: Helpdesk, clock: HandClock) -> Callable[[], int]:
    """A day later: the round, and the post."""

    def run() -> int:
        clock.move(days=1)
        tell(helpdesk)
        return send(helpdesk)

    tell(helpdesk)
    return run


def test_a_letter_tells_of_a_new_call_once(
    helpdesk: Helpdesk, office: PostOffice, news: Callable[[], int]
) -> None:
    add(helpdesk, ANNA, Wish(theme="ageing"))
    add(helpdesk, BERTA, Wish(theme="youth"))
    call = publish(helpdesk)
    assert [news(), news(), news()] == [1, 0, 0]
    (letter,) = office.letters
    assert letter["To"] == ANNA
    assert letter["Subject"] == f"Jauns konkurss: {NEWS}"
    assert letter["From"] == "Sociālo inovāciju kompetences centrs <palidziba@example.org>"
    for kind in ("plain", "html"):
        body = read_text(letter, kind)
        assert NEWS in body
        assert f"https://palidziba.example.org{call.url}" in body
        assert "Atteikties no jaunumiem" in body
    assert "**" not in read_text(letter) + read_text(letter, "html")


def test_a_letter_brings_the_way_out_for_mail_programs(
    helpdesk: Helpdesk, office: PostOffice, news: Callable[[], int]
) -> None:
    add(helpdesk, ANNA)
    publish(helpdesk)
    news()
    with helpdesk.database.reading() as session:
        subscriber = find_subscriber(session, CHANNEL, ANNA)
    assert subscriber
    letter = office.letters[0]
    url = f"https://palidziba.example.org/calls/subscriptions/{subscriber.key}/unsubscribe"
    assert letter["List-Unsubscribe"] == f"<{url}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Id"] == "<calls.palidziba.example.org>"
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in office.raw[0], "it goes out on one line, not encoded"
    assert f"{url}?lang=lv" in read_text(letter)
    assert "manage" not in letter["List-Unsubscribe"]


def test_letters_are_in_the_language_chosen(
    helpdesk: Helpdesk, office: PostOffice, news: Callable[[], int]
) -> None:
    add(helpdesk, ANNA, locale="en")
    publish(helpdesk)
    news()
    assert office.letters[0]["Subject"].startswith("New call: ")
    assert office.letters[0]["Content-Language"] == "en"
    assert '<html lang="en">' in read_text(office.letters[0], "html")


def test_a_moved_deadline_and_a_reminder_are_told(
    helpdesk: Helpdesk, office: PostOffice, news: Callable[[], int], clock: HandClock
) -> None:
    publish(helpdesk)
    news()
    add(helpdesk, ANNA)
    publish(helpdesk, deadlines=(clock.at + timedelta(days=40),))
    assert news() == 1
    assert "Mainīts iesniegšanas termiņš" in read_text(office.letters[0])
    assert "iepriekš bija" in read_text(office.letters[0])
    for _ in range(40):
        news()
    assert sum(f"Atgādinājums: {NEWS}" in read_text(letter) for letter in office.to(ANNA)) == 3


def test_a_weekly_digest_waits_for_monday(
    helpdesk: Helpdesk, office: PostOffice, news: Callable[[], int], clock: HandClock
) -> None:
    add(helpdesk, ANNA, weekly=True)
    publish(helpdesk, id="viens")
    publish(helpdesk, id="divi")
    assert clock.at.strftime("%A") == "Tuesday"
    assert [news() for _ in range(5)] == [0] * 5
    assert news() == 1
    assert office.letters[0]["Subject"] == "Nedēļas jaunumi par projektu konkursiem (2)"


def test_a_title_that_looks_like_markup_stays_text(
    helpdesk: Helpdesk, office: PostOffice, news: Callable[[], int]
) -> None:
    add(helpdesk, ANNA)
    publish(helpdesk, title='<script>alert(1)</script> & "citi"\r\nBcc: all@example.org')
    news()
    letter = office.letters[0]
    assert letter["Bcc"] is None
    assert "<script>" not in read_text(letter, "html")
    assert "&lt;script&gt;" in read_text(letter, "html")


def test_without_a_mail_server_nobody_counts_as_told(helpdesk: Helpdesk, clock: HandClock) -> None:
    tell(helpdesk)
    add(helpdesk, ANNA)
    publish(helpdesk)
    settings = helpdesk.settings
    helpdesk.settings = make_settings(settings.data)
    clock.move(days=1)
    assert "email" not in Announcer(helpdesk).channels
    tell(helpdesk)
    helpdesk.settings = settings
    tell(helpdesk)
    assert send(helpdesk) == 1


def test_without_a_token_telegram_is_not_told(helpdesk: Helpdesk) -> None:
    assert Announcer(helpdesk).channels == ("web", "email")
    helpdesk.settings = helpdesk.settings.model_copy(update={"telegram_token": SecretStr("1:a")})
    assert "telegram" in Announcer(helpdesk).channels


def test_a_mailbox_that_is_gone_ends_its_subscriptions(
    helpdesk: Helpdesk, office: PostOffice, news: Callable[[], int]
) -> None:
    add(helpdesk, ANNA)
    publish(helpdesk)
    office.refuse = "550 5.1.1 no such user"
    news()
    office.refuse = None
    publish(helpdesk, id="cits")
    assert news() == 0


def test_a_server_that_refuses_us_ends_nothing(
    helpdesk: Helpdesk, office: PostOffice, news: Callable[[], int]
) -> None:
    add(helpdesk, ANNA)
    publish(helpdesk)
    office.refuse = "550 5.7.1 relaying denied"
    news()
    office.refuse = None
    publish(helpdesk, id="cits")
    assert news() == 1


def test_a_broadcast_that_is_cut_short_goes_on(helpdesk: Helpdesk, office: PostOffice, clock: HandClock) -> None:
    """Between batches, between writing and sending, and with letters leased by a worker that died."""
    tell(helpdesk)
    addresses = [f"{number}@example.org" for number in range(120)]
    with helpdesk.database.transaction() as session:
        for address in addresses:
            subscribe(session, Wish(), channel=CHANNEL, address=address, locale="lv")
    clock.move(days=1)
    publish(helpdesk)
    announcer = Announcer(helpdesk)
    announcer.observe()
    assert announcer.tell_some() == 50
    assert helpdesk.settings.mail
    asyncio.run(Postman(helpdesk.database, helpdesk.settings.mail).deliver_due())
    dead = Postman(helpdesk.database, helpdesk.settings.mail)
    assert len(dead._lease()) == 4
    clock.move(minutes=2)
    tell(helpdesk)
    send(helpdesk)
    assert sorted(str(letter["To"]) for letter in office.letters) == sorted(addresses)
    assert len({letter["Message-ID"] for letter in office.letters}) == len(addresses)
    with helpdesk.database.reading() as session:
        assert {row.state for row in session.scalars(select(Outgoing))} == {"sent"}
        assert not any(row.payload for row in session.scalars(select(Outgoing)))


def test_many_calls_fit_one_letter(helpdesk: Helpdesk, office: PostOffice, news: Callable[[], int]) -> None:
    add(helpdesk, ANNA)
    for number in range(45):
        publish(helpdesk, id=f"konkurss-{number}", title=f"Konkurss {number}")
    assert news() == 1
    assert office.letters[0]["Subject"] == "Jaunumi par projektu konkursiem (45)"
    assert "… un vēl 5 konkursi: https://palidziba.example.org/calls?lang=lv" in read_text(office.letters[0])
