"""A real browser, and what axe objects to on its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Page, sync_playwright

from bot.settings import ROOT

OPTIONS = (
    "--no-sandbox --disable-gpu --disable-quic --disable-background-networking --disable-component-update "
    "--disable-sync"
).split()
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


@contextmanager
def open_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        yield started
        started.close()


def find_chromium() -> str:
    for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"):
        if Path(path).exists():
            return path
    raise AssertionError("the browser tests need Chromium: tools/setup --tests installs it")


def find_violations(page: Page) -> list[str]:
    """WCAG 2.1 A and AA and good practice, on the page and inside the widget, each with the node it is about.

    Axe's script is put in past the page's own policy, which it does not weaken. A page that another one takes the
    place of while axe looks is not looked at: the other one is.
    """
    try:
        found = run_axe(page)
    except Error as error:
        if "navigation" not in str(error):
            raise
        page.wait_for_load_state()
        found = run_axe(page)
    return [
        f"{violation['id']}: {node['target']} {node['html'][:120]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def run_axe(page: Page) -> dict[str, Any]:
    page.evaluate(f"{AXE.read_text('utf-8')};undefined")
    told: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    return told
