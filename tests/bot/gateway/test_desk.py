"""The desk: signing in, taking requests, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk
from handoff.coordinators import NewAccount, add_coordinator
from handoff.feedback import rate_request
from tests.visiting import Visitor

OWN = "mans garais zirgs peld"


def make_account(helpdesk: Helpdesk, email: str, role: str = "coordinator") -> NewAccount:
    with helpdesk.database.transaction() as session:
        return add_coordinator(session, email=email, name=email.split("@")[0], role=role, with_token=True)


@pytest.fixture
def anna(helpdesk: Helpdesk) -> NewAccount:
    return make_account(helpdesk, "anna@example.org")


@pytest.fixture
def number(visitor: Visitor) -> int:
    """A request that waits in the queue."""
    visitor.say("Gribu runāt ar cilvēku")
    told = visitor.wait_for_answer(1)
    assert told["kind"] == "handoff"
    return int(told["data"]["request"]["number"])


def bearer(account: NewAccount) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.token}"}


@pytest.fixture
def browser(helpdesk: Helpdesk, anna: NewAccount) -> Iterator[TestClient]:
    """Anna, signed in with a password of her own."""
    with TestClient(create_app(helpdesk), follow_redirects=True) as browser:
        page = browser.post("/inbox/sign-in", data={"email": anna.email, "password": anna.password})
        assert page.url.path == "/inbox/password"
        changed = {"csrf": csrf_of(page.text), "old": anna.password, "new": OWN}
        assert browser.post("/inbox/password", data=changed).url.path == "/inbox"
        yield browser


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_claiming_twice_names_who_has_it(
    client: TestClient, helpdesk: Helpdesk, anna: NewAccount, number: int
) -> None:
    juris = make_account(helpdesk, "juris@example.org")
    assert client.post(f"/api/v1/requests/{number}/claim", headers=bearer(anna)).status_code == 200
    refused = client.post(f"/api/v1/requests/{number}/claim", headers=bearer(juris))
    assert (refused.status_code, refused.json()["code"]) == (409, "already_claimed")
    assert refused.json()["owner"] == "anna"


def test_a_reply_reaches_the_visitor_once(
    client: TestClient, anna: NewAccount, visitor: Visitor, number: int
) -> None:
    body = {"id": str(uuid4()), "text": "Labdien!"}
    for _ in range(2):
        assert client.post(f"/api/v1/requests/{number}/reply", json=body, headers=bearer(anna)).status_code == 201
    said = [message["text"] for message in visitor.read() if message["author"] == "coordinator"]
    assert said == ["Labdien!"]


def test_the_bot_is_silent_while_a_coordinator_has_it(
    client: TestClient, anna: NewAccount, visitor: Visitor, number: int
) -> None:
    client.post(f"/api/v1/requests/{number}/claim", headers=bearer(anna))
    before = len(visitor.read())
    visitor.say("Kas ir sociālā inovācija?")
    client.post(f"/api/v1/requests/{number}/reply", json={"id": str(uuid4()), "text": "Jā"}, headers=bearer(anna))
    after = visitor.read()[before:]
    assert [message["author"] for message in after] == ["visitor", "coordinator"]


def test_a_closed_request_gives_the_conversation_back(
    client: TestClient, anna: NewAccount, visitor: Visitor, number: int
) -> None:
    client.post(f"/api/v1/requests/{number}/claim", headers=bearer(anna))
    closed = client.post(f"/api/v1/requests/{number}/close", json={"outcome": "answered"}, headers=bearer(anna))
    assert closed.json()["state"] == "closed"
    seq = visitor.read()[-1]["seq"]
    visitor.say("Kas ir sociālā inovācija?")
    assert visitor.wait_for_answer(seq)["kind"] == "answer"


def test_the_dossier_tells_the_languages_of_both_sides(browser: TestClient, number: int) -> None:
    page = browser.get(f"/inbox/{number}").text
    assert "Apmeklētāja valoda</dt><dd>latviešu" in page
    assert "anna (latviešu)" in page


@pytest.mark.parametrize(("locale", "unrated", "rated"), [
    ("lv", "apmeklētājs nav novērtējis", "2 no 5: Ilgi bija jāgaida"),
    ("en", "not rated by the visitor", "2 of 5: It took too long"),
])  # fmt: skip
def test_a_closed_request_tells_how_it_was_rated(
    helpdesk: Helpdesk, browser: TestClient, visitor: Visitor, number: int, locale: str, unrated: str, rated: str
) -> None:
    page = browser.get(f"/inbox/{number}", params={"lang": locale})
    assert unrated not in page.text, "while it is open nobody is asked"
    csrf = csrf_of(page.text)
    browser.post(f"/inbox/{number}/reply", data={"csrf": csrf, "id": str(uuid4()), "text": "Labdien!"})
    browser.post(f"/inbox/{number}/close", data={"csrf": csrf, "outcome": "answered"})
    assert unrated in browser.get(f"/inbox/{number}", params={"lang": locale}).text
    with helpdesk.database.transaction() as session:
        rate_request(session, visitor.id, number, score=2, reason="slow")
    assert rated in browser.get(f"/inbox/{number}", params={"lang": locale}).text


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/me"), ("GET", "/requests"), ("GET", "/requests/1"), ("POST", "/requests/1/claim"),
     ("GET", "/requests/events"), ("POST", "/logout")],
)  # fmt: skip
def test_a_stranger_is_asked_to_sign_in(client: TestClient, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        refused = client.request(method, f"/api/v1{path}", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "sign_in")


def test_a_viewer_sees_no_requests(client: TestClient, helpdesk: Helpdesk, number: int) -> None:
    viewer = make_account(helpdesk, "viewer@example.org", "viewer")
    assert client.get(f"/api/v1/requests/{number}", headers=bearer(viewer)).status_code == 403


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(client: TestClient, anna: NewAccount) -> None:
    answers = [
        client.post("/api/v1/login", json={"email": email, "password": "wrong"})
        for email in (anna.email, "nobody@example.org")
    ]
    assert answers[0].status_code == answers[1].status_code == 403
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


def test_guessing_locks_the_account_and_says_how_long(client: TestClient, anna: NewAccount) -> None:
    for _ in range(5):
        client.post("/api/v1/login", json={"email": anna.email, "password": "wrong"})
    locked = client.post("/api/v1/login", json={"email": anna.email, "password": anna.password})
    assert locked.status_code == 429
    assert int(locked.headers["Retry-After"]) > 0


def test_a_one_time_password_must_be_changed_first(helpdesk: Helpdesk, anna: NewAccount) -> None:
    with TestClient(create_app(helpdesk)) as browser:
        browser.post("/inbox/sign-in", data={"email": anna.email, "password": anna.password})
        assert browser.get("/inbox").url.path == "/inbox/password"
        assert browser.get("/inbox/1").url.path == "/inbox/password"


def test_a_change_without_the_csrf_token_is_refused(browser: TestClient, number: int) -> None:
    assert browser.post(f"/inbox/{number}/claim").status_code == 403
    assert browser.post(f"/api/v1/requests/{number}/claim").json()["code"] == "csrf"


def test_a_change_from_another_site_is_refused(browser: TestClient, number: int) -> None:
    csrf = csrf_of(browser.get(f"/inbox/{number}").text)
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert browser.post(f"/inbox/{number}/claim", data={"csrf": csrf}, headers=headers).status_code == 403


def test_a_request_is_handled_with_forms_alone(browser: TestClient, visitor: Visitor, number: int) -> None:
    page = browser.get(f"/inbox/{number}")
    csrf = csrf_of(page.text)
    browser.post(f"/inbox/{number}/claim", data={"csrf": csrf})
    browser.post(f"/inbox/{number}/note", data={"csrf": csrf, "text": "Piezvanīt rīt"})
    browser.post(f"/inbox/{number}/reply", data={"csrf": csrf, "id": str(uuid4()), "text": "Labdien!"})
    closed = browser.post(f"/inbox/{number}/close", data={"csrf": csrf, "outcome": "answered"})
    assert "Slēgts" in closed.text
    assert "Piezvanīt rīt" in closed.text
    said = [message for message in visitor.read() if message["author"] == "coordinator"]
    assert [message["text"] for message in said] == ["Labdien!"]
    assert all("Piezvanīt" not in message["text"] for message in visitor.read())


def test_what_was_written_is_kept_when_it_is_refused(
    browser: TestClient, client: TestClient, helpdesk: Helpdesk, number: int
) -> None:
    csrf = csrf_of(browser.get(f"/inbox/{number}").text)
    juris = make_account(helpdesk, "juris@example.org")
    client.post(f"/api/v1/requests/{number}/claim", headers=bearer(juris))
    page = browser.post(f"/inbox/{number}/reply", data={"csrf": csrf, "id": str(uuid4()), "text": "Mana atbilde"})
    assert page.status_code == 409
    assert "juris" in page.text


def test_signing_out_ends_the_session(browser: TestClient) -> None:
    csrf = csrf_of(browser.get("/inbox").text)
    kept = browser.cookies["helpdesk"]
    browser.post("/inbox/sign-out", data={"csrf": csrf})
    browser.cookies.set("helpdesk", kept)
    assert browser.get("/inbox").url.path == "/inbox/sign-in"


def test_hostile_text_is_shown_as_text(browser: TestClient, visitor: Visitor, number: int) -> None:
    visitor.say("<script>alert(1)</script>")
    page = browser.get(f"/inbox/{number}").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
