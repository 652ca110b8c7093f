"""Signing in: the page wanted, the language, the session before, and nowhere else to be sent to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from bot.gateway.application import create_app
from bot.gateway.desk.wanted_pages import take_page
from bot.helpdesk import Helpdesk
from handoff.coordinators import NewAccount
from handoff.models.coordinator import Coordinator
from handoff.passwords import dummy_hash
from tests.bot.gateway.test_desk import OWN, anna, browser, csrf_of

__all__ = ["anna", "browser"]


@pytest.fixture
def account(helpdesk: Helpdesk, anna: NewAccount) -> dict[str, str]:
    """What Anna signs in with; her password is her own."""
    with helpdesk.database.transaction() as session:
        session.execute(update(Coordinator).values(must_change_password=False))
    return {"email": anna.email, "password": anna.password}


@pytest.fixture
def stranger(helpdesk: Helpdesk) -> Iterator[TestClient]:
    with TestClient(create_app(helpdesk), follow_redirects=False) as stranger:
        yield stranger


def sign_in(stranger: TestClient, account: dict[str, str], query: str = "") -> str:
    answer = stranger.post(f"/inbox/sign-in{query}", data=account)
    assert answer.status_code == 303
    return answer.headers["location"]


def test_the_page_wanted_comes_after_the_sign_in(stranger: TestClient, account: dict[str, str]) -> None:
    asked = stranger.get("/inbox/canned?saved=1&lang=en").headers["location"]
    form = stranger.get(asked)
    assert "Sign in" in form.text
    assert "lang=lv" not in form.text
    refused = stranger.post(asked, data={**account, "password": "wrong"})
    assert refused.status_code == 403
    assert "next=/inbox/canned" in refused.text
    assert sign_in(stranger, account, asked.removeprefix("/inbox/sign-in")) == "/inbox/canned?saved=1&lang=en"


def test_a_language_chosen_on_the_sign_in_page_is_kept(stranger: TestClient, account: dict[str, str]) -> None:
    assert sign_in(stranger, account, "?next=/inbox/canned&lang=en") == "/inbox/canned?lang=en"
    assert sign_in(stranger, account) == "/inbox"


def test_a_form_sent_too_late_leads_back_to_its_page(stranger: TestClient) -> None:
    late = stranger.post("/inbox/7/reply", data={}, headers={"Referer": "http://testserver/inbox/7?view=mine"})
    assert late.headers["location"] == "/inbox/sign-in?next=%2Finbox%2F7%3Fview%3Dmine"


def test_a_fragment_takes_its_whole_page_to_the_sign_in(stranger: TestClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox?view=mine"}
    answer = stranger.get("/inbox/7", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/inbox/sign-in?next=%2Finbox%3Fview%3Dmine"


def test_a_one_time_password_is_changed_before_the_page_wanted(stranger: TestClient, anna: NewAccount) -> None:
    account = {"email": anna.email, "password": anna.password}
    where = sign_in(stranger, account, "?next=/inbox/canned")
    assert where == "/inbox/password?next=%2Finbox%2Fcanned"
    csrf = csrf_of(stranger.get(where).text)
    changed = stranger.post(where, data={"csrf": csrf, "old": anna.password, "new": OWN})
    assert changed.headers["location"] == "/inbox/canned"


@pytest.mark.parametrize(
    "told",
    [
        "https://evil.example/inbox",
        "//evil.example/inbox",
        "/\\evil.example",
        "/inbox\\@evil.example",
        "/inboxes",
        "/inbox/../api/v1/me",
        "/inbox/sign-in?next=/inbox",
        "/inbox/sign-out",
        "javascript:alert(1)",
        "\t//evil.example",
        "/inbox/\r\nSet-Cookie: a=b",
        "/inbox/" + "a" * 600,
        "http://[::1",
        "",
    ],
)
def test_nowhere_else_can_be_wanted(stranger: TestClient, account: dict[str, str], told: str) -> None:
    assert take_page(told) == "/inbox"
    answer = stranger.post("/inbox/sign-in", params={"next": told}, data=account)
    assert answer.headers["location"] == "/inbox"


@given(st.text(alphabet=st.sampled_from("/\\.:?#@%inboxevl\t\n"), max_size=30))
def test_whatever_is_wanted_is_a_page_of_the_inbox(told: str) -> None:
    page = take_page(f"/inbox{told}")
    assert page == "/inbox" or page.startswith(("/inbox/", "/inbox?"))
    assert not set(page) & set("\\\t\n")


def test_signing_in_ends_the_session_before(stranger: TestClient, account: dict[str, str]) -> None:
    sign_in(stranger, account)
    planted = stranger.cookies["helpdesk"]
    sign_in(stranger, account)
    assert stranger.cookies["helpdesk"] != planted
    assert stranger.get("/api/v1/me").status_code == 200
    for way in ({"helpdesk": planted}, {"helpdesk": "chosen-by-somebody-else"}):
        stranger.cookies.clear()
        stranger.cookies.update(way)
        assert stranger.get("/api/v1/me").status_code == 401


def test_the_api_ends_the_session_before_too(stranger: TestClient, account: dict[str, str]) -> None:
    assert stranger.post("/api/v1/login", json=account).status_code == 200
    planted = stranger.cookies["helpdesk"]
    assert stranger.post("/api/v1/login", json=account).status_code == 200
    stranger.cookies.clear()
    stranger.cookies.update({"helpdesk": planted})
    assert stranger.get("/api/v1/me").status_code == 401


def test_the_desk_speaks_the_coordinators_own_language(
    helpdesk: Helpdesk, stranger: TestClient, account: dict[str, str]
) -> None:
    sign_in(stranger, account)
    with helpdesk.database.transaction() as session:
        session.execute(update(Coordinator).values(locale="en"))
    page = stranger.get("/inbox").text
    assert '<html lang="en">' in page
    assert 'href="/inbox/canned?lang=en"' in page
    assert 'href="/inbox?lang=lv" hreflang="lv"' in page
    assert '<html lang="lv">' in stranger.get("/inbox?lang=lv").text


def test_the_first_unknown_address_takes_no_longer_than_the_next(helpdesk: Helpdesk) -> None:
    """What an unknown address is checked against is ready before the first request."""
    dummy_hash.cache_clear()
    with TestClient(create_app(helpdesk)):
        assert dummy_hash.cache_info().currsize == 1
