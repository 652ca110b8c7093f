"""Approve first, from the visitor's question to the answer, and who may open which page of the desk."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk
from handoff.approvals import set_themes
from handoff.coordinators import add_coordinator, list_coordinators
from handoff.models.coordinator import Coordinator
from knowledge.vocabulary import load_vocabularies
from tests.visiting import Visitor

QUESTION = "Kas ir sociālā inovācija?"


@pytest.fixture
def reviewed(helpdesk: Helpdesk) -> None:
    """Every theme there is waits for approval, and the documents have one each."""
    with helpdesk.database.transaction() as session:
        add_coordinator(session, email="vija@example.org", name="Vija", role="administrator", with_token=False)
        (boss,) = list_coordinators(session)
        set_themes(session, boss, list(load_vocabularies()["theme"].terms))


@pytest.mark.usefixtures("reviewed")
def test_a_visitors_answer_waits_and_one_without_a_conversation_is_not_given(
    client: TestClient, visitor: Visitor
) -> None:
    asked = client.post("/api/v1/ask", json={"question": QUESTION}).json()
    visitor.say(QUESTION)
    told = visitor.wait_for_answer(1)
    assert (told["kind"], told["sources"]) == ("handoff", [])
    assert "pārbaudīs koordinators" in told["text"]
    assert (asked["answered"], asked["sources"]) == (False, [])


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", ""), ("GET", "/1"), ("GET", "/1/export"), ("POST", "/1/claim"), ("POST", "/1/reply"),
     ("GET", "/canned"), ("POST", "/canned"), ("POST", "/canned/1/delete"), ("GET", "/approval"),
     ("POST", "/approval")],
)  # fmt: skip
def test_a_viewer_opens_none_of_the_desk_and_a_stranger_signs_in(
    helpdesk: Helpdesk, method: str, path: str
) -> None:
    with helpdesk.database.transaction() as session:
        account = add_coordinator(session, email="v@example.org", name="V", role="viewer", with_token=False)
        session.query(Coordinator).update({"must_change_password": False})
    with TestClient(create_app(helpdesk), follow_redirects=False) as browser:
        stranger = browser.request(method, f"/inbox{path}")
        assert stranger.status_code == 303
        assert stranger.headers["location"].startswith("/inbox/sign-in")
        browser.post("/inbox/sign-in", data={"email": account.email, "password": account.password})
        assert browser.request(method, f"/inbox{path}").status_code == 403


def test_a_viewer_is_led_to_the_reports(helpdesk: Helpdesk) -> None:
    with helpdesk.database.transaction() as session:
        account = add_coordinator(session, email="v@example.org", name="V", role="viewer", with_token=False)
        session.query(Coordinator).update({"must_change_password": False})
    with TestClient(create_app(helpdesk), follow_redirects=False) as browser:
        browser.post("/inbox/sign-in", data={"email": account.email, "password": account.password})
        opened = browser.get("/inbox")
        assert (opened.status_code, opened.headers["location"]) == (303, "/inbox/reports")


def test_an_unknown_act_is_not_found(helpdesk: Helpdesk) -> None:
    with helpdesk.database.transaction() as session:
        account = add_coordinator(session, email="a@example.org", name="A", role="coordinator", with_token=False)
        session.query(Coordinator).update({"must_change_password": False})
    with TestClient(create_app(helpdesk)) as browser:
        browser.post("/inbox/sign-in", data={"email": account.email, "password": account.password})
        proof = {"X-CSRF-Token": browser.get("/api/v1/me").json()["csrf"]}
        assert browser.post("/inbox/1/explode", headers=proof).status_code == 404
        assert browser.post("/inbox/1/explode").status_code == 403
