"""A coordinator's day, in Latvian, in a real browser: each task as a person does it, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import update

from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from handoff import conversations, requests
from handoff.approvals import set_themes
from handoff.attachments import attach, describe, keep_file
from handoff.canned import save_canned
from handoff.coordinators import add_coordinator, list_coordinators
from handoff.editing import edit_reply
from handoff.effects import apply_effect
from handoff.held import hold_answers
from handoff.messages import Author, Button, Draft, Effect, MessageKind, SourceLink
from handoff.models.coordinator import Coordinator
from handoff.records import append_message, lock_conversation
from handoff.views import Actor
from tests.browsing import find_violations
from tests.e2e.conftest import Watched
from tests.serving import Served, free_port, open_helpdesk, serve

DESK, PHONE = 1280, 360
SOURCE = SourceLink("lv/veseliba", "Veselība", "", "/library/lv/kas-ir-sociala-inovacija", "Atbilde", 0.9)
GREETING = Draft(
    MessageKind.SMALLTALK, "Labdien! Esmu virtuālais asistents.", "lv", buttons=(Button("Jā", "yes"),)
)


BOTS = "**Īsi:** jā.\n- pirmais\n- otrais"


@dataclass
class Day:
    """A helpdesk with people and requests, and a signed-in window of any width."""

    served: Served
    browser: Browser
    people: dict[str, Actor]
    passwords: dict[str, str]
    contexts: list[BrowserContext] = field(default_factory=list)
    watched: list[Watched] = field(default_factory=list)

    @property
    def helpdesk(self) -> Helpdesk:
        return self.served.helpdesk

    def ask(self, *said: str, locale: str = "lv", **handoff: object) -> int:
        """A conversation that ends in the queue. Gives the request's number."""
        with self.helpdesk.database.transaction() as session:
            view, _ = conversations.open_conversation(
                session, channel="web", locale=locale, consent="2026-11", page="/calls", greeting=[GREETING]
            )
        for text in said:
            self.say(view.id, text)
            self.answer(view.id, Draft(MessageKind.ANSWER, BOTS, locale, sources=(SOURCE,)))
        self.say(view.id, "Gribu runāt ar cilvēku")
        effect = Effect("handoff", {"reason": "asked", **handoff})
        self.answer(view.id, Draft(MessageKind.HANDOFF, "Nododu koordinatoram.", locale, effect=effect))
        return self.number_of(view.id)

    def ask_reviewed(self, text: str) -> int:
        with self.helpdesk.database.transaction() as session:
            view, _ = conversations.open_conversation(
                session, channel="web", locale="lv", consent="2026-11", page=None, greeting=[GREETING]
            )
        self.say(view.id, text)
        answer = "Biedrība var pieteikties, ja tai ir **sadarbības līgums** ar pašvaldību."
        draft = Draft(MessageKind.ANSWER, answer, "lv", sources=(SOURCE,), evidence={"themes": ["health"]})
        self.answer(view.id, draft)
        return self.number_of(view.id)

    def number_of(self, conversation: str) -> int:
        with self.helpdesk.database.reading() as session:
            number = conversations.get_conversation(session, conversation).request_number
        assert number is not None
        return number

    def conversation_of(self, number: int) -> str:
        with self.helpdesk.database.reading() as session:
            found, _ = requests.list_requests(session, self.people["Ilze"], query=f"#{number}")
        return next(view.conversation_id for view in found if view.number == number)

    def say(self, conversation: str, text: str) -> None:
        """To a person: this helpdesk's bot has no turn in it."""
        with self.helpdesk.database.transaction() as session:
            conversations.record_visitor_message(
                session, conversation, client_id=str(uuid4()), text=text, for_person=True
            )

    def send_file(self, number: int, name: str) -> None:
        folder = self.helpdesk.settings.data / "uploads"
        stored = keep_file(folder, name, b"%PDF-1.4 test")
        with self.helpdesk.database.transaction() as session:
            told = conversations.record_visitor_message(
                session,
                self.conversation_of(number),
                client_id=str(uuid4()),
                text=f"📎 {stored.name}",
                for_person=True,
                data={"attachments": [describe(stored)]},
            )
            attach(session, told.message.id, [stored])

    def answer(self, conversation_id: str, draft: Draft) -> None:
        """What the bot says, with all that follows from it."""
        with self.helpdesk.database.transaction() as session:
            conversation = lock_conversation(session, conversation_id)
            for one in hold_answers(session, [draft]):
                told, _ = apply_effect(session, conversation, one)
                append_message(session, conversation, Author.BOT, told)

    def said(self, number: int) -> list[str]:
        with self.helpdesk.database.reading() as session:
            told = conversations.list_messages(session, self.conversation_of(number))
        return [message.text for message in told if message.author == "coordinator"]

    def window(self, path: str, width: int = DESK, who: str = "Ilze", *, script: bool = True) -> Page:
        context = self.browser.new_context(
            locale="lv-LV", timezone_id="Europe/Riga", viewport={"width": width, "height": 900},
            java_script_enabled=script,
        )  # fmt: skip
        account = {"email": self.people[who].email, "password": self.passwords[who]}
        assert context.request.post(f"{self.served.url}/api/v1/login", data=account).ok
        self.contexts.append(context)
        watched = Watched(self.served.url)
        self.watched.append(watched)
        page = watched.watch(context.new_page())
        page.goto(self.served.url + path)
        return page


