"""The widget's files: small, whole, and open to the pages of others."""

import gzip
import re

from fastapi.testclient import TestClient

from bot.gateway.widget_bundle import FOLDER, MORE_PARTS, PARTS
from bot.wording import LOCALES, load_area

BUDGET = 15_000


def fetch(client: TestClient, name: str) -> str:
    response = client.get(name)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["access-control-allow-origin"] == "*"
    return response.text


def test_the_element_is_within_its_budget(client: TestClient) -> None:
    size = len(gzip.compress(fetch(client, "/widget.js").encode(), 9))
    assert size <= BUDGET, f"{size} bytes gzipped"


def test_a_language_and_the_menu_are_small_too(client: TestClient) -> None:
    for name in ("/widget-lv.js", "/widget-en.js"):
        assert len(gzip.compress(fetch(client, name).encode(), 9)) <= 2_000
    assert len(gzip.compress(fetch(client, "/widget-more.js").encode(), 9)) <= 6_000


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
