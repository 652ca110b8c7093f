"""The library: every source leads to its passage, and what is asked of it is bounded."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from datetime import datetime, timedelta, timezone

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bot.gateway.calls import find
from bot.gateway.light_markdown import render_marks
from bot.helpdesk import Helpdesk, Knowledge
from knowledge.call import CallStatus


def test_every_passage_can_be_opened_at_its_anchor(client: TestClient, knowledge: Knowledge) -> None:
    pages: dict[str, str] = {}
    for passage in knowledge.catalogue.passages:
        path, anchor = passage.url.split("#")
        if path not in pages:
            page = client.get(path)
            assert page.status_code == 200, path
            pages[path] = page.text
        assert f'id="{anchor}"' in pages[path], passage.url


@pytest.mark.parametrize("locale", ["lv", "en"])
@pytest.mark.parametrize("path", ["/library", "/calls", "/calls?status=any", "/library?q=inov%C4%81cija"])
def test_the_lists_are_shown_in_both_languages(client: TestClient, path: str, locale: str) -> None:
    page = client.get(path, params={"lang": locale, **dict(part.split("=") for part in path.split("?")[1:])})
    assert page.status_code == 200
    assert f'<html lang="{locale}">' in page.text


@pytest.mark.parametrize(
    "path",
    ["/library/lv/none", "/library/xx/kas-ir-sociala-inovacija", "/library/lv/..%2f..%2fetc", "/library/lv/%00"],
)
def test_what_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/library?kind=none", "/library?theme=none", "/calls?status=none", "/api/v1/calls?topic=none",
             "/api/v1/library?stage=none"]
)  # fmt: skip
def test_an_unknown_choice_is_refused_in_words(client: TestClient, path: str) -> None:
    refused = client.get(path)
    assert refused.status_code == 422
    assert refused.json()["code"] == "unknown_facet"


def test_the_api_finds_documents_by_words(client: TestClient) -> None:
    told = client.get("/api/v1/library", params={"q": "kas ir sociala inovacija"}).json()
    assert told["documents"][0]["id"] == "kas-ir-sociala-inovacija"


def test_a_page_names_its_translation(client: TestClient) -> None:
    page = client.get("/library/lv/kas-ir-sociala-inovacija").text
    assert 'hreflang="en" href="/library/en/kas-ir-sociala-inovacija"' in page


def test_open_calls_come_with_the_nearest_deadline_first(client: TestClient) -> None:
    told = client.get("/api/v1/calls", params={"status": "open"}).json()
    deadlines = [call["deadline"] for call in told["calls"] if call["deadline"]]
    assert deadlines
    assert deadlines == sorted(deadlines)
    assert {call["status"] for call in told["calls"]} == {"open"}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.integers(-2000, 2000), minutes=st.integers(0, 1440))
def test_no_closed_call_is_ever_listed_as_open(helpdesk: Helpdesk, days: int, minutes: int) -> None:
    moment = datetime(2026, 11, 24, tzinfo=timezone.utc) + timedelta(days=days, minutes=minutes)
    helpdesk.clock = lambda: moment
    calls, now = find(helpdesk, "lv", status="open")
    assert now == moment
    for call in calls:
        assert call.status(moment) is CallStatus.OPEN
        assert not call.deadlines or call.deadlines[-1] >= moment


def test_the_calendar_holds_each_deadline_once(client: TestClient) -> None:
    calendar = Calendar.from_ical(client.get("/calls.ics").content)
    names = [str(event["uid"]) for event in calendar.walk("VEVENT")]
    assert names
    assert len(names) == len(set(names))


def test_the_feed_is_well_formed(client: TestClient) -> None:
    feed = ElementTree.fromstring(client.get("/calls.atom").content)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert feed.findall("{http://www.w3.org/2005/Atom}entry")


def test_the_sitemap_names_every_document(client: TestClient, knowledge: Knowledge) -> None:
    listed = client.get("/sitemap.xml").text
    assert all(document.url in listed for document in knowledge.catalogue.documents)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**svarīgi** un <b>", "<strong>svarīgi</strong> un &lt;b&gt;"),
        ("[lapa](https://a.lv/?x=1&y=2)", '<a href="https://a.lv/?x=1&amp;y=2">lapa</a>'),
        ("[ļauns](javascript:alert)", "ļauns"),
        ("[ļauns](//evil.example)", "ļauns"),
        ('[x](https://a.lv/"onclick=1)', '<a href="https://a.lv/&#34;onclick=1">x</a>'),
    ],
)
def test_marks_become_safe_html(text: str, shown: str) -> None:
    assert render_marks(text) == shown
