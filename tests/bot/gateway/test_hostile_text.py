"""Nasty text through every entrance of the gateway: visitors, search, headers, files, and each form of the desk.

Nothing fails, nothing hangs, nothing is lost: what is taken is there afterwards, what is refused is told why.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from fastapi.testclient import TestClient
from httpx2 import Response

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from handoff.models.base import clean_text
from tests.bot.gateway.conftest import NOW
from tests.bot.gateway.signing_in import Signed, administrator
from tests.hostile import NASTY
from tests.serving import open_helpdesk
from tests.visiting import Visitor

MANY = "100000/second"
SLOWEST = 10.0
"""Seconds of CPU for one text: a regular expression that explodes takes minutes or years."""
MOST_PAGES = 40
TEXTS = pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
BODIES = (
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b"\xc4",
    b"\xef\xbb\xbf{}",
    b"NaN",
    b'{"question": 1e999}',
    b'{"question": ' + b"9" * 5000 + b"}",
    b"x" * 10_000_000,
)
HEADERS = ("Accept-Language", "Authorization", "Cookie", "X-Request-ID", "Content-Type", "Origin", "Accept")
FILTERS = ("q", "theme", "region", "status", "lang", "page")


@pytest.fixture(scope="module")
def helpdesk(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    data: Path = tmp_path_factory.mktemp("nasty")
    settings = Settings(_env_file=None, data=data, now=NOW, conversation_rate=MANY, address_rate=MANY)
    with open_helpdesk(settings, knowledge) as helpdesk:
        yield helpdesk


@pytest.fixture(scope="module")
def client(helpdesk: Helpdesk) -> Iterator[TestClient]:
    with TestClient(create_app(helpdesk), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < SLOWEST


def check(told: Response) -> None:
    assert told.status_code < 500, f"{told.request.method} {told.request.url}: {told.text[:500]}"


def post(
    client: TestClient, path: str, body: dict[str, object], headers: dict[str, str] | None = None
) -> Response:
    """In ASCII alone, so that what is no text at all can be sent too."""
    given = {**(headers or {}), "Content-Type": "application/json"}
    return client.post(path, content=json.dumps(body).encode(), headers=given)


def writable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@TEXTS
def test_a_message_is_kept_whole_or_refused_in_words(client: TestClient, text: str) -> None:
    """Not the longest: encoding takes its time, and patterns are tried on the longest in test_text_in_time."""
    visitor, text = Visitor.begin(client), text[:800]
    sent = post(client, f"{visitor.path}/messages", {"id": str(uuid4()), "text": text}, visitor.headers)
    check(sent)
    if sent.status_code == 202:
        assert visitor.read(1)[0]["text"] == clean_text(text).strip()
        assert visitor.wait_for_answer(sent.json()["message"]["seq"])["text"]
    else:
        assert sent.json()["code"] == "invalid"
        assert len(visitor.read()) == 1, "nothing half-written"


@TEXTS
def test_what_visitors_can_set_besides(client: TestClient, text: str) -> None:
    visitor = Visitor.begin(client)
    for body in (
        {"consent": text, "locale": text, "page": text},
        {"consent": True, "page": text[:500]},
        {"consent": text[:40], "locale": "lv"},
    ):
        check(post(client, "/api/v1/conversations", body))
    for body in ({"id": str(uuid4()), "value": text[:64]}, {"id": text[:80], "text": "x"}):
        check(post(client, f"{visitor.path}/messages", body, visitor.headers))
    check(post(client, "/api/v1/conversations/resume", {"code": text}))
    files = {"file": (writable(text)[:200].replace("\0", ""), writable(text).encode(), "text/plain")}
    check(client.post(f"{visitor.path}/files", files=files, headers=visitor.headers))


@TEXTS
def test_asking_and_searching(client: TestClient, text: str) -> None:
    """Short: to encode a long one takes its time, and is done in a conversation."""
    for path, name in (("ask", "question"), ("search", "query")):
        check(post(client, f"/api/v1/{path}", {name: text[:200]}))
        check(post(client, f"/api/v1/{path}", {name: "x", "locale": text, "kinds": [text]}))
    plain = writable(text)[:150]
    for path in ("/library", "/calls", "/api/v1/calls", "/calls.ics"):
        check(client.get(path, params=dict.fromkeys(FILTERS, plain), headers={"Accept": "text/html"}))


@TEXTS
def test_headers_and_addresses(client: TestClient, text: str) -> None:
    """As far as a header can hold it at all: bytes, without line breaks."""
    visitor = Visitor.begin(client)
    raw = text.encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")[:2000]
    for name in HEADERS:
        headers = [(name.encode(), raw), (b"X-CSRF-Token", raw)]
        check(client.get("/api/v1/me", headers=headers))
        told = client.post("/api/v1/ask", content=b'{"question": 1}', headers=headers)
        check(told)
        assert "set-cookie" not in told.headers
        assert text not in told.headers["x-request-id"]
    check(client.get(f"{visitor.path}/messages", headers=[(b"Authorization", b"Bearer " + raw)]))
    for path in ("library", "library/article", "calls", "api/v1/conversations", "static", "inbox", "news/confirm"):
        check(client.get(f"/{path}/{quote(writable(text)[:400], safe='')}"))


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_bodies_that_are_no_json_of_ours(client: TestClient, body: bytes) -> None:
    visitor = Visitor.begin(client)
    headers = {**visitor.headers, "Content-Type": "application/json"}
    for path in ("ask", "search", "conversations", f"conversations/{visitor.id}/messages", "login"):
        told = client.post(f"/api/v1/{path}", content=body, headers=headers)
        check(told)
        assert told.status_code >= 400
        assert told.json()["code"]


# --- the desk ---------------------------------------------------------------------------------------------------


class Forms:
    """Every form that somebody finds who is signed in and follows every link of the desk, one of each shape."""

    def __init__(self, browser: TestClient) -> None:
        self.browser = browser
        self.found: dict[tuple[str, ...], tuple[str, Tag]] = {}
        self.pages: set[str] = set()

    def crawl(self, *starts: str) -> None:
        waiting = list(starts)
        while waiting and len(self.pages) < MOST_PAGES:
            path = waiting.pop(0)
            if path in self.pages:
                continue
            self.pages.add(path)
            page = self.browser.get(path, headers={"Accept": "text/html"})
            check(page)
            if "text/html" in page.headers["content-type"]:
                soup = BeautifulSoup(page.text, "html.parser")
                self._take(path, soup)
                waiting += find_links(path, soup)

    def _take(self, path: str, soup: BeautifulSoup) -> None:
        for form in soup.select("form"):
            action = urljoin(path, str(form.get("action") or path))
            names = sorted({str(one["name"]) for one in form.select("[name]")})
            shape = (str(form.get("method", "get")), *names, *action.split("/")[:3])
            if set(names) - {"csrf", "lang"} and "sign-out" not in action:
                self.found.setdefault(shape, (action, form))

    def send(self, action: str, form: Tag, text: str) -> Response:
        """Every field a person could change holds the text; the proof of the form stays as it was."""
        told = {str(one["name"]): text for one in form.select("[name]")}
        for name in ("csrf", "id"):
            kept = form.select_one(f'[name="{name}"]')
            if kept is not None:
                told[name] = str(kept.get("value") or uuid4())
        if str(form.get("method", "get")).lower() == "get":
            return self.browser.get(action, params={name: value[:400] for name, value in told.items()})
        return self.browser.post(action, data=told)


def find_links(path: str, soup: BeautifulSoup) -> list[str]:
    links = (urlsplit(urljoin(path, str(link["href"]))) for link in soup.select("a[href]"))
    return [link.path for link in links if link.path.startswith("/inbox") and "sign-out" not in link.path]


@pytest.fixture(scope="module")
def signed(helpdesk: Helpdesk) -> Iterator[Signed]:
    with administrator(helpdesk) as signed:
        yield signed


@pytest.fixture(scope="module")
def forms(client: TestClient, signed: Signed) -> Forms:
    visitor = Visitor.begin(client)
    visitor.say("Gribu runāt ar cilvēku")
    number = visitor.wait_for_answer(1)["data"]["request"]["number"]
    signed.browser.post(f"/api/v1/requests/{number}/claim", headers=signed.proof)
    forms = Forms(signed.browser)
    forms.crawl("/inbox", f"/inbox/{number}")
    return forms


@TEXTS
def test_every_form_of_the_desk(forms: Forms, text: str) -> None:
    assert len(forms.found) >= 15, sorted(forms.found)
    for action, form in forms.found.values():
        told = forms.send(action, form, writable(text))
        check(told)
        assert "<script>alert" not in told.text
        assert 'onmouseover="alert' not in told.text
    assert forms.browser.get("/inbox").url.path == "/inbox", "still signed in"
