"""The second factor on its page: set up, asked for at sign-in, taken off only with a code."""

from __future__ import annotations

import re

import pyotp
import pytest
from fastapi.testclient import TestClient

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk
from handoff.coordinators import NewAccount
from tests.bot.gateway.test_desk import OWN, anna, browser, csrf_of

__all__ = ["anna", "browser"]

PAGE = "/inbox/second-factor"


def post(browser: TestClient, step: str, **fields: str) -> str:
    csrf = csrf_of(browser.get(PAGE).text)
    return str(browser.post(f"{PAGE}/{step}", data={"csrf": csrf, **fields}).text)


@pytest.fixture
def codes(browser: TestClient, helpdesk: Helpdesk) -> list[str]:
    """Anna's recovery codes: her second factor is on."""
    begun = post(browser, "begin")
    assert "<svg" in begun
    secret = re.search(r'<code class="break">([A-Z2-7]+)</code>', begun)
    assert secret
    done = post(browser, "confirm", code=pyotp.TOTP(secret.group(1)).at(helpdesk.clock()))
    return re.findall(r"<li><code>([^<]+)</code>", done)


def test_recovery_codes_are_shown_once(browser: TestClient, codes: list[str]) -> None:
    assert len(codes) == 10
    again = browser.get(PAGE)
    assert codes[0] not in again.text
    assert again.headers["Cache-Control"] == "no-store"


def test_a_wrong_code_turns_nothing_on(browser: TestClient) -> None:
    post(browser, "begin")
    assert "Kods nav pareizs" in post(browser, "confirm", code="000000x")
    assert "Iestatīt" in browser.get(PAGE).text


def test_signing_in_takes_the_code_too(helpdesk: Helpdesk, anna: NewAccount, codes: list[str]) -> None:
    with TestClient(create_app(helpdesk), follow_redirects=True) as other:
        told = {"email": anna.email, "password": OWN}
        asked = other.post("/inbox/sign-in", data=told)
        assert asked.status_code == 403
        assert 'name="code"' in asked.text
        assert other.post("/inbox/sign-in", data={**told, "code": codes[0]}).url.path == "/inbox"
        assert other.post("/inbox/sign-in", data={**told, "code": codes[0]}).status_code == 403


def test_taking_it_off_needs_a_code(browser: TestClient, codes: list[str]) -> None:
    assert "Kods nav pareizs" in post(browser, "remove", code="nepareizs")
    assert "Iestatīt" in post(browser, "remove", code=codes[1])


def test_the_page_needs_a_signed_in_coordinator(helpdesk: Helpdesk) -> None:
    with TestClient(create_app(helpdesk), follow_redirects=True) as nobody:
        assert nobody.get(PAGE).url.path == "/inbox/sign-in"
