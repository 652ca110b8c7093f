"""Signing up for news by e-mail and ending it, through the pages and a real mail server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from handoff.models.message import MessageRow
from handoff.models.outbox import Outgoing
from handoff.models.signup import SignUp
from handoff.models.subscription import Subscriber
from handoff.signups import CHANNEL, LETTERS
from handoff.subscriptions import SubscriberView, find_subscriber, list_subscriptions
from tests.bot.gateway.conftest import NOW
from tests.post_office import PostOffice, open_office, read_text
from tests.serving import open_helpdesk

FORM = "/calls/subscribe"
ANNA = "anna@example.org"
LINK = re.compile(r"http://127\.0\.0\.1:\d+(/calls/subscri\S+)")


@dataclass
class Site:
    client: TestClient
    helpdesk: Helpdesk
    office: PostOffice

    def sign_up(self, email: str = ANNA, *, lang: str = "lv", **fields: Any) -> Response:
        told = {"email": email, "days": ["30", "1"], "often": "daily", **fields}
        return self.client.post(f"{FORM}?lang={lang}", data=told)

    def await_letters(self, count: int, address: str = ANNA) -> list[EmailMessage]:
        """The mail worker runs beside the requests."""
        until = monotonic() + 20
        while len(self.office.to(address)) < count and monotonic() < until:
            sleep(0.05)
        assert len(self.office.to(address)) == count
        return self.office.to(address)

    def confirm_link(self, letter: EmailMessage) -> str:
        found = LINK.search(read_text(letter))
        assert found
        return found[1]

    def subscribe(self, email: str = ANNA, **fields: Any) -> SubscriberView:
        """All the way."""
        before = len(self.office.to(email))
        self.sign_up(email, **fields)
        assert self.client.post(self.confirm_link(self.await_letters(before + 1, email)[-1])).status_code == 200
        found = self.find(email)
        assert found
        return found

    def find(self, email: str = ANNA) -> SubscriberView | None:
        with self.helpdesk.database.reading() as session:
            return find_subscriber(session, CHANNEL, email)

    def wishes(self, email: str = ANNA) -> list[tuple[str | None, ...]]:
        with self.helpdesk.database.reading() as session:
            held = list_subscriptions(session, CHANNEL, email)
        return [(one.wish.theme, one.wish.applicant, one.wish.region, one.wish.call_id) for one in held]


@pytest.fixture(scope="module")
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture(scope="module")
def site(knowledge: Knowledge, office: PostOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_office(office) as port:
        settings = Settings(
            _env_file=None,
            data=tmp_path_factory.mktemp("data"),
            now=NOW,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
            smtp_sender="palidziba@example.org",
            sign_up_rate="1000/second",
        )
        with (
            open_helpdesk(settings, knowledge) as helpdesk,
            TestClient(create_app(helpdesk), raise_server_exceptions=False) as client,
        ):
            yield Site(client, helpdesk, office)


@pytest.fixture(autouse=True)
def forget(site: Site) -> None:
    site.office.letters.clear()
    with site.helpdesk.database.transaction() as session:
        for table in (Subscriber, SignUp, Outgoing):
            for row in session.scalars(select(table)):
                session.delete(row)


def heading(answer: Response) -> str:
    found = BeautifulSoup(answer.text, "html.parser").h1
    assert found
    return found.get_text()


def test_signing_up_takes_a_letter_and_a_press(site: Site) -> None:
    answer = site.sign_up(theme="ageing", region="latgale", often="weekly")
    assert heading(answer) == "Pārbaudiet e-pastu"
    (letter,) = site.await_letters(1)
    assert letter["Subject"] == "Apstipriniet, ka vēlaties jaunumus par projektu konkursiem"
    assert "novecošana, Latgale" in read_text(letter)
    link = site.confirm_link(letter)
    assert heading(site.client.get(link)) == "Apstipriniet abonementu"
    assert site.find() is None, "opening the link alone confirms nothing"
    assert heading(site.client.post(link)) == "Abonements ir apstiprināts"
    assert site.wishes() == [("ageing", None, "latgale", None)]
    known = site.find()
    assert known
    assert (known.days, known.weekly, known.locale) == ((30, 1), True, "lv")


def test_a_link_used_twice_says_that_it_is_done(site: Site) -> None:
    site.sign_up()
    link = site.confirm_link(site.await_letters(1)[0])
    for _ in range(2):
        site.client.post(link)
    assert heading(site.client.post(link)) == "Abonements jau ir apstiprināts"
    assert heading(site.client.get(link)) == "Abonements jau ir apstiprināts"
    assert len(site.wishes()) == 1


def test_an_invented_link_leads_nowhere(site: Site) -> None:
    for method in (site.client.get, site.client.post):
        answer = method(f"{FORM}/confirm/{'x' * 32}")
        assert (answer.status_code, heading(answer)) == (404, "Saite vairs neder")


def test_known_and_unknown_addresses_get_the_same_answer(site: Site) -> None:
    site.subscribe()
    answers = [site.sign_up(email) for email in (ANNA, "new@example.org", f" {ANNA.upper()} ")]
    assert len({(answer.status_code, answer.text, str(answer.url)) for answer in answers}) == 1


def test_one_mailbox_is_written_to_a_few_times_and_no_more(site: Site) -> None:
    answers = [site.sign_up(f"anna+{number}@example.org") for number in range(LETTERS + 2)]
    assert len({answer.text for answer in answers}) == 1
    with site.helpdesk.database.reading() as session:
        assert len(session.scalars(select(Outgoing)).all()) == LETTERS


def test_what_is_no_address_is_said_beside_the_field(site: Site) -> None:
    answer = site.sign_up("anna@", theme="ageing")
    page = BeautifulSoup(answer.text, "html.parser")
    field = page.select_one("#email")
    assert answer.status_code == 422
    assert field
    assert field["aria-invalid"] == "true"
    assert page.select_one("#email-error")
    chosen = page.select_one("#theme option[selected]")
    assert chosen
    assert chosen["value"] == "ageing", "what was chosen is still there"


def test_a_program_that_fills_in_everything_is_written_nowhere(site: Site) -> None:
    assert heading(site.sign_up(website="https://spam.example")) == "Pārbaudiet e-pastu"
    with site.helpdesk.database.reading() as session:
        assert not session.scalars(select(SignUp)).all()


def test_a_form_on_a_foreign_page_is_refused(site: Site) -> None:
    headers = {"Origin": "https://evil.example"}
    assert site.client.post(FORM, data={"email": ANNA}, headers=headers).status_code == 403
    with site.helpdesk.database.reading() as session:
        assert not session.scalars(select(SignUp)).all()


def test_hostile_values_are_refused(site: Site) -> None:
    assert site.sign_up(theme="'; drop table").status_code == 422
    assert site.sign_up(days=["3"]).status_code == 422
    assert site.sign_up(days=["x"]).status_code == 422
    assert site.sign_up("a" * 400).status_code == 422
    assert site.client.get(f"{FORM}?theme=nothing").status_code == 422
    assert site.client.get("/calls/subscriptions/short").status_code == 422
    assert site.client.get("/calls/subscriptions/" + "y" * 32).status_code == 200


def test_one_call_can_be_followed(site: Site) -> None:
    call = next(one for one in site.helpdesk.knowledge.catalogue.calls if one.status(NOW) == "open")
    page = site.client.get(FORM, params={"call": call.id})
    assert f'value="{call.id}"' in page.text
    site.subscribe(call=call.id)
    assert site.wishes() == [(None, None, None, call.id)]


def test_choices_are_changed_by_the_link_in_each_letter(site: Site) -> None:
    known = site.subscribe(theme="ageing")
    base = f"/calls/subscriptions/{known.key}"
    assert "novecošana" in site.client.get(base).text
    assert "Abonements ir pievienots" in site.client.post(f"{base}/add", data={"theme": "youth"}).text
    assert "Šāds abonements Jums jau ir" in site.client.post(f"{base}/add", data={"theme": "youth"}).text
    site.client.post(f"{base}/settings", data={"days": ["7"], "often": "weekly", "language": "en"})
    changed = site.find()
    assert changed
    assert (changed.days, changed.weekly, changed.locale) == ((7,), True, "en")
    with site.helpdesk.database.reading() as session:
        first, second = list_subscriptions(session, CHANNEL, ANNA)
    site.client.post(f"{base}/end", data={"subscription": first.id})
    assert site.wishes() == [("youth", None, None, None)]
    assert heading(site.client.post(f"{base}/end", data={"subscription": second.id})) == "Vairs nerakstīsim"
    assert site.find() is None, "the last one takes the address with it"


def test_another_persons_subscription_cannot_be_ended(site: Site) -> None:
    anna, berta = site.subscribe(), site.subscribe("berta@example.org")
    with site.helpdesk.database.reading() as session:
        (hers,) = list_subscriptions(session, CHANNEL, "berta@example.org")
    site.client.post(f"/calls/subscriptions/{anna.key}/end", data={"subscription": hers.id})
    assert len(site.wishes("berta@example.org")) == 1
    assert berta.key != anna.key


def test_a_mail_program_unsubscribes_with_one_post(site: Site) -> None:
    known = site.subscribe()
    url = f"/calls/subscriptions/{known.key}/unsubscribe"
    assert heading(site.client.get(url)) == "Vai atteikties no jaunumiem?"
    assert site.find(), "a filter that opens links unsubscribes nobody"
    for _ in range(2):
        answer = site.client.post(
            url,
            data={"List-Unsubscribe": "One-Click"},
            headers={"Origin": "https://mail.example"},
            follow_redirects=False,
        )
        assert answer.status_code == 200
    assert site.find() is None
    assert heading(site.client.get(url)) == "Vairs nerakstīsim"


def test_all_that_is_kept_is_given_out(site: Site) -> None:
    known = site.subscribe(theme="ageing")
    told = site.client.get(f"/calls/subscriptions/{known.key}/data").json()
    assert told["address"] == ANNA
    assert told["subscriber"]["subscriptions"][0]["theme"] == "ageing"
    assert told["subscriber"]["confirmed_at"].startswith("2026-11-24")


def test_pages_with_a_secret_address_keep_it(site: Site) -> None:
    known = site.subscribe()
    for path in (f"/calls/subscriptions/{known.key}", f"/calls/subscriptions/{known.key}/unsubscribe"):
        headers = site.client.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Robots-Tag"] == "noindex"


def test_letters_and_pages_speak_the_language_of_the_form(site: Site) -> None:
    assert heading(site.sign_up(lang="en")) == "Check your e-mail"
    (letter,) = site.await_letters(1)
    assert letter["Subject"] == "Please confirm that you want news of funding calls"
    assert heading(site.client.get(site.confirm_link(letter))) == "Confirm your subscription"


def test_an_address_never_reaches_the_record(site: Site) -> None:
    site.subscribe()
    with site.helpdesk.database.reading() as session:
        assert not [text for text in session.scalars(select(MessageRow.text)) if ANNA in text]


def test_many_addresses_from_one_place_are_refused(knowledge: Knowledge, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data=tmp_path, now=NOW, smtp_host="127.0.0.1", sign_up_rate="2/hour")
    with open_helpdesk(settings, knowledge) as helpdesk:
        client = TestClient(create_app(helpdesk))
        answers = [client.post(FORM, data={"email": f"{number}@example.org"}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_without_a_mail_server_the_page_says_so(client: TestClient) -> None:
    for answer in (client.get(FORM), client.post(FORM, data={"email": ANNA})):
        assert heading(answer) == "E-pastā jaunumus pašlaik nesūtām"
        assert {"/calls.ics?lang=lv", "/calls.atom?lang=lv"} <= {
            str(link["href"]) for link in BeautifulSoup(answer.text, "html.parser").select("main a")
        }
