"""A coordinator's own account in a real browser, in Latvian, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pydantic import SecretStr
from sqlalchemy import update

from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from handoff.coordinators import add_coordinator, find_coordinator
from handoff.models.coordinator import Coordinator
from handoff.notifying import notify
from tests.browsing import find_violations
from tests.e2e.conftest import Watched
from tests.identity_provider import CLIENT, SECRET, IdentityProvider, run_provider
from tests.serving import Served, free_port, open_helpdesk, serve

DESK, PHONE = 1280, 360
WIDTHS = pytest.mark.parametrize("width", [DESK, PHONE])


@dataclass
class People:
    """A helpdesk where coordinators sign in, by password or by the provider that runs beside it."""

    served: Served
    browser: Browser
    provider: IdentityProvider
    passwords: dict[str, str] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)
    watched: list[Watched] = field(default_factory=list)

    @property
    def helpdesk(self) -> Helpdesk:
        return self.served.helpdesk

    def add(self, name: str) -> str:
        """Gives the e-mail address; the password is the person's own."""
        email = f"{name.lower()}@example.org"
        with self.helpdesk.database.transaction() as session:
            made = add_coordinator(session, email=email, name=name, role="coordinator", with_token=False)
            row = find_coordinator(session, email)
            session.execute(update(Coordinator).where(Coordinator.id == row.id).values(must_change_password=False))
        self.passwords[email] = made.password
        return email

    def window(self, path: str, width: int, *, watched: bool = True) -> Page:
        context = self.browser.new_context(
            locale="lv-LV", timezone_id="Europe/Riga", viewport={"width": width, "height": 900},
            permissions=["notifications"],
        )  # fmt: skip
        self.contexts.append(context)
        page = context.new_page()
        if watched:
            self.watched.append(Watched(self.served.url))
            self.watched[-1].watch(page)
        page.goto(self.served.url + path)
        return page

    def sign_in_elsewhere(self, email: str) -> BrowserContext:
        context = self.browser.new_context(user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Safari/604.1")
        self.contexts.append(context)
        account = {"email": email, "password": self.passwords[email]}
        assert context.request.post(f"{self.served.url}/api/v1/login", data=account).ok
        return context


@pytest.fixture(scope="module")
def served(few_materials: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, object]]:
    folder: Path = tmp_path_factory.mktemp("account")
    with run_provider(datetime.now().astimezone()) as provider:
        settings = Settings(
            _env_file=None,
            data=folder,
            port=free_port(),
            oidc_issuer=provider.url,
            oidc_client_id=CLIENT,
            oidc_client_secret=SecretStr(SECRET),
            oidc_name="iestādes kontu",
        )
        with open_helpdesk(settings, few_materials) as helpdesk, serve(helpdesk) as running:
            yield running, provider


@pytest.fixture
def people(served: tuple[Served, IdentityProvider], browser: Browser) -> Iterator[People]:
    people = People(served[0], browser, served[1])
    yield people
    for context in people.contexts:
        context.close()
    for watched in people.watched:
        assert watched.strangers == []
        assert watched.complaints == []


def check(page: Page) -> None:
    """Accessible, no wider than the window, with a masthead of one line."""
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.evaluate("document.querySelector('.masthead-inner').clientHeight") <= 72


def open_part(page: Page, part: str) -> None:
    page.get_by_role("navigation", name="Mans konts").get_by_role("link", name=part).click()
    check(page)


@WIDTHS
def test_a_coordinator_keeps_their_own_account(people: People, width: int) -> None:
    email = people.add(f"Ilze{width}")
    page = people.window("/inbox/account/tokens", width)
    check(page)
    page.get_by_label("E-pasts").fill(email)
    page.keyboard.press("Tab")
    page.keyboard.type(people.passwords[email])
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/account/tokens")
    keep_tokens(page)
    open_part(page, "Drošība")
    open_forms(page)
    keep_second_factor(page)
    keep_devices(people, page, email)
    open_part(page, "Paziņojumi")
    keep_wishes(page)
    open_part(page, "Profils un prombūtne")
    keep_absence(people, page)
    keep_language(page, width)


def keep_tokens(page: Page) -> None:
    page.get_by_label("Nosaukums").fill("Skripts")
    page.get_by_role("button", name="Izveidot pilnvaru").click()
    expect(page.locator("code.secret")).to_have_text(re.compile("^hd_"))
    check(page)
    open_part(page, "API pilnvaras")
    expect(page.locator("code.secret")).to_have_count(0)
    page.get_by_role("button", name=re.compile("Atsaukt.*Skripts")).click()
    expect(page.get_by_text("Pilnvara ir atsaukta.")).to_be_visible()


def open_forms(page: Page) -> None:
    """What is behind a summary is accessible too."""
    for summary in page.locator("main summary").all():
        summary.click()
    expect(page.get_by_label("Jaunā e-pasta adrese")).to_be_visible()
    check(page)


