"""WCAG 2.1 AA in the browser: axe on every state, and what axe cannot see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import find_violations
from tests.e2e.chatting import PATIENCE, Chat

OpenPage = Callable[..., Page]
LOOKS = [
    pytest.param({"viewport": {"width": 1280, "height": 900}}, id="wide"),
    pytest.param({"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}, id="dark"),
    pytest.param({"viewport": {"width": 320, "height": 640}}, id="320"),
    pytest.param({"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}, id="320-dark"),
    pytest.param({"viewport": {"width": 1280, "height": 900}, "forced_colors": "active"}, id="forced"),
]


@pytest.mark.parametrize("look", LOOKS)
def test_no_state_of_the_chat_breaks_a_rule(open_page: OpenPage, look: dict[str, object]) -> None:
    look = {"reduced_motion": "reduce", **look}
    chat = Chat(open_page(**look))
    assert find_violations(chat.page) == []
    chat.open()
    assert find_violations(chat.page) == []
    chat.agree()
    assert find_violations(chat.page) == []
    chat.ask("Kādi projektu konkursi ir atvērti?")
    chat.ask("Kas ir sociālā inovācija?")
    assert find_violations(chat.page) == []
    chat.page.route("**/messages", lambda route: route.fulfill(status=422, body="{}"))
    chat.say("Neizdosies")
    expect(chat.root.locator(".state.failed")).to_be_visible(timeout=PATIENCE)
    assert find_violations(chat.page) == []
    chat.root.locator(".more").click()
    expect(chat.root.locator(".menu")).to_be_visible()
    assert find_violations(chat.page) == []
    chat.root.locator(".menu").get_by_text("Dzēst sarunu").click()
    expect(chat.root.get_by_role("alertdialog")).to_be_visible()
    assert find_violations(chat.page) == []


@pytest.mark.parametrize(
    "path", ["/", "/?lang=en", "/chat", "/accessibility", "/privacy", "/privacy?lang=en", "/none"]
)
@pytest.mark.parametrize("look", LOOKS[:3])
def test_no_page_breaks_a_rule(open_page: OpenPage, path: str, look: dict[str, object]) -> None:
    page = open_page(path, **look)
    expect(page.locator("sic-chat").locator("css=.frame")).to_have_count(page.locator("sic-chat").count())
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_focus_goes_in_and_comes_back(open_page: OpenPage) -> None:
    chat = Chat(open_page())
    expect(chat.launcher).to_have_attribute("aria-expanded", "false")
    chat.launcher.focus()
    chat.page.keyboard.press("Enter")
    expect(chat.launcher).to_have_attribute("aria-expanded", "true")
    assert chat.focused == "primary"
    chat.agree()
    assert chat.focused == "say"
    chat.page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    assert chat.focused == "launcher"
    chat.page.keyboard.press("Enter")
    assert chat.focused == "say"


def test_escape_closes_the_menu_first_and_the_question_before_all(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin()
    chat.root.locator(".more").click()
    expect(chat.root.locator(".menu")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.root.locator(".menu")).to_be_hidden()
    assert chat.focused == "icon more"
    chat.choose("Dzēst sarunu")
    expect(chat.root.get_by_role("button", name="Paturēt")).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(chat.root.get_by_role("alertdialog")).to_have_count(0)
    expect(chat.panel).to_be_visible()


def test_tab_goes_through_it_in_order_and_out_again(open_page: OpenPage) -> None:
    chat = Chat(open_page("/chat")).agree()
    chat.root.locator(".more").focus()
    seen = []
    for _ in range(14):
        seen.append(chat.focused)
        chat.page.keyboard.press("Tab")
    order = [name for name in seen if name]
    assert order[:2] == ["icon more", "log"]
    assert order[-3:] == ["person", "say", "send"]
    assert seen[-1] == "" or "send" in seen, "the focus leaves the chat after the last control"


def test_the_log_announces_only_what_is_new(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin().ask("Kas ir sociālā inovācija?")
    expect(chat.log).to_have_accessible_name("Saruna")
    expect(chat.log).to_have_attribute("aria-live", "polite")
    chat.page.reload()
    # What was said before is laid in while the log is busy and silent; only then does it go live.
    expect(chat.messages("bot").last).to_be_visible(timeout=PATIENCE)
    expect(chat.log).to_have_attribute("aria-busy", "false")
    expect(chat.log).to_have_attribute("aria-live", "polite")


def test_an_answer_is_announced_once_and_whole(open_page: OpenPage) -> None:
    """What is pending is silent; then each message comes into the live log in one piece and stays as it came."""
    chat = Chat(open_page("/chat")).agree()
    expect(chat.log).to_have_attribute("aria-live", "polite")
    chat.log.evaluate(
        """log => { window.heard = []; new MutationObserver(records => {
          for (const { target, addedNodes } of records)
            if (target === log)
              for (const node of addedNodes) heard.push([node.className, node.getAttribute("aria-live")]);
            else if (target.closest(".bubble")) heard.push(["changed", null]);
        }).observe(log, { childList: true, subtree: true }); }"""
    )
    chat.ask("Kas ir sociālā inovācija?")
    assert chat.page.evaluate("heard") == [
        ["message visitor pending", "off"],
        ["message visitor", None],
        ["message bot", None],
    ]


def test_a_failure_is_said_at_once(open_page: OpenPage) -> None:
    chat = Chat(open_page("/chat")).agree()
    chat.page.route("**/messages", lambda route: route.fulfill(status=422, body='{"detail": "Nepareizi"}'))
    chat.say("Kļūdains")
    expect(chat.root.get_by_role("alert")).to_contain_text("Nav nosūtīts. Nepareizi", timeout=PATIENCE)


def test_who_speaks_is_said_in_words(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin().ask("Labdien")
    expect(chat.messages("visitor").first.locator(".who")).to_contain_text("Jūs")
    expect(chat.messages("bot").first.locator(".who")).to_contain_text("Virtuālais asistents")


@pytest.mark.parametrize("width", [320, 1280])
def test_every_control_is_large_enough(open_page: OpenPage, width: int) -> None:
    chat = Chat(open_page(viewport={"width": width, "height": 700})).begin().ask("Kas ir sociālā inovācija?")
    chat.root.locator(".more").click()
    expect(chat.root.locator(".menu")).to_be_visible()
    small = chat.root.evaluate(
        "e => [...e.shadowRoot.querySelectorAll('button, textarea, .source a, .action, .menu a')]"
        ".filter(n => n.offsetParent && (n.offsetHeight < 44 || n.offsetWidth < 44)).map(n => n.outerHTML)"
    )
    assert small == []


@pytest.mark.parametrize("path", ["/", "/chat"])
def test_twice_the_text_size_loses_nothing(open_page: OpenPage, path: str) -> None:
    """The reader's own size, as their browser's setting makes it: every part of ours grows with it."""
    chat = Chat(open_page(path, viewport={"width": 1280, "height": 900}))
    plain = chat.root.locator(".frame").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    chat.page.evaluate("document.documentElement.style.fontSize = '200%'")
    if path == "/":
        chat.open()
    chat.agree().ask("Kādi projektu konkursi ir atvērti?")
    assert chat.field.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") == 2 * plain
    for part in (chat.field, chat.log, chat.root.locator(".send"), chat.root.locator(".more")):
        box = part.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1280
        assert box["y"] + box["height"] <= 900
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert chat.log.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    assert chat.log.evaluate("e => e.clientHeight") >= 100


@pytest.mark.parametrize("path", ["/", "/?lang=en"])
def test_the_launcher_lies_on_no_button_of_the_first_screen(open_page: OpenPage, path: str) -> None:
    chat = Chat(open_page(path, viewport={"width": 320, "height": 640}))
    launcher = chat.launcher.bounding_box()
    assert launcher
    assert launcher["width"] >= 44
    for link in chat.page.locator(".hero a").all():
        box = link.bounding_box()
        assert box
        assert box["x"] + box["width"] <= launcher["x"], link.inner_text()


def test_whoever_wants_no_motion_gets_none(open_page: OpenPage) -> None:
    count = "e => e.shadowRoot.getAnimations().length"
    still = Chat(open_page(reduced_motion="reduce")).open()
    assert still.root.evaluate(count) == 0
    moving = Chat(open_page(reduced_motion="no-preference"))
    moving.launcher.wait_for()
    assert moving.root.evaluate("e => { e.open(); return e.shadowRoot.getAnimations().length }") == 1
