"""Whatever is sent: a clear refusal with a stable code, never a 500, nothing half-written."""

import json
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk
from tests.visiting import Visitor

MESSAGES: list[tuple[Any, int, str]] = [
    (b"", 422, "invalid"),
    (b"{", 400, "malformed_json"),
    (b"\xff\xfe{}", 400, "malformed_json"),
    (b"[" * 20_000, 400, "malformed_json"),
    (b"null", 422, "invalid"),
    (b"[]", 422, "invalid"),
    (b'"text"', 422, "invalid"),
    (b"9" * 5000, 400, "malformed_json"),
    (b"x" * 100_000, 413, "body_too_large"),
    ({}, 422, "invalid"),
    ({"id": "1", "text": "Labdien"}, 422, "invalid"),
    ({"id": 1, "text": "Labdien"}, 422, "invalid"),
    ({"id": "UUID"}, 422, "invalid"),
    ({"id": "UUID", "text": None}, 422, "invalid"),
    ({"id": "UUID", "text": ""}, 422, "invalid"),
    ({"id": "UUID", "text": " \n\t\u200b"}, 422, "invalid"),
    ({"id": "UUID", "text": 7}, 422, "invalid"),
    ({"id": "UUID", "text": ["Labdien"]}, 422, "invalid"),
    ({"id": "UUID", "text": "a\x00b"}, 422, "invalid"),
    ({"id": "UUID", "text": "a\x1b[31mb"}, 422, "invalid"),
    ({"id": "UUID", "text": "\ud800"}, 422, "invalid"),
    ({"id": "UUID", "text": "ā" * 4001}, 422, "invalid"),
    ({"id": "UUID", "value": "x" * 65}, 422, "invalid"),
    ({"id": "UUID", "value": "ā" * 40}, 422, "invalid"),
]


@pytest.mark.parametrize("body, status, code", MESSAGES, ids=range(len(MESSAGES)))
def test_bad_messages_are_refused(visitor: Visitor, body: Any, status: int, code: str) -> None:
    if isinstance(body, dict):
        body = json.dumps({**body, "id": str(uuid4())} if body.get("id") == "UUID" else body).encode()
    headers = {**visitor.headers, "Content-Type": "application/json"}
    told = visitor.client.post(f"{visitor.path}/messages", content=body, headers=headers)
    assert (told.status_code, told.json()["code"]) == (status, code)
    assert told.headers["content-type"].startswith("application/problem+json")
    assert {"type", "title", "detail", "status"} <= set(told.json())
    assert len(visitor.read()) == 1


@pytest.mark.parametrize("after", ["-1", "x", "1e9", str(2**40), ""])
def test_a_bad_place_to_read_from_is_refused(visitor: Visitor, after: str) -> None:
    told = visitor.client.get(f"{visitor.path}/messages", params={"after": after}, headers=visitor.headers)
    assert (told.status_code, told.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("path", ["/ask", "/search"])
@pytest.mark.parametrize("text", ["", "  ", "\x00", "x" * 2001, None, 5, {"a": 1}])
def test_bad_questions_are_refused(client: TestClient, path: str, text: Any) -> None:
    told = client.post(f"/api/v1{path}", json={"question": text, "query": text})
    assert (told.status_code, told.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "' OR 1=1 --", "{{7*7}}", "\u202e\u2066abc", "🏳️‍🌈" * 300, "%s%n", "/restart"],
)
def test_hostile_words_are_kept_as_they_are(visitor: Visitor, text: str) -> None:
    accepted = visitor.say(text)
    assert accepted.status_code == 202
    visitor.wait_for_answer(accepted.json()["message"]["seq"])
    assert visitor.read(1)[0]["text"].replace("\u202e", "").replace("\u2066", "") == text.replace(
        "\u202e", ""
    ).replace("\u2066", "")


def test_refusals_speak_the_persons_language(client: TestClient) -> None:
    told = {
        locale: client.get("/api/v1/nowhere", headers={"Accept-Language": f"{locale},xx;q=0.5"}).json()["title"]
        for locale in ("lv", "en")
    }
    assert told == {"lv": "Nav atrasts", "en": "Not found"}


def test_a_browser_gets_a_page(client: TestClient) -> None:
    told = client.get("/nowhere", headers={"Accept": "text/html"})
    assert told.status_code == 404
    assert '<html lang="lv">' in told.text
    assert "Nav atrasts" in told.text


def test_a_wrong_verb_is_named(client: TestClient) -> None:
    told = client.put("/api/v1/ask", json={})
    assert (told.status_code, told.json()["code"]) == (405, "method_not_allowed")
    assert told.headers["allow"] == "POST"


def test_every_response_has_its_headers(client: TestClient) -> None:
    for path in ("/", "/chat", "/nowhere", "/widget.js", "/api/v1/openapi.json", "/static/base.css"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"]


@pytest.mark.parametrize(
    "path", ["/inbox", "/inbox/1", "/api/v1/requests", "/api/v1/me", "/api/v1/conversations/x"]
)
def test_what_tells_of_people_is_kept_by_no_browser(client: TestClient, path: str) -> None:
    assert client.get(path, follow_redirects=False).headers["cache-control"] == "no-store"
    assert "cache-control" not in client.get("/").headers


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://helpdesk.example.lv", "max-age=31536000; includeSubDomains"),
        ("https://example.lv", "max-age=31536000"),
        ("http://127.0.0.1:8000", None),
    ],
)
def test_browsers_are_told_to_come_by_tls_alone(helpdesk: Helpdesk, address: str, told: str | None) -> None:
    helpdesk.settings.public_url = address
    with TestClient(create_app(helpdesk)) as client:
        assert client.get("/").headers.get("strict-transport-security") == told


def test_a_strange_origin_is_not_let_in(client: TestClient) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in client.options("/api/v1/conversations", headers=asked).headers


def test_openapi_describes_the_visitors_api(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for path in ("/api/v1/conversations", "/api/v1/conversations/{conversation_id}/messages", "/api/v1/ask"):
        for operation in paths[path].values():
            assert any(status.startswith("4") for status in operation["responses"])
