"""The chat as a person uses it, for the tests."""

from __future__ import annotations

import time
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

PATIENCE = 20_000


@dataclass
class Chat:
    page: Page

    @property
    def root(self) -> Locator:
        return self.page.locator("sic-chat")

    @property
    def launcher(self) -> Locator:
        return self.root.locator(".launcher")

    @property
    def panel(self) -> Locator:
        return self.root.locator(".panel")

    @property
    def field(self) -> Locator:
        return self.root.locator("textarea")

    @property
    def log(self) -> Locator:
        return self.root.get_by_role("log")

    def messages(self, author: str) -> Locator:
        return self.root.locator(f".message.{author}:not(.pending)")

    def open(self) -> Chat:
        self.launcher.click()
        return self

    def agree(self) -> Chat:
        self.root.locator(".primary").click()
        expect(self.messages("bot").first).to_be_visible(timeout=PATIENCE)
        return self

    def begin(self) -> Chat:
        return self.open().agree()

    def say(self, text: str) -> Chat:
        self.field.fill(text)
        self.field.press("Enter")
        return self

    def ask(self, text: str) -> Chat:
        """Say it and wait for the answer."""
        before = self.messages("bot").count()
        self.say(text)
        expect(self.messages("bot")).not_to_have_count(before, timeout=PATIENCE)
        return self

    def choose(self, title: str) -> Chat:
        self.root.locator(".more").click()
        self.root.locator(".menu").get_by_text(title, exact=True).click()
        return self

    @property
    def kept(self) -> dict[str, str]:
        kept: dict[str, str] = self.page.evaluate("Object.fromEntries(Object.entries(localStorage))")
        return kept

    def wait_until_kept(self, text: str) -> None:
        """The policy of the page forbids what Playwright's own waiting for a function needs."""
        until = time.monotonic() + PATIENCE / 1000
        while not any(text in value for value in self.kept.values()):
            assert time.monotonic() < until, f"{text!r} was not kept"
            self.page.wait_for_timeout(30)

    @property
    def focused(self) -> str:
        """Class, id or name of what has the focus inside the widget."""
        script = "e => { const a = e.shadowRoot.activeElement; return a ? a.id || a.className : '' }"
        return str(self.root.evaluate(script))
