"""The chat in real Chromium: asking, reading, leaving, coming back, and never losing a word."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.gateway.turns import TurnWorker
from bot.helpdesk import Helpdesk
from tests.e2e.chatting import PATIENCE, Chat
from tests.serving import Served

OpenPage = Callable[..., Page]


def test_nothing_is_kept_before_consent(open_page: OpenPage) -> None:
    chat = Chat(open_page()).open()
    consent = chat.root.locator(".consent")
    for words in ("datorprogramma", "90 dienas", "730 dienām", "tikai dienesta koordinatori"):
        expect(consent).to_contain_text(words)
    expect(consent.get_by_role("link", name="Kā mēs apejamies ar datiem")).to_be_visible()
    expect(chat.field).to_be_hidden()
    assert chat.kept == {}
    elsewhere = "indexedDB.databases().then(found => [sessionStorage.length, found.length])"
    assert chat.page.evaluate(elsewhere) == [0, 0]
    assert chat.page.context.cookies() == []
    chat.agree()
    assert set(chat.kept) == {"sic-chat"}
    assert chat.page.context.cookies() == []


def test_a_question_is_answered_with_a_source_that_opens(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin().ask("Kas ir sociālā inovācija?")
    source = chat.root.locator(".source a").first
    expect(source).to_be_visible(timeout=PATIENCE)
    with chat.page.context.expect_page() as opened:
        source.click()
    opened.value.wait_for_load_state()
    anchor = opened.value.url.partition("#")[2]
    expect(opened.value.locator(f'[id="{anchor}"]')).to_have_count(1)


def test_calls_come_as_cards_with_days_left_and_a_calendar(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin().ask("Kādi projektu konkursi ir atvērti?")
    card = chat.root.locator(".call").first
    expect(card.locator(".pill")).to_contain_text(re.compile(r"Atlik|pēdējā diena|Bez termiņa"))
    link = chat.root.locator(".call a.action").first
    calendar = chat.page.request.get(str(link.get_attribute("href")))
    assert calendar.status == 200
    assert calendar.text().startswith("BEGIN:VCALENDAR")


def test_a_button_says_what_is_on_it(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin()
    title = chat.root.locator(".choice").first.inner_text()
    chat.root.locator(".choice").first.click()
    expect(chat.messages("visitor").last).to_contain_text(title, timeout=PATIENCE)
    expect(chat.messages("bot")).not_to_have_count(1, timeout=PATIENCE)


def test_reload_continues_and_keeps_the_draft(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin().ask("Kas ir sociālā inovācija?")
    said = chat.messages("bot").all_inner_texts()
    chat.field.fill("iesākta doma")
    chat.wait_until_kept("iesākta doma")
    chat.page.reload()
    expect(chat.panel).to_be_visible()
    expect(chat.messages("bot")).to_have_count(len(said))
    expect(chat.field).to_have_value("iesākta doma")


def test_a_second_tab_shows_the_same_and_stays_in_step(open_page: OpenPage) -> None:
    first = Chat(open_page()).begin()
    second = Chat(open_page(context=first.page.context))
    expect(second.messages("bot")).to_have_count(1, timeout=PATIENCE)
    second.page.bring_to_front()
    second.ask("Kas ir sociālā inovācija?")
    first.page.bring_to_front()
    expect(first.messages("visitor")).to_have_count(1, timeout=PATIENCE)
    expect(first.messages("bot")).to_have_count(2, timeout=PATIENCE)


def test_what_is_said_offline_is_sent_when_the_network_is_back(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin()
    chat.page.context.set_offline(True)
    chat.say("Pirmais").say("Otrais")
    expect(chat.root.locator(".state.waiting").first).to_be_visible(timeout=PATIENCE)
    expect(chat.root.locator(".status")).to_contain_text("Nav interneta")
    chat.page.context.set_offline(False)
    expect(chat.messages("visitor")).to_have_count(2, timeout=PATIENCE)
    assert [text.splitlines()[-1] for text in chat.messages("visitor").all_inner_texts()] == ["Pirmais", "Otrais"]
    expect(chat.root.locator(".pending")).to_have_count(0)


def test_what_waits_survives_a_reload(open_page: OpenPage, served: Served) -> None:
    chat = Chat(open_page()).begin()
    chat.page.route("**/messages", lambda route: route.abort())
    chat.say("Nepazaudē mani")
    expect(chat.root.locator(".state.waiting")).to_be_visible(timeout=PATIENCE)
    chat.page.unroute("**/messages")
    chat.page.reload()
    expect(chat.messages("visitor")).to_have_count(1, timeout=PATIENCE)
    expect(chat.messages("visitor")).to_contain_text("Nepazaudē mani")


def test_how_long_the_answer_takes_is_told_when_many_are_writing(
    open_page: OpenPage, helpdesk: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TurnWorker, "lease", lambda self: [])
    for _ in range(80):
        helpdesk.backlog.note(25.0)
    chat = Chat(open_page("/chat")).agree()
    chat.say("Kas ir sociālā inovācija?")
    expect(chat.root.locator(".status")).to_contain_text("pēc aptuveni 25 sekundēm", timeout=PATIENCE)


def test_that_the_bot_is_writing_is_said(open_page: OpenPage) -> None:
    page = open_page("/chat")
    page.route("**/events*", lambda route: route.abort())
    chat = Chat(page).agree()
    page.route("**/messages?*", lambda route: route.abort())
    chat.say("Kas ir sociālā inovācija?")
    expect(chat.root.locator(".status")).to_have_text("Virtuālais asistents raksta", timeout=PATIENCE)


def test_an_old_browser_is_dressed_from_a_file(
    open_page: OpenPage, new_context: Callable[..., BrowserContext]
) -> None:
    """What browsers of before 2023 lack: styles made by script, identifiers made by the browser."""
    context = new_context()
    context.add_init_script("delete window.CSSStyleSheet; delete Crypto.prototype.randomUUID;")
    chat = Chat(open_page(context=context))
    expect(chat.launcher).to_have_css("background-color", "rgb(138, 28, 47)")
    chat.begin().ask("Kas ir sociālā inovācija?")
    chat.root.locator(".more").click()
    expect(chat.root.locator(".menu")).to_have_css("list-style-type", "none")


def test_a_question_of_the_page_waits_in_the_field(open_page: OpenPage) -> None:
    chat = Chat(open_page())
    chat.launcher.wait_for()
    chat.page.get_by_role("link", name="Kas ir sociālā inovācija?").click()
    chat.agree()
    expect(chat.field).to_have_value("Kas ir sociālā inovācija?")
    chat.field.press("Enter")
    expect(chat.root.locator(".source").first).to_be_visible(timeout=PATIENCE)


def test_a_restart_of_the_server_is_survived(open_page: OpenPage, served: Served) -> None:
    chat = Chat(open_page()).begin().ask("Labdien")
    served.stop()
    chat.say("Kas ir sociālā inovācija?")
    expect(chat.root.locator(".state.waiting")).to_be_visible(timeout=PATIENCE)
    served.start()
    expect(chat.root.locator(".source").first).to_be_visible(timeout=40_000)
    expect(chat.messages("visitor")).to_have_count(2)


def test_a_refused_message_can_be_mended(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin()
    problem = '{"code": "invalid", "detail": "Nepareizi", "errors": []}'
    chat.page.route("**/messages", lambda route: route.fulfill(status=422, body=problem))
    chat.say("Kļūdains")
    expect(chat.root.locator(".state.failed")).to_contain_text("Nepareizi", timeout=PATIENCE)
    chat.page.unroute("**/messages")
    chat.root.get_by_role("button", name="Labot").click()
    expect(chat.field).to_have_value("Kļūdains")
    chat.say("Kas ir sociālā inovācija?")
    expect(chat.messages("visitor")).to_have_count(1, timeout=PATIENCE)


def test_hostile_text_is_only_text(open_page: OpenPage, watched: object) -> None:
    chat = Chat(open_page()).begin()
    hostile = (
        '<img src=x onerror="document.title=1"><script>document.title=2</script> '
        "\u202eolleh [x](javascript:alert(1))"
    )
    chat.say(hostile + " 🏳️‍🌈" * 50)
    expect(chat.messages("visitor")).to_have_count(1, timeout=PATIENCE)
    assert chat.root.locator(".log img, .log script").count() == 0
    assert chat.root.locator('a[href^="javascript"]').count() == 0
    assert chat.page.title() not in ("1", "2")
    width = chat.log.evaluate("e => e.scrollWidth - e.clientWidth")
    assert width == 0


def test_too_long_a_text_is_kept_and_said(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin()
    chat.field.fill("ā" * 5000)
    expect(chat.root.locator(".count")).to_contain_text("1000")
    chat.field.press("Enter")
    assert len(chat.field.input_value()) == 5000
    assert chat.messages("visitor").count() == 0


def test_erasing_leaves_nothing(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin().ask("Labdien")
    chat.choose("Dzēst sarunu")
    chat.root.get_by_role("button", name="Dzēst", exact=True).click()
    expect(chat.root.locator(".consent")).to_be_visible(timeout=PATIENCE)
    assert chat.kept == {}


def test_the_conversation_can_be_taken_along(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin().ask("Kas ir sociālā inovācija?")
    with chat.page.expect_download() as saved:
        chat.choose("Lejupielādēt sarunu")
    text = saved.value.path().read_text("utf-8")
    assert "Kas ir sociālā inovācija?" in text
    assert "/library/lv/" in text
    with chat.page.expect_download() as saved:
        chat.choose("Saņemt visus savus datus")
    assert "Kas ir sociālā inovācija?" in saved.value.path().read_text("utf-8")


def test_it_goes_on_in_another_browser(open_page: OpenPage, new_context: Callable[..., BrowserContext]) -> None:
    chat = Chat(open_page()).begin().ask("Kas ir sociālā inovācija?")
    chat.choose("Turpināt citā ierīcē")
    link = chat.root.locator(".box input").input_value()
    path = "/" + link.split("/", 3)[3]
    other = Chat(open_page(path, context=new_context()))
    expect(other.messages("visitor")).to_have_count(1, timeout=PATIENCE)
    assert "resume" not in other.page.url


def test_the_language_can_be_switched(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin()
    chat.choose("In English")
    expect(chat.root.locator("label")).to_have_text("Your message", timeout=PATIENCE)
    chat.ask("What is social innovation?")
    expect(chat.root.locator(".frame")).to_have_attribute("lang", "en")


def test_the_page_decides_the_language(open_page: OpenPage) -> None:
    chat = Chat(open_page("/?lang=en"))
    expect(chat.launcher).to_have_text("Ask a question")


@pytest.mark.parametrize("path", ["/", "/chat"])
def test_without_javascript_there_is_a_way(open_page: OpenPage, path: str) -> None:
    page = open_page(path, java_script_enabled=False)
    expect(page.get_by_text("vajadzīgs JavaScript")).to_be_visible()
    expect(page.get_by_role("link", name="+371 6000 0000")).to_be_visible()