@pytest.fixture(scope="module")
def served_day(few_materials: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = Settings(_env_file=None, data=tmp_path_factory.mktemp("desk"), port=free_port())
    with open_helpdesk(settings, few_materials) as helpdesk, serve(helpdesk) as served:
        yield served


@pytest.fixture(scope="module")
def day(served_day: Served, browser: Browser) -> Iterator[Day]:
    database, passwords = served_day.helpdesk.database, {}
    with database.transaction() as session:
        for name, role in (("Ilze", "coordinator"), ("Juris", "coordinator"), ("Vija", "administrator")):
            email = f"{name.lower()}@example.org"
            account = add_coordinator(session, email=email, name=name, role=role, with_token=False)
            passwords[name] = account.password
        session.execute(update(Coordinator).values(must_change_password=False))
        people = {one.name: one for one in list_coordinators(session)}
        set_themes(session, people["Vija"], ["health"])
        save_canned(session, people["Vija"], None, title="Sveiciens", lv="Labdien! Esmu {coordinator}.", en="")
        save_canned(session, people["Vija"], None, title="Atvadas", lv="Paldies, Nr. {number}!", en="Thanks!")
    day = Day(served_day, browser, people, passwords)
    yield day
    for context in day.contexts:
        context.close()
    for watched in day.watched:
        assert (watched.strangers, watched.complaints) == ([], [])


def check(page: Page) -> None:
    """Accessible, and no wider than the window."""
    assert find_violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


WIDTHS = pytest.mark.parametrize("width", [DESK, PHONE])


@WIDTHS
def test_a_request_is_found_read_and_answered_from_a_ready_text(day: Day, width: int) -> None:
    number = day.ask("Vai pašvaldība drīkst pieteikties?", summary=f"Pašvaldības tiesības {width}")
    page = day.window("/inbox", width)
    page.get_by_role("searchbox").fill(f"tiesibas {width}")
    page.get_by_role("button", name="Meklēt").click()
    expect(page).to_have_url(re.compile("q=tiesibas"))
    check(page)
    page.get_by_role("link", name=re.compile(rf"Nr\. {number}\b")).click()
    thread = page.locator("#thread")
    expect(thread.locator("strong", has_text="Īsi:")).to_be_visible()
    expect(thread.locator("li.bot li", has_text="pirmais")).to_be_visible()
    assert page.locator(".dossier").bounding_box()["y"] < page.locator("#text").bounding_box()["y"]  # type: ignore[index]
    check(page)
    page.get_by_text("Ielikt sagatavi").click()
    page.get_by_label("Meklēt sagataves").fill("sveic")
    page.get_by_role("button", name="Ielikt atbildē").first.click()
    expect(page.get_by_label(re.compile("Atbilde apmeklētājam"))).to_have_value("Labdien! Esmu Ilze.")
    page.get_by_role("button", name="Nosūtīt un slēgt").click()
    expect(page.get_by_text("Atbilde ir nosūtīta.")).to_be_visible()
    expect(page.locator(".request-title .tag").first).to_have_text("Slēgts")
    assert day.said(number) == ["Labdien! Esmu Ilze."]
    check(page)


def test_files_go_both_ways(day: Day, tmp_path: Path) -> None:
    number = day.ask(summary="Pielikumi")
    day.send_file(number, "budžets.pdf")
    page = day.window(f"/inbox/{number}")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="budžets.pdf").click()
    assert fetched.value.suggested_filename == "budžets.pdf"
    good, bad = tmp_path / "veidlapa.docx", tmp_path / "virus.exe"
    good.write_bytes(b"PK test")
    bad.write_bytes(b"MZ")
    page.get_by_label(re.compile("Atbilde apmeklētājam")).fill("Lūdzu, veidlapa.")
    page.get_by_label(re.compile("Pielikumi")).set_input_files(bad)
    page.get_by_role("button", name="Nosūtīt", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="Šāda veida failu")).to_be_focused()
    expect(page.get_by_label(re.compile("Atbilde apmeklētājam"))).to_have_value("Lūdzu, veidlapa.")
    page.get_by_label(re.compile("Pielikumi")).set_input_files(good)
    page.get_by_role("button", name="Nosūtīt", exact=True).click()
    expect(page.get_by_text("Atbilde ir nosūtīta.")).to_be_visible()
    (said,) = day.said(number)
    path = re.search(r"\((/files/[0-9a-f-]+)\)", said)
    assert path
    fetched_file = page.request.get(day.served.url + path[1])
    assert (fetched_file.status, fetched_file.body()) == (200, b"PK test")
    assert "attachment" in fetched_file.headers["content-disposition"]


