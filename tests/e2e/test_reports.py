"""Reports as a manager reads them, in Latvian, on a desk and on a phone; and the rating that fills one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader
from sqlalchemy import select, update

from bot.helpdesk import Knowledge
from bot.settings import Settings
from handoff import requests
from handoff.conversations import get_conversation
from handoff.coordinators import add_coordinator, list_coordinators
from handoff.effects import apply_effect
from handoff.messages import Author, Draft, Effect, MessageKind
from handoff.models.conversation import Conversation
from handoff.models.coordinator import Coordinator
from handoff.models.message import Feedback
from handoff.records import append_message, lock_conversation
from tests.bot.gateway.conftest import NOW
from tests.browsing import find_violations
from tests.e2e.chatting import Chat
from tests.e2e.test_desk_work import DESK, PHONE, Day, check
from tests.seeding import seed_year
from tests.serving import free_port, open_helpdesk, serve

HANDOFF = Draft(MessageKind.HANDOFF, "Nododu koordinatoram.", "lv", effect=Effect("handoff", {"reason": "asked"}))


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, few_materials: Knowledge, browser: Browser) -> Iterator[Day]:
    settings = Settings(_env_file=None, data=tmp_path_factory.mktemp("year"), port=free_port(), now=NOW)
    with open_helpdesk(settings, few_materials) as helpdesk, serve(helpdesk) as served:
        passwords = {}
        with helpdesk.database.transaction() as session:
            for name, role in (("Ilze", "coordinator"), ("Vija", "viewer")):
                made = add_coordinator(
                    session, email=f"{name.lower()}@example.org", name=name, role=role, with_token=False
                )
                passwords[name] = made.password
            session.execute(update(Coordinator).values(must_change_password=False))
            people = {one.name: one for one in list_coordinators(session)}
            seed_year(session, until=NOW, requests=120, people=[people["Ilze"].id])
        day = Day(served, browser, people, passwords)
        yield day
        for context in day.contexts:
            context.close()
        for watched in day.watched:
            assert (watched.strangers, watched.complaints) == ([], [])


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_viewer_reads_compares_shares_downloads_and_prints(day: Day, width: int) -> None:
    page = day.window("/inbox", width, "Vija")
    expect(page).to_have_url(re.compile("/inbox/reports$"))
    page.get_by_role("link", name="Šis gads").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name=re.compile("^Jautājumi pa mēnešiem"))).to_be_visible()
    expect(page.get_by_role("region", name="Skaitļi tabulā: Jautājumi pa mēnešiem")).to_be_visible()
    check(page)
    page.get_by_text("Citas dienas").click()
    page.get_by_label("No", exact=True).fill("2026-09-01")
    page.get_by_label("Līdz", exact=True).fill("2026-10-31")
    page.get_by_role("button", name="Rādīt").click()
    expect(page).to_have_url(re.compile("from=2026-09-01&to=2026-10-31"))
    expect(page.get_by_role("heading", name="2026. gada 1. septembris – 2026. gada 31. oktobris")).to_be_visible()
    check(page)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Excel fails").click()
    assert saved.value.suggested_filename == "parskats-2026-09-01-2026-10-31.xlsx"
    page.get_by_role("link", name="Gada pārskats drukāšanai").click()
    page.get_by_role("link", name="2026", exact=True).click()
    expect(page.get_by_role("heading", name="Palīdzības dienesta 2026. gada pārskats")).to_be_visible()
    check(page)
    assert count_pages(page) <= 2


def count_pages(page: Page) -> int:
    return len(PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages)


def test_colours_are_not_needed_to_tell_series_apart(day: Day) -> None:
    page = day.window("/inbox/reports?period=year", DESK, "Vija")
    page.emulate_media(color_scheme="dark")
    assert find_violations(page) == []
    page.emulate_media(forced_colors="active")
    fills = page.evaluate(
        "[0, 1, 2, 3].map((one) => getComputedStyle(document.querySelector(`#volume .series-${one}`)).fill)"
    )
    assert len(set(fills)) == 4


@pytest.mark.parametrize("width", [PHONE])
def test_a_visitor_rates_the_closed_request_and_takes_it_back(
    day: Day, width: int, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    page.goto(f"{day.served.url}/chat")
    chat = Chat(page).agree()
    number = hand_over_and_close(day)
    asked = chat.messages("system").last
    expect(asked).to_contain_text("Kā Jūs vērtējat koordinatora darbu?")
    assert find_violations(page) == []
    asked.get_by_role("button", name="2 – slikti").click()
    expect(chat.messages("system").last).to_contain_text("Jūsu vērtējums ir saņemts: 2 no 5")
    chat.messages("system").last.get_by_role("button", name="Ilgi bija jāgaida").click()
    expect(chat.messages("system").last).to_contain_text("iemesls ir pierakstīts")
    assert read_rating(day, number) == (2, "slow")
    chat.messages("system").last.get_by_role("button", name="Atsaukt vērtējumu").click()
    expect(chat.messages("system").last).to_contain_text("vērtējums ir atsaukts")
    assert read_rating(day, number) is None
    assert find_violations(page) == []


def hand_over_and_close(day: Day) -> int:
    """The newest conversation goes to a person, who answers and closes it."""
    ilze = day.people["Ilze"]
    with day.helpdesk.database.transaction() as session:
        newest = session.scalars(select(Conversation.id).order_by(Conversation.created_at.desc())).first()
        assert newest is not None
        conversation = lock_conversation(session, newest)
        told, _ = apply_effect(session, conversation, HANDOFF)
        append_message(session, conversation, Author.BOT, told)
        number = get_conversation(session, newest).request_number
        assert number is not None
        requests.reply(session, ilze, number, client_id="reply", text="Jā, drīkstat.")
        requests.close(session, ilze, number, outcome="answered")
    return number


def read_rating(day: Day, number: int) -> tuple[int | None, str | None] | None:
    with day.helpdesk.database.reading() as session:
        row = session.scalar(select(Feedback).where(Feedback.request_number == number))
        return (row.score, row.reason) if row else None
