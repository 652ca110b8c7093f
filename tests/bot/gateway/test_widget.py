"""The widget's files: small, whole, and open to the pages of others."""

import gzip
import re
import subprocess
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.gateway import widget_bundle
from bot.gateway.widget_bundle import FOLDER, MORE_PARTS, PARTS, SCRIPTS
from bot.settings import ROOT
from bot.wording import LOCALES, load_area
from tools.widget import find_node

ACORN = ROOT / "node_modules" / "acorn" / "bin" / "acorn"

BUDGET = 15_000


def fetch(client: TestClient, name: str) -> str:
    response = client.get(name)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["access-control-allow-origin"] == "*"
    return response.text


def weigh(client: TestClient, *names: str) -> int:
    return sum(len(gzip.compress(fetch(client, name).encode(), 9)) for name in names)


@pytest.mark.parametrize("locale", LOCALES)
def test_all_that_a_page_loads_for_a_conversation_is_within_its_budget(client: TestClient, locale: str) -> None:
    """Style included; what a browser fetches in tests/e2e/test_embedding.py is held to be no more than this."""
    size = weigh(client, "/widget.js", f"/widget-{locale}.js")
    assert size <= BUDGET, f"{size} bytes gzipped; sources changed since tools/setup?"


def test_the_menu_is_small_too(client: TestClient) -> None:
    assert weigh(client, "/widget-more.js") <= 6_000


@pytest.mark.parametrize("name", ["/widget.js", "/widget-more.js", "/widget-lv.js", "/widget-en.js"])
def test_browsers_of_2020_can_read_it(client: TestClient, name: str) -> None:
    """What phones of 2016 run at most (iOS 15, Chrome 106 on Android 6) knows all of ES2020 and more."""
    assert parse(fetch(client, name)) == ""


def test_newer_syntax_would_be_noticed() -> None:
    assert "Unexpected token" in parse("let a = null; a ??= 1;")


def test_the_sources_work_where_nothing_shortened_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A copy of the sources without tools/setup, or with a word changed since."""
    monkeypatch.setattr(widget_bundle, "SHORTENED", tmp_path)
    widget_bundle.read_script.cache_clear()
    try:
        for names in SCRIPTS.values():
            assert parse(widget_bundle.read_script(names)) == ""
    finally:
        widget_bundle.read_script.cache_clear()


def parse(source: str) -> str:
    """What acorn objects to in it as a module of ECMAScript 2020."""
    command = [find_node(), str(ACORN), "--ecma2020", "--module", "--silent"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=False).stderr


def test_every_source_file_is_in_a_bundle() -> None:
    placeholders = {"config", "sentences"}
    assert {path.stem for path in FOLDER.glob("*.js")} == {*PARTS, *MORE_PARTS, *placeholders}


def test_every_sentence_the_widget_says_is_written(client: TestClient) -> None:
    said = {
        name: set(
            re.findall(
                r"""(?:say\(|tell\(|showStatus\((?="[a-z_]+"\)))"([a-z_]+)""",
                "".join((FOLDER / f"{part}.js").read_text("utf-8") for part in parts),
            )
        )
        for name, parts in (("core", PARTS), ("more", MORE_PARTS))
    }
    for locale in LOCALES:
        area = load_area(locale, "widget")
        assert said["core"] - set(area) == set()
        assert said["more"] - set(area["more"]) - set(area) == set()


def test_an_unchanged_file_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/widget.js").headers["etag"]
    again = client.get("/widget.js", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.content == b""


def test_no_address_of_a_third_party_is_in_it(client: TestClient) -> None:
    for name in ("/widget.js", "/widget-more.js", "/widget-lv.js"):
        addresses = set(re.findall(r"https?://[\w.-]+", fetch(client, name)))
        assert addresses <= {"http://www.w3.org"}, addresses