@WIDTHS
def test_an_answer_is_approved_in_other_words(day: Day, width: int) -> None:
    number = day.ask_reviewed("Vai biedrība drīkst pieteikties veselības konkursam?")
    page = day.window("/inbox?view=held", width)
    page.get_by_role("link", name=re.compile(rf"Nr\. {number}\b")).click()
    expect(page.get_by_role("heading", name="Atbilde gaida Jūsu apstiprinājumu")).to_be_visible()
    check(page)
    page.get_by_label("Atbilde (var labot)").fill("Jā, biedrība drīkst.")
    page.locator(".held").get_by_role("button", name="Nosūtīt un slēgt").click()
    expect(page.get_by_text("Atbilde ir nosūtīta.")).to_be_visible()
    assert day.said(number) == ["Jā, biedrība drīkst."]


def test_a_refused_answer_is_never_sent(day: Day) -> None:
    number = day.ask_reviewed("Kā pieteikties?")
    page = day.window(f"/inbox/{number}")
    page.get_by_placeholder("Kāpēc nesūtīt").fill("Avots ir novecojis")
    page.get_by_role("button", name="Nesūtīt").click()
    expect(page.get_by_text("Atbilde netiks sūtīta")).to_be_visible()
    expect(page.get_by_text("Avots ir novecojis")).to_be_visible()
    assert day.said(number) == []


@WIDTHS
def test_several_are_taken_at_once_and_each_is_told_of(day: Day, width: int) -> None:
    numbers = [day.ask(summary=f"Kopā {width} {place}") for place in range(3)]
    with day.helpdesk.database.transaction() as session:
        requests.claim(session, day.people["Juris"], numbers[0])
    page = day.window(f"/inbox?view=open&q=kopa+{width}", width)
    page.get_by_role("button", name="Atzīmēt visus").click()
    page.locator("#bulk").get_by_role("button", name="Pieņemt").click()
    told = page.get_by_role("status").filter(has_text="Pieņemšana")
    expect(told).to_contain_text("Juris")
    expect(told.get_by_text("izdarīts")).to_have_count(2)
    check(page)


def test_a_reply_is_mended_handed_on_and_brought_back(day: Day) -> None:
    number = day.ask(summary="Labošana")
    page = day.window(f"/inbox/{number}")
    page.get_by_label(re.compile("Atbilde apmeklētājam")).fill("Labdein!")
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name=re.compile("^Labot")).click()
    page.get_by_label("Labotā atbilde").fill("Labdien!")
    page.get_by_role("button", name="Saglabāt labojumu").click()
    expect(page.get_by_text("Labots: kā bija iepriekš")).to_be_visible()
    assert day.said(number) == ["Labdien!"]
    page.get_by_label(re.compile("Piezīme kolēģiem")).fill("@juris, lūdzu, paskaties.")
    page.get_by_role("button", name="Pievienot piezīmi").click()
    page.get_by_text("Atgādināt vēlāk").click()
    page.get_by_role("button", name="Pēc 3 dienām").click()
    expect(page.get_by_text("Atgādinājums ir iestatīts.")).to_be_visible()
    page.get_by_text("Nodot kolēģim").click()
    page.get_by_label("Kam").select_option(label="Juris")
    page.get_by_role("button", name="Nodot", exact=True).click()
    expect(page.get_by_text("Šo pieteikumu ir pieņēmis kolēģis (Juris).")).to_be_visible()
    page.get_by_text("Vēsture").click()
    expect(page.get_by_text("nodeva kolēģim (Juris)")).to_be_visible()
    check(page)
    page.emulate_media(media="print")
    expect(page.get_by_label(re.compile("Piezīme kolēģiem"))).to_be_hidden()