def keep_second_factor(page: Page) -> None:
    page.get_by_role("link", name="Iestatīt").click()
    page.get_by_role("button", name="Iestatīt").click()
    secret = page.locator("code.break").inner_text()
    check(page)
    page.get_by_role("textbox", name="Kods").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Apstiprināt").click()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="Kodi ir saglabāti").click()
    expect(page.get_by_text("Atlikuši 10 atkopšanas kodi.")).to_be_visible()
    page.get_by_role("link", name="Pārvaldīt").click()
    check(page)
    page.locator("#code-renew").fill(codes[0])
    page.get_by_role("button", name="Izveidot jaunus kodus").click()
    assert not set(page.locator(".codes code").all_inner_texts()) & set(codes)
    page.get_by_role("link", name="Kodi ir saglabāti").click()
    check(page)


def keep_devices(people: People, page: Page, email: str) -> None:
    with people.helpdesk.database.transaction() as session:
        row = find_coordinator(session, email)
        row.totp_confirmed_at = row.totp_secret = None
    lost = people.sign_in_elsewhere(email)
    page.reload()
    check(page)
    page.get_by_role("button", name=re.compile("Atvienot.*Safari, iPhone")).click()
    expect(page.get_by_text("Ierīce ir atvienota.")).to_be_visible()
    assert lost.request.get(f"{people.served.url}/api/v1/me").status == 401


def keep_wishes(page: Page) -> None:
    expect(page.get_by_text("Šajā pārlūkā paziņojumi ir atļauti.")).to_be_visible()
    box = page.get_by_role("checkbox", name="Jauns pieteikums: E-pasts")
    box.uncheck()
    page.get_by_label("No", exact=True).fill("21:00")
    page.get_by_role("button", name="Saglabāt").click()
    expect(page.get_by_text("Paziņojumu iestatījumi ir saglabāti.")).to_be_visible()
    expect(box).not_to_be_checked()
    expect(page.get_by_label("No", exact=True)).to_have_value("21:00")
    check(page)


def keep_absence(people: People, page: Page) -> None:
    today = people.helpdesk.clock().astimezone(people.helpdesk.settings.zone).date()
    page.get_by_label("Pēdējā diena").fill((today + timedelta(days=7)).isoformat())
    page.get_by_role("button", name="Pieteikt prombūtni").click()
    expect(page.get_by_text("Jūs šobrīd esat prombūtnē.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Esmu atpakaļ").click()
    expect(page.get_by_text("Prombūtne ir beigusies")).to_be_visible()
    page.get_by_role("checkbox", name="krievu").check()
    page.get_by_role("button", name="Mainīt valodas").click()
    expect(page.get_by_role("checkbox", name="krievu")).to_be_checked()
    check(page)


def keep_language(page: Page, width: int) -> None:
    page.get_by_role("combobox", name="Valoda").select_option(label="English")
    page.get_by_role("button", name="Saglabāt").click()
    expect(page.get_by_text("The profile is saved.")).to_be_visible()
    if width == PHONE:
        page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Requests", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Requests")
    check(page)


@WIDTHS
def test_the_organisations_account_opens_the_page_wanted(people: People, width: int) -> None:
    email = people.add(f"Juris{width}")
    people.provider.now = datetime.now().astimezone()
    people.provider.claims = {"sub": email, "email": email, "email_verified": True}
    people.provider.wrong = "denied"
    page = people.window("/inbox/account/security", width, watched=False)
    page.get_by_role("link", name="Ieiet ar iestādes kontu").click()
    expect(page.get_by_role("alert")).to_have_text("Ieeja ir atcelta.")
    assert "code=" not in page.url
    check(page)
    people.provider.wrong = ""
    page.get_by_role("link", name="Ieiet ar iestādes kontu").click()
    page.wait_for_url("**/inbox/account/security")
    expect(page.get_by_text("ar organizācijas kontu").first).to_be_visible()
    check(page)


def test_news_is_shown_on_the_screen_of_an_open_inbox(people: People) -> None:
    email = people.add("Anna")
    page = people.window("/inbox/sign-in", DESK)
    page.add_init_script(
        "window.Notification = class extends EventTarget { static permission = 'granted';"
        " constructor(title) { super(); document.documentElement.dataset.shown = title; } };"
        " document.hasFocus = () => false;"
    )
    page.get_by_label("E-pasts").fill(email)
    page.get_by_label("Parole").fill(people.passwords[email])
    with people.helpdesk.database.transaction() as session:
        find_coordinator(session, email).preferences = {"quiet": None}
    with page.expect_response("**/api/v1/requests/events"):
        page.get_by_role("button", name="Ieiet", exact=True).click()
    with people.helpdesk.database.transaction() as session:
        notify(session, [find_coordinator(session, email)], "mention", None, dedupe="anna")
    expect(page.locator("html")).to_have_attribute("data-shown", re.compile("^Jūs pieminēja"))
