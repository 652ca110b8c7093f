"""The real application in a thread, real Chromium, and a page that fails the test for what a page must not do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from tests.browsing import open_browser
from tests.serving import Served, free_port, index_materials, open_helpdesk, serve

EXPECTED = ("net::ERR_", "the server responded with a status of 4")
"""What Chromium writes for a network that the test has cut, and for a refusal that the page itself handles."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def few_materials(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return index_materials(tmp_path_factory.mktemp("index"))


@pytest.fixture
def helpdesk(few_materials: Knowledge, tmp_path: Path) -> Iterator[Helpdesk]:
    settings = Settings(
        _env_file=None,
        data=tmp_path / "data",
        port=free_port(),
        contact_phone="+371 6000 0000",
        contact_email="palidziba@example.lv",
    )
    with open_helpdesk(settings, few_materials) as helpdesk:
        yield helpdesk


@pytest.fixture
def served(helpdesk: Helpdesk) -> Iterator[Served]:
    with serve(helpdesk) as served:
        yield served


@dataclass
class Watched:
    """Everything that pages said and fetched: what should not have been there fails the test at its end."""

    origin: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    """Origins that the test itself adds, such as a site that shows the chat."""

    def watch(self, page: Page) -> Page:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{error}"))
        page.on("request", lambda request: self._look(request.url))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(one in message.text for one in EXPECTED):
            self.complaints.append(message.text)

    def _look(self, url: str) -> None:
        if not url.startswith((self.origin, *self.also, "blob:", "data:")):
            self.strangers.append(url)


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    contexts: list[BrowserContext] = []

    def make(**facts: Any) -> BrowserContext:
        defaults = {"locale": "lv-LV", "timezone_id": "Europe/Riga", "viewport": {"width": 1280, "height": 900}}
        contexts.append(browser.new_context(**{**defaults, **facts}))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def watched(served: Served) -> Iterator[Watched]:
    watched = Watched(served.url)
    yield watched
    assert watched.strangers == [], "requests to other hosts"
    assert watched.complaints == [], "errors, warnings or violations of the policy in the console"


@pytest.fixture
def open_page(served: Served, watched: Watched, new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    def open_at(path: str = "/", *, context: BrowserContext | None = None, **facts: Any) -> Page:
        page = watched.watch((context or new_context(**facts)).new_page())
        page.goto(served.url + path)
        return page

    return open_at