def test_two_see_each_other_and_new_messages_are_marked(day: Day) -> None:
    number = day.ask(summary="Divatā")
    ilze, juris = day.window(f"/inbox/{number}"), day.window(f"/inbox/{number}", who="Juris")
    expect(ilze.locator("#present")).to_contain_text("Skatās: Juris")
    ilze.get_by_label(re.compile("Atbilde apmeklētājam")).press_sequentially("Lab")
    expect(juris.locator("#present")).to_contain_text("Raksta: Ilze")
    day.say(day.conversation_of(number), "Vai kāds ir?")
    expect(juris.locator("#thread")).to_contain_text("Vai kāds ir?")
    expect(juris.locator(".new-line")).to_have_count(1)
    juris.close()
    expect(ilze.locator("#present")).to_be_empty()


def test_the_keyboard_alone_is_enough_and_single_keys_can_be_turned_off(day: Day) -> None:
    number = day.ask(summary="Tastatūra")
    page = day.window("/inbox?q=tastatura")
    expect(page.get_by_role("button", name="Tastatūras saīsnes")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Tastatūras saīsnes")).to_be_visible()
    assert find_violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/inbox/{number}")
    expect(page.get_by_role("button", name="Tastatūras saīsnes")).to_be_visible()
    page.keyboard.press("p")
    expect(page.get_by_text("Pieteikums ir pieņemts.")).to_be_visible()
    expect(page.get_by_role("button", name="Tastatūras saīsnes")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_label(re.compile("Atbilde apmeklētājam"))).to_be_focused()
    page.keyboard.type("?j")
    expect(page.get_by_label(re.compile("Atbilde apmeklētājam"))).to_have_value("?j")
    page.get_by_role("button", name="Tastatūras saīsnes").click()
    page.get_by_label("Lietot viena taustiņa saīsnes").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()


@WIDTHS
def test_ready_texts_and_themes_are_managed_by_those_who_may(day: Day, width: int) -> None:
    page = day.window("/inbox/canned", width, "Vija")
    page.get_by_label("Nosaukums").fill(f"Sagatave {width}")
    page.get_by_label("Teksts latviešu valodā").fill("Labdien, {vards}!")
    page.get_by_role("button", name="Saglabāt sagatavi").click()
    expect(page.get_by_role("alert")).to_contain_text("{vards}")
    page.get_by_label("Teksts latviešu valodā").fill("Labdien, {name}!")
    page.get_by_role("button", name="Saglabāt sagatavi").click()
    expect(page.get_by_text("Sagatave ir saglabāta.")).to_be_visible()
    check(page)
    page.goto(day.served.url + "/inbox/approval")
    page.get_by_label("Izglītība").check()
    page.get_by_role("button", name="Saglabāt").click()
    expect(page.get_by_label("Izglītība")).to_be_checked()
    check(page)
    page = day.window("/inbox/canned", width, "Ilze")
    expect(page.get_by_role("button", name="Saglabāt sagatavi")).to_have_count(0)


def test_all_of_it_works_without_javascript(day: Day) -> None:
    number = day.ask(summary="Bez skriptiem")
    page = day.window("/inbox?q=bez+skriptiem", PHONE, script=False)
    page.get_by_label(f"Atzīmēt pieteikumu Nr. {number}").check()
    page.locator("#bulk").get_by_role("button", name="Pieņemt").click()
    page.get_by_role("link", name=re.compile(rf"Nr\. {number}\b")).first.click()
    page.get_by_label(re.compile("Atbilde apmeklētājam")).fill("Labdien!")
    page.get_by_role("button", name="Nosūtīt un gaidīt atbildi").click()
    expect(page.get_by_text("Atbilde ir nosūtīta.")).to_be_visible()
    assert day.said(number) == ["Labdien!"]


def test_the_visitor_sees_a_mended_reply_at_once(day: Day) -> None:
    visitor = day.window("/chat")
    visitor.get_by_role("button", name=re.compile("Piekrītu")).click()
    visitor.get_by_label("Jūsu ziņa").fill("Gribu runāt ar cilvēku")
    visitor.get_by_label("Jūsu ziņa").press("Enter")
    told = visitor.get_by_text(re.compile(r"Jūsu pieteikums Nr\. \d+ ir reģistrēts"))
    told.wait_for()
    number = int(re.findall(r"Nr\. (\d+)", told.inner_text())[0])
    with day.helpdesk.database.transaction() as session:
        sent = requests.reply(session, day.people["Ilze"], number, client_id=str(uuid4()), text="Labdein!")
    visitor.get_by_text("Labdein!").wait_for()
    with day.helpdesk.database.transaction() as session:
        edit_reply(session, day.people["Ilze"], number, sent.id, "Labdien!")
    expect(visitor.get_by_text("Labdien!", exact=True).last).to_be_visible()
    expect(visitor.get_by_text("Labdein!")).to_have_count(0)
    expect(visitor.get_by_text("labots")).to_be_visible()
