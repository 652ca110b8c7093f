"""Changing an account's e-mail by its forms: a letter where there is a mail server, at once without one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from handoff.coordinators import NewAccount, find_coordinator, list_coordinators
from handoff.models.outbox import Outgoing
from tests.bot.gateway.conftest import NOW
from tests.bot.gateway.signing_in import Signed, administrator
from tests.bot.gateway.test_desk import OWN, anna, browser, csrf_of, make_account
from tests.serving import open_helpdesk

__all__ = ["anna", "browser"]

SECURITY = "/inbox/account/security"
NEWER = "anna.jauna@example.org"


@pytest.fixture
def mailing(tmp_path: Path, knowledge: Knowledge) -> Iterator[Helpdesk]:
    """With a mail server that is not there: what is to be sent stays in the outbox."""
    settings = Settings(
        _env_file=None,
        data=tmp_path / "mailing",
        now=NOW,
        smtp_host="127.0.0.1",
        smtp_port=9,
        smtp_security="none",
        smtp_sender="palidziba@example.org",
        public_url="http://testserver",
    )
    with open_helpdesk(settings, knowledge) as helpdesk:
        yield helpdesk


@pytest.fixture
def boss(mailing: Helpdesk) -> Iterator[Signed]:
    with administrator(mailing) as signed:
        yield signed


@pytest.fixture
def juris(mailing: Helpdesk) -> NewAccount:
    return make_account(mailing, "juris@example.org")


def page_of(helpdesk: Helpdesk, account: NewAccount) -> str:
    with helpdesk.database.reading() as session:
        return f"/inbox/administration/people/{find_coordinator(session, account.email).id}"


def addresses(helpdesk: Helpdesk) -> set[str]:
    with helpdesk.database.reading() as session:
        return {one.email for one in list_coordinators(session)}


def letters(helpdesk: Helpdesk, to: str) -> list[dict[str, str]]:
    with helpdesk.database.reading() as session:
        return [row.payload for row in session.scalars(select(Outgoing).where(Outgoing.address == to))]


def link_in(letter: dict[str, str]) -> str:
    found = re.search(r"http://testserver(/inbox/confirm-email/\S+)", letter["text"])
    assert found
    return found.group(1)


def test_without_a_mail_server_the_address_changes_at_once(
    helpdesk: Helpdesk, browser: TestClient, anna: NewAccount
) -> None:
    page = browser.get(SECURITY).text
    assert "adrese mainās uzreiz" in page
    given = {"csrf": csrf_of(page), "email": NEWER, "password": OWN}
    refused = browser.post(f"{SECURITY}/email", data={**given, "password": "nepareiza"})
    assert (refused.status_code, "Parole nav pareiza." in refused.text) == (422, True)
    assert f'value="{NEWER}"' in refused.text
    assert addresses(helpdesk) == {anna.email}
    done = browser.post(f"{SECURITY}/email", data=given)
    assert "E-pasta adrese ir nomainīta." in done.text
    assert addresses(helpdesk) == {NEWER}


def test_with_one_the_new_mailbox_confirms_and_the_old_is_told(
    mailing: Helpdesk, boss: Signed, juris: NewAccount
) -> None:
    asked = boss.post(f"{page_of(mailing, juris)}/email", email=NEWER, password=boss.password)
    assert "Uz jauno adresi ir nosūtīta vēstule" in asked.text
    assert addresses(mailing) == {"vija@example.org", "juris@example.org"}
    link = link_in(letters(mailing, NEWER)[0])
    with TestClient(create_app(mailing)) as stranger:
        page = stranger.get(link)
        assert (NEWER in page.text, page.headers["cache-control"]) == (True, "no-store")
        assert addresses(mailing) == {"vija@example.org", "juris@example.org"}, "looking changes nothing"
        path = urlsplit(link).path
        elsewhere = stranger.post(path, headers={"Origin": "https://elsewhere.example"})
        assert elsewhere.status_code == 403
        assert "Turpmāk piesakieties ar to" in stranger.post(path).text
        assert stranger.post(path).status_code == 404
        assert stranger.get(path).status_code == 404
    assert addresses(mailing) == {"vija@example.org", NEWER}
    assert [letter["subject"] for letter in letters(mailing, "juris@example.org")] == [
        "Jūsu konta e-pasts ir nomainīts"
    ]


def test_the_administrators_own_password_is_the_proof(mailing: Helpdesk, boss: Signed, juris: NewAccount) -> None:
    address = page_of(mailing, juris)
    refused = boss.post(f"{address}/email", email=NEWER, password=juris.password)
    assert (refused.status_code, "Jūsu parole nav pareiza." in refused.text) == (422, True)
    assert "jau ir" in boss.post(f"{address}/email", email="vija@example.org", password=boss.password).text
    assert letters(mailing, NEWER) == []


def test_the_page_is_in_the_language_of_the_letter(mailing: Helpdesk, boss: Signed) -> None:
    boss.post("/inbox/account/profile", name="Vija", locale="en")
    boss.post(f"{SECURITY}/email", email=NEWER, password=boss.password)
    letter = letters(mailing, NEWER)[0]
    assert letter["subject"] == "Confirm your new e-mail address"
    with TestClient(create_app(mailing)) as stranger:
        assert "Press the button" in stranger.get(link_in(letter)).text
