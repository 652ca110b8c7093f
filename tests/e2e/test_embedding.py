"""The chat on somebody else's site: another host and port, a strict policy, and only where it is allowed."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from tests.browsing import find_violations
from tests.e2e.chatting import PATIENCE, Chat
from tests.e2e.conftest import Watched
from tests.serving import Served, free_port, open_helpdesk, serve

BUDGET = 15_000
PAGE = """<!doctype html><html{attributes}><head><meta charset="utf-8"><title>Biedrība</title>
<link rel="stylesheet" href="/site.css"></head><body><main><h1>Biedrība</h1>
<p><button type="button">Mūsu poga</button></p></main>
<script type="module" src="{script}"{data}></script></body></html>"""
STYLE = """
* { letter-spacing: 3px; text-transform: uppercase; font-family: monospace; line-height: 3; }
button { background: yellow; }
sic-chat {
  --sic-accent: rgb(0, 75, 60); --sic-on-accent: rgb(255, 255, 254); --sic-paper: rgb(250, 250, 245);
  --sic-ink: rgb(10, 20, 30); --sic-radius: 3px; --sic-font: Georgia, serif; --sic-gap: 40px;
}
"""
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src {helpdesk}; connect-src {helpdesk}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'; report-uri /csp"
)


@dataclass
class Site:
    """A web site that pastes the one line. `reports` are what browsers say of its policy."""

    port: int
    helpdesk: str = ""
    reports: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def answer(self, path: str) -> tuple[str, str]:
        if path == "/site.css":
            return "text/css", STYLE
        known = {"/": ' lang="en"', "/lv": ' lang="lv-LV"', "/de": ' lang="de"', "/set": ' lang="en"'}
        data = ' data-lang="lv" data-side="left" data-theme="dark"' if path == "/set" else ""
        script = f"{self.helpdesk}/widget.js"
        return "text/html", PAGE.format(attributes=known.get(path, ""), script=script, data=data)


def make_handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = site.answer(urlsplit(self.path).path)
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY.format(helpdesk=site.helpdesk))
            self.end_headers()
            self.wfile.write(text.encode())

        def do_POST(self) -> None:
            site.reports.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def open_site() -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    site = Site(server.server_port)
    server.RequestHandlerClass = make_handler(site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


site = pytest.fixture(scope="module")(open_site)
stranger = pytest.fixture(scope="module")(open_site)


@pytest.fixture(scope="module")
def helpdesk(
    few_materials: Knowledge, tmp_path_factory: pytest.TempPathFactory, site: Site, stranger: Site
) -> Iterator[Helpdesk]:
    settings = Settings(
        _env_file=None, data=tmp_path_factory.mktemp("data"), port=free_port(), embed_origins=[site.url]
    )
    with open_helpdesk(settings, few_materials) as helpdesk:
        site.helpdesk = stranger.helpdesk = f"http://127.0.0.1:{settings.port}"
        yield helpdesk


@pytest.fixture(scope="module")
def served(helpdesk: Helpdesk) -> Iterator[Served]:
    with serve(helpdesk) as served:
        yield served


Visit = Callable[..., Page]


@pytest.fixture
def visit(watched: Watched, site: Site, new_context: Callable[..., BrowserContext]) -> Iterator[Visit]:
    watched.also.append(site.url)

    def open_at(path: str = "/", fetched: list[Response] | None = None) -> Page:
        page = watched.watch(new_context().new_page())
        if fetched is not None:
            page.on("response", lambda response: fetched.append(response))
        page.goto(site.url + path)
        return page

    yield open_at
    assert site.reports == []


def test_one_line_gives_a_strict_site_the_whole_chat(visit: Visit, site: Site, served: Served) -> None:
    loaded: list[Response] = []
    page = visit(fetched=loaded)
    chat = Chat(page).begin()
    expect(chat.root.locator("label")).to_have_text("Your message")
    chat.ask("What is social innovation?")
    source = chat.root.locator(".source a").first
    expect(source).to_be_visible(timeout=PATIENCE)
    assert str(source.get_attribute("href")).startswith(f"{served.url}/library/en/")
    assert find_violations(page) == []
    assert set(chat.kept) == {"sic-chat"}
    files = {one.url: one.body() for one in loaded if one.url.startswith(served.url) and "/api/" not in one.url}
    assert {urlsplit(url).path for url in files} == {"/widget.js", "/widget-en.js"}
    assert sum(len(gzip.compress(body, 9)) for body in files.values()) <= BUDGET
    chat.choose("Latviski")
    expect(chat.root.locator("label")).to_have_text("Jūsu ziņa", timeout=PATIENCE)
    chat.ask("Kas ir sociālā inovācija?")
    expect(chat.messages("bot").last.locator(".bubble")).not_to_have_attribute("lang", "en")
    chat.choose("Dzēst sarunu")
    chat.root.get_by_role("button", name="Dzēst", exact=True).click()
    expect(chat.root.locator(".consent")).to_be_visible(timeout=PATIENCE)
    assert chat.kept == {}


def test_it_looks_as_the_site_asks_and_keeps_the_rest_out(visit: Visit) -> None:
    page = visit()
    chat = Chat(page)
    launcher = style_of(
        chat, ".launcher", "backgroundColor", "color", "fontFamily", "letterSpacing", "textTransform"
    )
    assert launcher == ["rgb(0, 75, 60)", "rgb(255, 255, 254)", "Georgia, serif", "normal", "none"]
    box = chat.launcher.bounding_box()
    assert box
    assert (box["x"] + box["width"], box["y"] + box["height"]) == (1280 - 40, 900 - 40)
    chat.open()
    panel = style_of(chat, ".panel", "backgroundColor", "color", "borderTopLeftRadius")
    assert panel == ["rgb(250, 250, 245)", "rgb(10, 20, 30)", "3px"]
    assert style_of(chat, ".primary", "backgroundColor", "lineHeight") == ["rgb(0, 75, 60)", "24px"]


def test_the_line_itself_may_say_language_side_and_theme(visit: Visit) -> None:
    chat = Chat(visit("/set"))
    expect(chat.launcher).to_have_text("Uzdot jautājumu")
    expect(chat.root.locator(".frame")).to_have_class("frame dark")
    box = chat.launcher.bounding_box()
    assert box
    assert box["x"] == 40


def test_the_language_is_that_of_the_page(visit: Visit) -> None:
    for path, words in (("/lv", "Uzdot jautājumu"), ("/", "Ask a question"), ("/de", "Uzdot jautājumu")):
        expect(Chat(visit(path)).launcher).to_have_text(words)


def test_a_site_that_is_not_on_the_list_gets_a_link(
    stranger: Site, served: Served, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context().new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(stranger.url)
    chat = Chat(page)
    expect(chat.launcher).to_have_role("link")
    expect(chat.launcher).to_have_accessible_name("Ask a question (opens in a new tab)")
    assert any("HELPDESK_EMBED_ORIGINS" in text and stranger.url in text for text in said)
    assert not any(path.startswith("/api/") for path in asked)
    with page.context.expect_page() as opened:
        chat.launcher.click()
    expect(opened.value).to_have_url(f"{served.url}/chat?lang=en")
    assert stranger.reports == []


def style_of(chat: Chat, selector: str, *names: str) -> list[str]:
    script = "(e, names) => { const style = getComputedStyle(e); return names.map(name => style[name]); }"
    found: list[str] = chat.root.locator(selector).evaluate(script, list(names))
    return found
