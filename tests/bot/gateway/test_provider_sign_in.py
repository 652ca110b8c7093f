"""Signing in by an identity provider that really runs: who is let in, and every answer that is not believed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import ValidationError

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from handoff.coordinators import NewAccount, disable_coordinator, find_coordinator
from handoff.identities import link_identity
from tests.bot.gateway.conftest import NOW
from tests.bot.gateway.test_desk import OWN, bearer, csrf_of, make_account
from tests.identity_provider import CLIENT, SECRET, IdentityProvider, run_provider
from tests.serving import open_helpdesk

EMAIL = "anna@example.org"
START = "/inbox/sign-in/provider"
WELCOME = {"sub": "17", "email": EMAIL, "email_verified": True}


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    with run_provider(NOW) as provider:
        yield provider


@pytest.fixture
def provider(running: IdentityProvider) -> IdentityProvider:
    running.claims, running.wrong = dict(WELCOME), ""
    running.asked.clear()
    return running


@pytest.fixture
def settings(provider: IdentityProvider, tmp_path: Path) -> Settings:
    file = tmp_path / "client-secret"
    file.write_text(f"{SECRET}\n", "utf-8")
    return Settings(
        _env_file=None,
        data=tmp_path / "data",
        now=NOW,
        public_url="http://testserver",
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT,
        oidc_client_secret_file=file,
        oidc_name="Iestādes kontu",
    )


@pytest.fixture
def anna(helpdesk: Helpdesk) -> NewAccount:
    return make_account(helpdesk, EMAIL)


@pytest.fixture
def browser(helpdesk: Helpdesk, anna: NewAccount) -> Iterator[TestClient]:
    with TestClient(create_app(helpdesk), follow_redirects=False) as browser:
        yield browser


def go_there(browser: TestClient, query: str = "") -> str:
    """As a browser does: to the provider and back. Gives the address it comes back to."""
    sent = browser.get(f"{START}{query}")
    assert sent.status_code == 303, sent.text
    with httpx2.Client() as outside:
        back = outside.get(sent.headers["location"])
    assert back.status_code == 302
    parts = urlsplit(back.headers["location"])
    assert parts.netloc == "testserver"
    return f"{parts.path}?{parts.query}"


def come_back(browser: TestClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def is_in(browser: TestClient) -> bool:
    return browser.get("/api/v1/me").status_code == 200


def problem_of(browser: TestClient, location: str) -> str:
    """What the sign-in page says in words, and that nobody is in."""
    assert not is_in(browser)
    assert urlsplit(location).path == "/inbox/sign-in"
    page = browser.get(location).text
    (words,) = re.findall(r'role="alert" id="problem">([^<]+)<', page)
    return str(words)


def test_a_verified_address_of_an_account_signs_in_and_is_bound(
    helpdesk: Helpdesk, browser: TestClient, provider: IdentityProvider
) -> None:
    assert "Ieiet ar Iestādes kontu" in browser.get("/inbox/sign-in").text
    address = go_there(browser, "?next=/inbox/canned&lang=en")
    assert come_back(browser, address) == "/inbox/canned?lang=en"
    assert browser.get("/inbox/canned").status_code == 200
    page = browser.get("/inbox/account/security").text
    assert "ar organizācijas kontu" in page
    assert "helpdesk-way" not in browser.cookies
    provider.claims = {"sub": "17"}
    with TestClient(create_app(helpdesk), follow_redirects=False) as later:
        assert come_back(later, go_there(later)) == "/inbox"
        provider.claims = {**WELCOME, "sub": "18"}
        assert "nav piešķirta pieeja" in problem_of_new(later)


def problem_of_new(browser: TestClient) -> str:
    browser.cookies.clear()
    return problem_of(browser, come_back(browser, go_there(browser)))


def test_only_whom_an_administrator_let_in_comes_in(
    helpdesk: Helpdesk, browser: TestClient, provider: IdentityProvider
) -> None:
    for claims in (
        {"sub": "20", "email": "stranger@example.org", "email_verified": True},
        {"sub": "21", "email": EMAIL, "email_verified": False},
        {"sub": "22", "email": EMAIL},
        {"sub": "23"},
    ):
        provider.claims = claims
        assert "nav piešķirta pieeja" in problem_of_new(browser), claims
    with helpdesk.database.transaction() as session:
        link_identity(session, EMAIL, issuer=provider.url, subject="23", by="cli")
    assert come_back(browser, go_there(browser)) == "/inbox"
    with helpdesk.database.transaction() as session:
        disable_coordinator(session, EMAIL)
    assert "nav piešķirta pieeja" in problem_of_new(browser)


MOMENT = int(NOW.timestamp())
NOT_BELIEVED: tuple[tuple[dict[str, object], str], ...] = (
    ({}, "nonce"),
    ({}, "signature"),
    ({"exp": MOMENT - 120}, ""),
    ({"iat": MOMENT + 600}, ""),
    ({"aud": "another client"}, ""),
    ({"aud": [CLIENT, "another"], "azp": "another"}, ""),
    ({"iss": "https://elsewhere.example"}, ""),
    ({"nonce": None}, ""),
    ({"sub": None}, ""),
    ({"sub": ""}, ""),
)


def test_an_answer_that_proves_nothing_lets_nobody_in(browser: TestClient, provider: IdentityProvider) -> None:
    for claims, wrong in NOT_BELIEVED:
        provider.claims, provider.wrong = {**WELCOME, **claims}, wrong
        words = problem_of(browser, come_back(browser, go_there(browser)))
        assert "nevar uzticēties" in words, (claims, wrong)
    provider.claims, provider.wrong = dict(WELCOME), "denied"
    assert problem_of(browser, come_back(browser, go_there(browser))) == "Ieeja ir atcelta."


def test_the_answer_counts_once_in_the_browser_that_asked_and_in_time(
    helpdesk: Helpdesk, browser: TestClient, provider: IdentityProvider
) -> None:
    address = go_there(browser)
    with TestClient(create_app(helpdesk), follow_redirects=False) as victim:
        assert "citā pārlūkā" in problem_of(victim, come_back(victim, address))
        own = go_there(victim)
        assert "citā pārlūkā" in problem_of(victim, come_back(victim, address))
        assert "citā pārlūkā" in problem_of(victim, come_back(victim, own))
    forged = re.sub(r"state=[^&]+", "state=forged", address)
    assert "citā pārlūkā" in problem_of(browser, come_back(browser, forged))
    address = go_there(browser)
    kept = browser.cookies["helpdesk-way"]
    assert come_back(browser, address) == "/inbox"
    browser.cookies.clear()
    browser.cookies.set("helpdesk-way", kept)
    assert "neapstiprināja" in problem_of(browser, come_back(browser, address))
    provider.wrong = ""
    address = go_there(browser).replace("iss=", "iss=https%3A%2F%2Fevil.example%2F&was=")
    assert "nav nākusi no Jūsu organizācijas" in problem_of(browser, come_back(browser, address))


def test_a_provider_that_is_down_is_told_of_in_words(
    helpdesk: Helpdesk, browser: TestClient, provider: IdentityProvider
) -> None:
    provider.wrong = "down"
    assert "pašlaik neatbild" in problem_of(browser, come_back(browser, f"{START}?next=/inbox/canned"))
    provider.wrong = "mix_up"
    assert "pašlaik neatbild" in problem_of(browser, come_back(browser, START))
    provider.wrong = ""
    address = go_there(browser, "?next=/inbox/canned")
    provider.wrong = "down"
    location = come_back(browser, address)
    assert "pašlaik neatbild" in problem_of(browser, location)
    assert parse_qs(urlsplit(location).query)["next"] == ["/inbox/canned"]


def test_a_new_key_of_the_provider_is_looked_for(browser: TestClient, provider: IdentityProvider) -> None:
    assert come_back(browser, go_there(browser)) == "/inbox"
    provider.turn_key()
    browser.cookies.clear()
    assert come_back(browser, go_there(browser)) == "/inbox"
    assert provider.asked.count("/keys") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


def test_passwords_can_be_turned_off(
    helpdesk: Helpdesk, browser: TestClient, anna: NewAccount, settings: Settings, knowledge: Knowledge
) -> None:
    account = {"email": EMAIL, "password": anna.password}
    assert browser.post("/api/v1/login", json=account).status_code == 200
    helpdesk.settings.local_sign_in = False
    assert not is_in(browser)
    page = browser.get("/inbox/sign-in").text
    assert "Ieiet ar Iestādes kontu" in page
    assert 'name="password"' not in page
    refused = browser.post("/api/v1/login", json=account)
    assert (refused.status_code, refused.json()["code"]) == (403, "no_passwords")
    assert browser.post("/inbox/sign-in", data=account).status_code == 403
    assert come_back(browser, go_there(browser)) == "/inbox"
    assert browser.get("/inbox/password").status_code == 403
    page = browser.get("/inbox/account/security").text
    assert "/inbox/second-factor" not in page.split("<main")[1]
    browser.cookies.clear()
    assert browser.get("/api/v1/me", headers=bearer(anna)).status_code == 200


def test_without_a_provider_there_is_no_such_page(tmp_path: Path, knowledge: Knowledge) -> None:
    other = Settings(_env_file=None, data=tmp_path / "other")
    with open_helpdesk(other, knowledge) as helpdesk, TestClient(create_app(helpdesk)) as browser:
        assert browser.get(START).status_code == 404
        assert "Ieiet ar" not in browser.get("/inbox/sign-in").text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"oidc_issuer": "https://login.example.lv"}, "go together"),
        ({"oidc_issuer": "http://login.example.lv", "oidc_client_id": "x"}, "https://"),
        ({"oidc_issuer": "https://login.example.lv/?a=b", "oidc_client_id": "x"}, "no name of a provider"),
        ({"local_sign_in": False}, "nobody could sign in"),
    ],
)
def test_settings_by_which_nobody_could_sign_in_stop_the_start(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(_env_file=None, **given)  # type: ignore[arg-type]


def test_who_is_bound_is_on_record(helpdesk: Helpdesk, browser: TestClient, provider: IdentityProvider) -> None:
    come_back(browser, go_there(browser))
    with helpdesk.database.reading() as session:
        assert find_coordinator(session, EMAIL).subject == f"{provider.url} 17"


SECURITY = "/inbox/account/security"


@pytest.fixture
def own(browser: TestClient, anna: NewAccount) -> TestClient:
    """Anna, signed in with a password of her own."""
    browser.post("/inbox/sign-in", data={"email": EMAIL, "password": anna.password})
    page = browser.get("/inbox/password").text
    browser.post("/inbox/password", data={"csrf": csrf_of(page), "old": anna.password, "new": OWN})
    return browser


def ask_to_link(browser: TestClient, password: str = OWN) -> Response:
    page = browser.get(SECURITY).text
    return browser.post(f"{SECURITY}/identity", data={"csrf": csrf_of(page), "password": password})


def follow(page: str) -> str:
    """The way to the provider that the page shows, and back: the address it comes back to."""
    (address,) = re.findall(r'href="(http://[^"]+/authorize[^"]*)"', page)
    with httpx2.Client() as outside:
        back = outside.get(address.replace("&amp;", "&"))
    parts = urlsplit(back.headers["location"])
    return f"{parts.path}?{parts.query}"


def is_linked(helpdesk: Helpdesk) -> bool:
    with helpdesk.database.reading() as session:
        return find_coordinator(session, EMAIL).subject is not None


def test_ones_own_identity_is_linked_with_the_password_and_unlinked_with_it(
    helpdesk: Helpdesk, own: TestClient, provider: IdentityProvider
) -> None:
    provider.claims = {"sub": "77", "email": "cita@example.org", "email_verified": True}
    refused = ask_to_link(own, "nepareiza")
    assert (refused.status_code, "Parole nav pareiza." in refused.text) == (422, True)
    told = come_back(own, follow(ask_to_link(own).text))
    assert told == f"{SECURITY}?saved=linked"
    page = own.get(told).text
    assert "Organizācijas konts ir piesaistīts." in page
    assert "helpdesk-way" not in own.cookies
    with TestClient(create_app(helpdesk), follow_redirects=False) as later:
        assert come_back(later, go_there(later)) == "/inbox", "the identity signs in, whatever its e-mail"
    proof = {"csrf": csrf_of(page), "password": OWN}
    assert own.post(f"{SECURITY}/identity/unlink", data=proof).status_code == 303
    assert not is_linked(helpdesk)


def test_another_accounts_identity_is_not_linked(
    helpdesk: Helpdesk, own: TestClient, provider: IdentityProvider
) -> None:
    make_account(helpdesk, "juris@example.org")
    with helpdesk.database.transaction() as session:
        link_identity(session, "juris@example.org", issuer=provider.url, subject="17", by="cli")
    told = come_back(own, follow(ask_to_link(own).text))
    assert "ir piesaistīts citam" in own.get(told).text
    assert not is_linked(helpdesk)


def test_who_is_not_signed_in_any_longer_links_nothing(
    helpdesk: Helpdesk, own: TestClient, provider: IdentityProvider
) -> None:
    back = follow(ask_to_link(own).text)
    page = own.get(SECURITY).text
    own.post("/inbox/sign-out", data={"csrf": csrf_of(page)})
    assert come_back(own, back) == f"{SECURITY}?problem=session"
    assert not is_linked(helpdesk)
    assert not is_in(own), "linking is no way in"


def test_an_answer_that_is_not_believed_links_nothing(
    helpdesk: Helpdesk, own: TestClient, provider: IdentityProvider
) -> None:
    provider.wrong = "nonce"
    told = come_back(own, follow(ask_to_link(own).text))
    assert "nevar uzticēties" in own.get(told).text
    assert not is_linked(helpdesk)


def test_a_note_of_signing_in_links_nothing_to_whoever_is_signed_in(
    helpdesk: Helpdesk, own: TestClient, provider: IdentityProvider
) -> None:
    provider.claims = {"sub": "99"}
    assert "problem=no_account" in come_back(own, go_there(own))
    assert not is_linked(helpdesk)
