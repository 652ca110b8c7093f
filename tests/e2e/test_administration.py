"""An administrator's work, in Latvian, in a real browser: on a desk, on a phone, and by the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from handoff import conversations, requests
from handoff.coordinators import add_coordinator, find_coordinator, list_coordinators
from handoff.effects import apply_effect
from handoff.messages import Author, Draft, Effect, MessageKind
from handoff.records import append_message, lock_conversation
from handoff.views import Actor
from tests.browsing import find_violations
from tests.e2e.conftest import Watched
from tests.serving import Served, free_port, open_helpdesk, serve

DESK, PHONE = 1280, 360
HOME = "/inbox/administration"


@dataclass
class Office:
    """A helpdesk with three people, one of whom has a request in hand, and the administrator's windows."""

    served: Served
    browser: Browser
    people: dict[str, Actor]
    password: str
    contexts: list[BrowserContext] = field(default_factory=list)
    watched: list[Watched] = field(default_factory=list)

    @property
    def helpdesk(self) -> Helpdesk:
        return self.served.helpdesk

    def window(self, path: str, width: int = DESK) -> Page:
        context = self.browser.new_context(
            locale="lv-LV", timezone_id="Europe/Riga", viewport={"width": width, "height": 900}
        )
        account = {"email": self.people["Vija"].email, "password": self.password}
        assert context.request.post(f"{self.served.url}/api/v1/login", data=account).ok
        self.contexts.append(context)
        self.watched.append(Watched(self.served.url))
        page = self.watched[-1].watch(context.new_page())
        page.goto(self.served.url + path)
        return page

    def claim_one(self, who: str) -> int:
        with self.helpdesk.database.transaction() as session:
            view, _ = conversations.open_conversation(
                session, channel="web", locale="lv", consent="2026-11", page=None, greeting=[]
            )
            conversations.record_visitor_message(
                session, view.id, client_id=str(uuid4()), text="Gribu runāt ar cilvēku", for_person=True
            )
            conversation = lock_conversation(session, view.id)
            asked = Draft(MessageKind.HANDOFF, "Nododu.", "lv", effect=Effect("handoff", {"reason": "asked"}))
            told, _ = apply_effect(session, conversation, asked)
            append_message(session, conversation, Author.BOT, told)
            number = conversations.get_conversation(session, view.id).request_number
            assert number is not None
            requests.claim(session, self.people[who], number)
            return number


@pytest.fixture(scope="module")
def served_office(few_materials: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = Settings(_env_file=None, data=tmp_path_factory.mktemp("office"), port=free_port())
    with open_helpdesk(settings, few_materials) as helpdesk, serve(helpdesk) as served:
        yield served


@pytest.fixture(scope="module")
def office(served_office: Served, browser: Browser) -> Iterator[Office]:
    with served_office.helpdesk.database.transaction() as session:
        for name, role in (("Ilze", "coordinator"), ("Juris", "editor"), ("Vija", "administrator")):
            email = f"{name.lower()}@example.org"
            account = add_coordinator(session, email=email, name=name, role=role, with_token=False)
            find_coordinator(session, email).must_change_password = False
        people = {one.name: one for one in list_coordinators(session)}
    office = Office(served_office, browser, people, account.password)
    yield office
    for context in office.contexts:
        context.close()
    for watched in office.watched:
        assert (watched.strangers, watched.complaints) == ([], [])


def check(page: Page) -> None:
    """Accessible, no wider than the window, and nothing too small to be touched."""
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    small = page.evaluate(
        "[...document.querySelectorAll('main button, main .button, main select, main summary, main a.target')]"
        ".filter(n => n.offsetParent && n.getBoundingClientRect().height < 43.5).map(n => n.outerHTML)"
    )
    assert small == []


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_every_page_is_accessible(office: Office, width: int) -> None:
    page = office.window(HOME, width)
    for part in ("", "/hours", "/state", "/settings", "/audit", f"/people/{office.people['Vija'].id}"):
        page.goto(f"{office.served.url}{HOME}{part}")
        expect(page.get_by_role("heading", level=1, name="Pārvaldība")).to_be_visible()
        check(page)


def test_a_colleague_comes_is_helped_and_leaves(office: Office) -> None:
    """On a phone: the account, its one-time password, a new one, and the requests handed to somebody."""
    page = office.window(HOME, PHONE)
    page.get_by_label("E-pasta adrese").fill("zane@example.org")
    page.get_by_label("Vārds").fill("Zane")
    page.get_by_label(re.compile("^Koordinators")).check()
    page.get_by_role("button", name="Izveidot kontu").click()
    shown = page.locator(".password")
    expect(page.get_by_role("status")).to_contain_text("Vienreizējā parole")
    first = shown.inner_text()
    check(page)
    page.get_by_role("button", name="Izveidot jaunu paroli").click()
    expect(shown).not_to_have_text(first)
    number = office.claim_one("Ilze")
    page.goto(f"{office.served.url}{HOME}")
    page.get_by_role("link", name="Ilze").click()
    page.get_by_text("Deaktivizēt kontu").click()
    page.get_by_label(re.compile("Kam nodot 1 atvērto")).select_option(label="Juris")
    page.get_by_role("button", name="Deaktivizēt", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("pieteikumi ir nodoti")
    check(page)
    with office.helpdesk.database.reading() as session:
        (kept,), _ = requests.list_requests(session, office.people["Juris"], query=f"#{number}")
    assert kept.assignee == office.people["Juris"].email


def test_the_keyboard_alone_adds_a_day_off_and_finds_it_in_the_trail(office: Office) -> None:
    page = office.window(f"{HOME}/hours")
    page.get_by_label("Pirmā diena").focus()
    page.keyboard.type("12242030")
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.id") == "first":
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "last"
    page.get_by_label("Iemesls latviski").focus()
    page.keyboard.type("Komandas diena")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Slēgtās dienas ir pievienotas")
    check(page)
    page.get_by_role("link", name="Darbību žurnāls").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Darbība", exact=True).select_option(label="pievienoja slēgtās dienas")
    page.get_by_role("button", name="Meklēt").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("1 ieraksts.")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Vija")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Lejupielādēt CSV").press("Enter")
    assert fetched.value.suggested_filename.endswith(".csv")
