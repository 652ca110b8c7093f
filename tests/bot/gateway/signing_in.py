"""A browser without a screen, signed in at the desk, that proves its forms as a page does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk
from handoff.coordinators import add_coordinator, find_coordinator


class Signed:
    def __init__(self, browser: TestClient, coordinator_id: str, password: str) -> None:
        self.browser, self.id, self.password = browser, coordinator_id, password
        self.proof = {"X-CSRF-Token": browser.get("/api/v1/me").json()["csrf"]}

    def get(self, path: str, **query: Any) -> Response:
        return self.browser.get(path, params=query or None)

    def post(self, path: str, **form: Any) -> Response:
        return self.browser.post(path, data=form, headers=self.proof)


@contextmanager
def sign_in(helpdesk: Helpdesk, name: str, role: str, *, follow: bool = True) -> Iterator[Signed]:
    with helpdesk.database.transaction() as session:
        account = add_coordinator(
            session, email=f"{name.lower()}@example.org", name=name, role=role, with_token=False
        )
        row = find_coordinator(session, account.email)
        row.must_change_password = False
    with TestClient(create_app(helpdesk), follow_redirects=follow) as browser:
        browser.post("/api/v1/login", json={"email": account.email, "password": account.password})
        yield Signed(browser, row.id, account.password)


@contextmanager
def administrator(helpdesk: Helpdesk) -> Iterator[Signed]:
    with sign_in(helpdesk, "Vija", "administrator") as signed:
        yield signed
