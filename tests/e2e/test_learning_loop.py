"""The learning loop in Latvian, in a real browser: a coordinator drafts, an editor publishes, the bot answers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from bot.helpdesk import load_knowledge
from bot.learning.grouping import group_new
from bot.settings import Settings
from handoff import requests
from handoff.coordinators import add_coordinator, list_coordinators
from handoff.messages import Draft, MessageKind
from handoff.models.coordinator import Coordinator
from retrieval.encoder import load_encoder
from tests.e2e.test_desk_work import DESK, PHONE, Day, check
from tests.serving import Served, free_port, open_helpdesk, serve

CHECKED = 60_000
QUESTION = "Vai kompetences centrs aizdod projektoru semināriem?"
ANSWER = "Projektoru semināriem aizdod **bez maksas**. Piesakieties piecas darba dienas iepriekš."


@pytest.fixture(scope="module")
def served_loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = Settings(_env_file=None, data=tmp_path_factory.mktemp("loop"), port=free_port())
    knowledge = load_knowledge(settings, load_encoder("packaged"))
    with open_helpdesk(settings, knowledge) as helpdesk, serve(helpdesk) as served:
        yield served


@pytest.fixture(scope="module")
def day(served_loop: Served, browser: Browser) -> Iterator[Day]:
    database, passwords = served_loop.helpdesk.database, {}
    with database.transaction() as session:
        for name, role in (("Ilze", "coordinator"), ("Ieva", "editor"), ("Vija", "administrator")):
            made = add_coordinator(
                session, email=f"{name.lower()}@example.org", name=name, role=role, with_token=False
            )
            passwords[name] = made.password
        session.execute(update(Coordinator).values(must_change_password=False))
        people = {one.name: one for one in list_coordinators(session)}
    day = Day(served_loop, browser, people, passwords)
    yield day
    for context in day.contexts:
        context.close()
    for watched in day.watched:
        assert (watched.strangers, watched.complaints) == ([], [])


def closed_request(day: Day, question: str) -> int:
    number = day.ask(f"Labdien! Mani sauc Zane Kalniņa. {question}", summary="Projektors")
    with day.helpdesk.database.transaction() as session:
        ilze = day.people["Ilze"]
        requests.claim(session, ilze, number)
        said = f"Labdien, Zane!\n\n{ANSWER}\n\nAr cieņu\nIlze"
        requests.reply(session, ilze, number, client_id=f"reply-{number}", text=said)
        requests.close(session, ilze, number, outcome="answered")
    return number


def is_answered(page: Page, day: Day, question: str) -> bool:
    told = page.request.post(f"{day.served.url}/api/v1/ask", data={"question": question, "locale": "lv"}).json()
    return bool(told["answered"]) and "projektoru" in told["text"].lower()


def tell_worse(page: Page) -> list[str]:
    """Questions that the check says are lost; one that only the withdrawn answer told may be."""
    heading = page.get_by_role("heading", name=re.compile("Kļuva sliktāk"))
    return page.locator("h3", has=heading).or_(heading).locator("+ ul strong").all_inner_texts()


def test_an_answer_given_once_is_drafted_read_published_and_taken_back(day: Day) -> None:
    number = closed_request(day, QUESTION)
    ilze = day.window(f"/inbox/{number}", PHONE)
    check(ilze)
    ilze.get_by_role("button", name="Sagatavot jautājumu un atbildi").click()
    expect(ilze.get_by_label("Jautājums").first).to_have_value(QUESTION)
    expect(ilze.get_by_label("Atbilde").first).to_have_value(ANSWER)
    check(ilze)
    ilze.get_by_label("Atbilde").first.fill(f"{ANSWER}\n\n- Zvaniet mums.")
    ilze.get_by_role("button", name="Saglabāt un apskatīt").click()
    expect(ilze.get_by_text("Uzmetums ir saglabāts.")).to_be_visible()
    expect(ilze.get_by_text("Uzmetumu pārskata redaktors vai administrators")).to_be_visible()
    check(ilze)

    ieva = day.window("/inbox/learning/drafts", DESK, "Ieva")
    check(ieva)
    ieva.get_by_role("link", name=re.compile(re.escape(QUESTION))).click()
    expect(ieva.locator(".looked-at li", has_text="Zvaniet mums.")).to_be_visible()
    check(ieva)
    ieva.get_by_role("button", name=re.compile("Apstiprināt")).click()
    assert not is_answered(ieva, day, QUESTION)
    ieva.get_by_role("button", name="Publicēt").click()
    expect(ieva.get_by_text("Izmaiņas ir spēkā")).to_be_visible(timeout=CHECKED)
    check(ieva)
    assert is_answered(ieva, day, "vai varam aiznemties projektoru seminaram?")
    ieva.get_by_role("button", name="Atsaukt šīs izmaiņas").click()
    expect(ieva.get_by_text("Izmaiņas ir atsauktas")).to_be_visible(timeout=CHECKED)
    expect(ieva.locator("#result").get_by_text(re.compile("^Uzdot|^1 jautājums, uz kuru"))).to_be_visible(
        timeout=CHECKED
    )
    assert [said for said in tell_worse(ieva) if "projektoru" not in said] == []
    check(ieva)
    assert not is_answered(ieva, day, QUESTION)


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_open_questions_are_looked_through_with_the_keyboard(day: Day, width: int) -> None:
    word = {DESK: "zirgus", PHONE: "puķes"}[width]
    for said in (f"Kur var nopirkt {word}?", f"kur var pirkt {word}, tālr. 29123456"):
        number = day.ask(said, summary="Zirgi")
        unanswered = Draft(MessageKind.UNANSWERED, "Uz to man atbildes nav.", "lv")
        conversation = day.conversation_of(number)
        day.say(conversation, said)
        day.answer(conversation, unanswered)
    group_new(day.helpdesk)
    page = day.window("/inbox/learning", width)
    check(page)
    link = page.get_by_role("link", name=re.compile(word)).first
    expect(link).not_to_contain_text("29123456")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kā jautāts")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Noraidīt").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Izmaiņas saglabātas.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(word))).to_have_count(0)
    page.get_by_role("link", name=re.compile("Noraidītie")).click()
    expect(page.get_by_role("link", name=re.compile(word))).not_to_have_count(0)


def test_a_call_is_changed_compared_and_put_back(day: Day) -> None:
    page = day.window("/inbox/materials?kind=call&locale=lv&q=mikrogranti", PHONE, "Vija")
    check(page)
    page.get_by_role("link", name=re.compile("Projektu konkurss")).click()
    expect(page.get_by_text("Šis teksts nāk kopā ar programmu.")).to_be_visible()
    check(page)
    page.get_by_label("Līdzfinansējums, %").fill("150")
    page.get_by_role("button", name="Saglabāt un publicēt").click()
    expect(page.get_by_role("alert")).to_contain_text("procentus no 0 līdz 100")
    check(page)
    page.get_by_label("Līdzfinansējums, %").fill("12")
    page.get_by_role("button", name="Apskatīt").click()
    expect(page.get_by_role("heading", name="Kā to redzēs lasītāji")).to_be_visible()
    page.get_by_text("Kas mainās").click()
    expect(page.locator(".difference ins", has_text="Līdzfinansējums, %: 12")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Saglabāt un publicēt").click()
    expect(page.get_by_text("Izmaiņas ir spēkā")).to_be_visible(timeout=CHECKED)
    page.get_by_role("link", name=re.compile("^Vēsture")).click()
    expect(page.locator(".difference ins", has_text="Līdzfinansējums, %: 12")).to_be_visible()
    expect(page.get_by_text(re.compile("^Vija "))).to_be_visible()
    check(page)
    page.get_by_role("button", name="Atgriezties pie programmas teksta").click()
    expect(page.locator("#result .notice.good")).to_be_visible(timeout=CHECKED)


def test_a_document_is_added_without_javascript(day: Day) -> None:
    page = day.window("/inbox/materials", DESK, "Ieva", script=False)
    page.get_by_text("Jauns dokuments").click()
    page.get_by_label("Kāds dokuments jāpievieno?").select_option(label="Organizācija")
    page.get_by_role("button", name="Sākt").click()
    page.get_by_label(re.compile("^Nosaukums")).fill("Biedrība „Zaļā sēta”")
    page.get_by_label(re.compile("^Īsumā")).fill("Kopienas dārzs Tukumā.")
    page.get_by_label(re.compile("^Teksts")).fill("Biedrība Tukumā kopj kopienas dārzu.")
    page.get_by_label("E-pasts").fill("seta@example.lv")
    page.get_by_label(re.compile("^Avots")).fill("Biedrības vēstule, 2026")
    page.get_by_role("button", name="Saglabāt un publicēt").click()
    end = time.monotonic() + CHECKED / 1000
    while not page.get_by_text("Izmaiņas ir spēkā").count() and time.monotonic() < end:
        page.get_by_role("link", name="Atjaunot").click()
    expect(page.get_by_text("Izmaiņas ir spēkā")).to_be_visible()
    page.get_by_role("link", name="Atvērt zināšanu krātuvē").click()
    expect(page.get_by_role("heading", name="Biedrība „Zaļā sēta”")).to_be_visible()
    expect(page.get_by_role("link", name="seta@example.lv")).to_be_visible()


def test_control_questions_are_added_and_removed(day: Day) -> None:
    page = day.window("/inbox/learning/controls", PHONE, "Ieva")
    check(page)
    page.get_by_label("Jautājums").fill("kas vispār ir tā inovācija")
    page.get_by_label("Dokuments, ar kuru jāatbild").select_option("lv/kas-ir-sociala-inovacija")
    page.get_by_role("button", name="Pievienot").click()
    expect(page.get_by_text("Kontroljautājumi ir saglabāti.")).to_be_visible()
    check(page)
    page.get_by_role("button", name=re.compile("Noņemt.*vispār")).click()
    expect(page.get_by_text("kas vispār ir tā inovācija")).to_have_count(0)
