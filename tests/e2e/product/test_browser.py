"""In a real browser: a question, its source, a person, and the answer still there after a reload."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import find_violations, open_browser
from tests.e2e.product.product import Product

OWN_PASSWORD = "mans garais zirgs peld"
PATIENCE = 20_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


class Watched:
    """A page of a window of its own; `complaints` are what its console and its requests said."""

    def __init__(self, browser: Browser, base: str, width: int = 1280) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 860}, locale="lv-LV")
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "request", lambda r: None if r.url.startswith((base, "data:")) else self.complaints.append(r.url)
        )
        self.page.set_default_timeout(PATIENCE)


def begin_chat(page: Page, base: str) -> None:
    page.goto(f"{base}/chat")
    page.get_by_role("button", name=re.compile("Piekrītu")).click()
    page.get_by_label("Jūsu ziņa").wait_for()


def ask(page: Page, text: str) -> None:
    page.get_by_label("Jūsu ziņa").fill(text)
    page.get_by_label("Jūsu ziņa").press("Enter")


def sign_in(page: Page, base: str, account: dict[str, str]) -> None:
    page.goto(f"{base}/inbox")
    page.get_by_label("E-pasts").fill(account["email"])
    page.get_by_label("Parole", exact=True).fill(account["password"])
    page.get_by_role("button", name="Ieiet").click()
    page.get_by_label("Pašreizējā parole").fill(account["password"])
    page.get_by_label("Jaunā parole").fill(OWN_PASSWORD)
    page.get_by_role("button", name="Mainīt paroli").click()
    page.wait_for_url("**/inbox")


def test_a_question_is_answered_and_its_source_opens_at_the_passage(browser: Browser, product: Product) -> None:
    window = Watched(browser, product.base)
    begin_chat(window.page, product.base)
    ask(window.page, "Kas ir sociālā inovācija?")
    source = window.page.get_by_role("link", name=re.compile("Kas ir sociālā inovācija")).first
    source.wait_for()
    assert find_violations(window.page) == []
    window.page.goto(product.base + str(source.get_attribute("href")).removeprefix(product.base))
    anchor = window.page.url.split("#")[1]
    expect(window.page.locator(f"[id='{anchor}']")).to_be_in_viewport()
    assert find_violations(window.page) == []
    assert window.complaints == []
    window.context.close()


def test_a_person_is_asked_for_and_answers_live(browser: Browser, product: Product) -> None:
    account = json.loads(product.command("coordinator", "add", "ilze@example.org", "--name", "Ilze", "--json"))
    visitor, desk = Watched(browser, product.base), Watched(browser, product.base)
    sign_in(desk.page, product.base, account)
    begin_chat(visitor.page, product.base)
    ask(visitor.page, "Lūdzu, savienojiet mani ar cilvēku")
    visitor.page.get_by_text(re.compile(r"Jūsu pieteikums Nr\. \d+ ir reģistrēts")).wait_for()

    row = desk.page.locator("a.request", has_text="savienojiet mani").first
    row.wait_for()
    assert find_violations(desk.page) == []
    row.click()
    desk.page.get_by_role("button", name="Pieņemt").click()
    desk.page.get_by_label(re.compile("Atbilde apmeklētājam")).fill("Labdien! Esmu Ilze un Jums palīdzēšu.")
    desk.page.get_by_role("button", name="Nosūtīt", exact=True).click()
    visitor.page.get_by_text("Esmu Ilze un Jums palīdzēšu.").wait_for()
    desk.page.get_by_text("Atbilde ir nosūtīta.").wait_for()
    assert find_violations(desk.page) == []

    ask(visitor.page, "Paldies, Ilze!")
    desk.page.locator("#thread").get_by_text("Paldies, Ilze!").wait_for()
    visitor.page.reload()
    visitor.page.get_by_text("Esmu Ilze un Jums palīdzēšu.").wait_for()
    assert visitor.page.get_by_text("Paldies, Ilze!").count() == 1
    assert find_violations(visitor.page) == []
    assert visitor.complaints == []
    assert desk.complaints == []
    visitor.context.close()
    desk.context.close()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    "path", ["/", "/library", "/calls", "/calls?lang=en", "/accessibility", "/privacy", "/inbox"]
)
def test_each_page_is_accessible_and_fits_a_phone(
    browser: Browser, product: Product, path: str, width: int
) -> None:
    window = Watched(browser, product.base, width)
    window.page.goto(product.base + path)
    assert find_violations(window.page) == []
    overflow = window.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    assert window.complaints == []
    window.context.close()
