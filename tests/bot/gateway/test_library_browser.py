"""The library and the calls in a real browser: for everybody, without JavaScript too, and on a narrow screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from knowledge.document import Document
from tests.browsing import find_violations, open_browser
from tests.serving import Served, free_port, open_helpdesk, serve

PAGES = [
    "/library",
    "/library?lang=en&q=social+innovation",
    "/library?q=qqqq&theme=ageing",
    "/library/lv/kas-ir-sociala-inovacija",
    "/library/lv/demo-aprupe-majas",
    "/library/en/esf-si-2023-ncc-01",
    "/calls?status=any",
    "/calls?status=cancelled&theme=migration",
]


@pytest.fixture(scope="module")
def served(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = Settings(_env_file=None, data=tmp_path_factory.mktemp("data"), port=free_port())
    with open_helpdesk(settings, knowledge) as helpdesk, serve(helpdesk) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


def open_page(browser: Browser, served: Served, path: str, **options: Any) -> tuple[Page, list[str]]:
    page = browser.new_context(locale="lv-LV", **options).new_page()
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: complaints.append(asked.url) if served.url not in asked.url else None)
    page.goto(served.url + path)
    return page, complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible(browser: Browser, served: Served, path: str, scheme: str) -> None:
    page, complaints = open_page(browser, served, path, color_scheme=scheme)
    assert find_violations(page) == []
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_narrow_screen(browser: Browser, served: Served, path: str) -> None:
    page, _ = open_page(browser, served, path, viewport={"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_search_works_with_and_without_javascript(browser: Browser, served: Served, scripts: bool) -> None:
    page, complaints = open_page(browser, served, "/library", java_script_enabled=scripts)
    page.get_by_label("Meklēt").fill("kas ir sociālā inovācija")
    if not scripts:
        page.get_by_role("button", name="Meklēt").click()
    first = page.locator("#results h2 a").first
    expect(first).to_have_attribute("href", "/library/lv/kas-ir-sociala-inovacija")
    if scripts:
        expect(page.get_by_label("Meklēt")).to_be_focused()
        assert "q=kas+ir" in page.url.replace("%20", "+")
        assert find_violations(page) == []
    assert complaints == []
    page.context.close()


def test_a_source_opens_at_its_passage(browser: Browser, served: Served, knowledge: Knowledge) -> None:
    passage = [one for one in knowledge.catalogue.passages if one.document == "lv/kas-ir-sociala-inovacija"][-1]
    page, _ = open_page(browser, served, passage.url, viewport={"width": 400, "height": 500})
    target = page.locator(":target")
    expect(target).to_be_in_viewport()
    assert target.get_attribute("id") == passage.anchor
    page.context.close()


def test_search_engines_are_told_what_a_page_is(browser: Browser, served: Served) -> None:
    page, complaints = open_page(browser, served, "/library/lv/demo-aprupe-majas")
    told = json.loads(page.locator('script[type="application/ld+json"]').text_content() or "")
    assert [one["@type"] for one in told["@graph"]] == ["MonetaryGrant", "BreadcrumbList"]
    assert told["@graph"][0]["amount"]["minValue"] == 200_000
    assert complaints == []
    page.context.close()


def test_on_paper_there_is_only_the_document(browser: Browser, served: Served) -> None:
    page, _ = open_page(browser, served, "/library/lv/kas-ir-sociala-inovacija")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".masthead-nav")).to_be_hidden()
    expect(page.get_by_role("link", name="Pajautāt palīdzības dienestam")).to_be_hidden()
    page.context.close()


def test_a_moved_deadline_is_told(browser: Browser, served: Served, knowledge: Knowledge) -> None:
    document = knowledge.catalogue.document("lv/demo-aprupe-majas")
    assert document is not None
    with changed(served.helpdesk, moved(document)):
        page, _ = open_page(browser, served, document.url)
        told = page.locator("dl.facts").first
        expect(told).to_contain_text("Mainīts 2026. gada 1. novembris")
        expect(told).to_contain_text("Iepriekš: 2026. gada 30. novembris")
        page.context.close()


def moved(document: Document) -> Document:
    change = {"on": date(2026, 11, 1), "field": "deadlines", "before": ["2026-11-30"], "after": ["2027-01-15"]}
    return replace(document, fields=document.fields | {"changes": [change]})


class changed:
    """The helpdesk knowing one document otherwise, for a while."""

    def __init__(self, helpdesk: Helpdesk, document: Document) -> None:
        self._helpdesk, self._before = helpdesk, helpdesk.knowledge
        catalogue = self._before.catalogue
        documents = {**catalogue._by_key, document.key: document}
        self._after = Knowledge(
            replace(catalogue, documents=tuple(documents.values()), _by_key=documents), self._before.retriever
        )

    def __enter__(self) -> None:
        self._helpdesk.knowledge = self._after

    def __exit__(self, *_: object) -> None:
        self._helpdesk.knowledge = self._before
