"""Signing up and ending it in a real browser: without JavaScript, on a narrow screen, and by axe's rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.helpdesk import Knowledge
from bot.settings import Settings
from tests.bot.gateway.test_library_browser import open_page
from tests.browsing import find_violations, open_browser
from tests.post_office import PostOffice, open_office, read_text
from tests.serving import Served, free_port, open_helpdesk, serve

ANNA = "anna@example.org"
NARROW = {"width": 320, "height": 700}


@pytest.fixture(scope="module")
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture(scope="module")
def served(knowledge: Knowledge, office: PostOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with open_office(office) as port:
        settings = Settings(
            _env_file=None,
            data=tmp_path_factory.mktemp("data"),
            port=free_port(),
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
            smtp_sender="palidziba@example.org",
        )
        with open_helpdesk(settings, knowledge) as helpdesk, serve(helpdesk) as served:
            yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


def find_link(page: Page, office: PostOffice, part: str) -> str:
    """Of the newest letter; looks again while it is on its way."""
    for _ in range(200):
        if office.letters and (found := re.search(rf"http\S+/{part}\S*", read_text(office.letters[-1]))):
            return found[0]
        page.wait_for_timeout(50)
    raise AssertionError("no letter came")


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def sign_up(page: Page) -> None:
    page.get_by_label("E-pasta adrese").fill(ANNA)
    page.get_by_label("Joma").select_option(label="Novecošana")
    page.get_by_label("30 dienas iepriekš").uncheck()
    page.get_by_label("Reizi nedēļā, pirmdienās").check()
    page.get_by_role("button", name="Pieteikties jaunumiem").click()
    heading(page, "Pārbaudiet e-pastu")


@pytest.mark.parametrize("options", [{"java_script_enabled": False}, {"color_scheme": "dark", "viewport": NARROW}])
def test_from_the_list_of_calls_to_the_last_letter(
    browser: Browser, served: Served, office: PostOffice, options: dict[str, Any]
) -> None:
    office.letters.clear()
    scripts = options.get("java_script_enabled", True)

    def look(page: Page) -> None:
        """Axe needs scripts; the rest of the way does not."""
        assert not scripts or find_violations(page) == []
        assert not scripts or page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]

    page, complaints = open_page(browser, served, "/calls", **options)
    page.get_by_role("link", name="Saņemt jaunumus e-pastā").click()
    look(page)
    page.get_by_role("button", name="Pieteikties jaunumiem").click()
    expect(page.get_by_role("alert")).to_contain_text("Ierakstiet e-pasta adresi")
    look(page)
    sign_up(page)
    look(page)
    page.goto(find_link(page, office, "confirm"))
    look(page)
    page.get_by_role("button", name="Apstiprināt").click()
    heading(page, "Abonements ir apstiprināts")
    page.get_by_role("link", name="Mani abonementi").click()
    expect(page.get_by_label("30 dienas iepriekš")).not_to_be_checked()
    expect(page.get_by_label("Reizi nedēļā, pirmdienās")).to_be_checked()
    page.get_by_label("English").check()
    page.get_by_role("button", name="Saglabāt").click()
    expect(page.get_by_role("status")).to_have_text("Izvēle ir saglabāta.")
    look(page)
    page.goto(page.url.split("?")[0] + "/unsubscribe")
    look(page)
    page.get_by_role("button", name="Jā, atteikties").click()
    heading(page, "Vairs nerakstīsim")
    assert [told for told in complaints if "422" not in told] == [], "only the refused form is in the console"
    page.context.close()


def test_a_choice_made_in_the_list_is_kept(browser: Browser, served: Served) -> None:
    """Also where the list was narrowed without loading the page again."""
    page, _ = open_page(browser, served, "/calls?theme=ageing")
    page.get_by_label("Vieta", exact=True).select_option(label="Latgale")
    link = page.get_by_role("link", name="Saņemt jaunumus e-pastā")
    expect(link).to_have_attribute("href", "/calls/subscribe?theme=ageing&region=latgale")
    link.click()
    expect(page.get_by_label("Joma")).to_have_value("ageing")
    expect(page.get_by_label("Vieta", exact=True)).to_have_value("latgale")
    page.context.close()
