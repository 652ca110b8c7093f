"""The visitor API keeps its promises, over a real database and a real index."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import Request
from fastapi.testclient import TestClient
from sqlalchemy import update

from bot.gateway.application import create_app
from bot.gateway.conversations import follow
from bot.helpdesk import Helpdesk
from handoff import requests
from handoff.attachments import LARGEST
from handoff.conversations import get_conversation
from handoff.coordinators import add_coordinator, list_coordinators
from handoff.editing import edit_reply
from handoff.models.message import MessageRow
from handoff.views import Actor
from tests.visiting import Visitor

PATH = "/api/v1/conversations"


def test_a_conversation_begins_with_a_greeting(client: TestClient) -> None:
    told = client.post(PATH, json={"locale": "en", "consent": "2026-11", "page": "https://example.lv/"})
    assert told.status_code == 201
    assert told.headers["cache-control"] == "no-store"
    opened = told.json()
    assert opened["conversation"]["owner"] == "bot"
    visitor = Visitor(client, opened["conversation"]["id"], opened["token"])
    [greeting] = visitor.read()
    assert (greeting["seq"], greeting["author"], greeting["locale"]) == (1, "bot", "en")
    assert greeting["buttons"]


def test_without_consent_nothing_begins(client: TestClient) -> None:
    for consent in (False, "", "   ", None):
        told = client.post(PATH, json={"consent": consent})
        assert (told.status_code, told.json()["code"]) == (422, "invalid")
    assert client.post(PATH, json={}).json()["errors"][0] == {
        "field": "consent",
        "code": "required",
        "message": "Šis lauks ir jāaizpilda.",
    }


def test_a_question_is_answered_with_its_source(visitor: Visitor) -> None:
    accepted = visitor.say("Kas ir sociālā inovācija?")
    assert accepted.status_code == 202
    answer = visitor.wait_for_answer(accepted.json()["message"]["seq"])
    assert answer["kind"] == "answer"
    assert answer["sources"][0]["url"].startswith("/library/lv/kas-ir-sociala-inovacija#")
    assert "evidence" not in answer


def test_the_same_message_twice_counts_once(visitor: Visitor) -> None:
    same = str(uuid4())
    first, second = visitor.say("Labdien", id=same).json(), visitor.say("Labdien", id=same).json()
    assert (first["duplicate"], second["duplicate"]) == (False, True)
    assert second["message"]["id"] == first["message"]["id"] == same
    assert [m["id"] for m in visitor.read()].count(same) == 1


def test_seq_has_no_gaps(visitor: Visitor) -> None:
    for text in ("Labdien", "Paldies", "Kādi konkursi ir atvērti?"):
        visitor.wait_for_answer(visitor.say(text).json()["message"]["seq"])
    assert [m["seq"] for m in visitor.read()] == list(range(1, len(visitor.read()) + 1))


def test_a_button_that_was_not_offered_is_refused(visitor: Visitor) -> None:
    offered = visitor.read()[0]["buttons"][0]
    told = visitor.say(value=offered["value"])
    assert told.json()["message"]["text"] == offered["title"]
    refused = visitor.say(value="ask_person:forged=1")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not_offered")


def test_asking_for_a_person_opens_a_request(visitor: Visitor) -> None:
    told = visitor.wait_for_answer(visitor.say("Gribu runāt ar cilvēku").json()["message"]["seq"])
    assert told["kind"] == "handoff"
    assert told["data"]["request"]["position"] == 1
    assert visitor.client.get(visitor.path, headers=visitor.headers).json()["owner"] == "queue"


VERBS = [
    ("GET", "/messages"),
    ("POST", "/messages"),
    ("GET", "/events"),
    ("GET", "/export"),
    ("DELETE", ""),
    ("POST", "/resume-link"),
    ("PATCH", ""),
]


@pytest.mark.parametrize("verb, tail", VERBS)
def test_no_token_opens_anothers_conversation(client: TestClient, visitor: Visitor, verb: str, tail: str) -> None:
    other = Visitor.begin(client)
    body = {"id": str(uuid4()), "text": "Labdien", "locale": "lv"} if verb in ("POST", "PATCH") else None
    for id in (visitor.id, str(uuid4()), "nav", "../../etc", "%00"):
        told = client.request(verb, f"{PATH}/{id}{tail}", json=body, headers=other.headers)
        assert told.status_code in (404, 405)
    nobody = client.request(verb, f"{PATH}/{visitor.id}{tail}", json=body)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthorized")


def test_a_resume_link_works_once(client: TestClient, visitor: Visitor) -> None:
    made = client.post(f"{visitor.path}/resume-link", headers=visitor.headers).json()
    assert made["url"].endswith(f"/chat?lang=lv#resume={made['code']}")
    opened = client.post(f"{PATH}/resume", json={"code": made["code"]})
    assert opened.status_code == 201
    elsewhere = Visitor(client, opened.json()["conversation"]["id"], opened.json()["token"])
    assert elsewhere.read() == visitor.read()
    assert client.post(f"{PATH}/resume", json={"code": made["code"]}).status_code == 404


def test_everything_kept_can_be_had_and_erased(client: TestClient, visitor: Visitor) -> None:
    visitor.say("Esmu no Cēsīm")
    told = client.get(f"{visitor.path}/export", headers=visitor.headers).json()
    assert "Esmu no Cēsīm" in [message["text"] for message in told["messages"]]
    assert client.delete(visitor.path, headers=visitor.headers).status_code == 204
    assert client.get(f"{visitor.path}/messages", headers=visitor.headers).status_code == 404
    assert client.delete(visitor.path, headers=visitor.headers).status_code == 404


def test_the_language_can_be_changed(client: TestClient, visitor: Visitor) -> None:
    told = client.patch(visitor.path, json={"locale": "en"}, headers=visitor.headers)
    assert told.json()["locale"] == "en"


def test_a_file_is_for_a_coordinator_only(client: TestClient, visitor: Visitor) -> None:
    file = {"file": ("plans.txt", b"Ideja", "text/plain")}
    told = client.post(f"{visitor.path}/files", files=file, headers=visitor.headers)
    assert (told.status_code, told.json()["code"]) == (409, "no_coordinator")


def test_a_file_larger_than_promised_is_refused_while_it_is_read(client: TestClient, visitor: Visitor) -> None:
    file = {"file": ("plans.txt", b"x" * (LARGEST + 6 * 1024 * 1024), "text/plain")}
    told = client.post(f"{visitor.path}/files", files=file, headers=visitor.headers)
    assert (told.status_code, told.json()["code"]) == (413, "body_too_large")


def test_ask_answers_without_a_conversation(client: TestClient) -> None:
    told = client.post("/api/v1/ask", json={"question": "Kas ir sociālā inovācija?"}).json()
    assert told["answered"] is True
    assert told["sources"]
    assert 0 <= told["confidence"] <= 1
    calls = client.post("/api/v1/ask", json={"question": "Kādi projektu konkursi ir atvērti?"}).json()
    assert calls["kind"] == "calls"
    assert calls["data"]["calls"]


def test_of_two_questions_at_once_both_answers_come_as_one(client: TestClient) -> None:
    question = "Kas ir sociālā inovācija un kas var pieteikties apkaimes mikrograntiem?"
    told = client.post("/api/v1/ask", json={"question": question}).json()
    assert told["answered"] is True
    assert len({source["document"] for source in told["sources"]}) >= 2
    assert "privātpersona" in told["text"]
    assert "sabiedrības problēmu" in told["text"]


def test_search_gives_passages_that_open_in_the_library(client: TestClient) -> None:
    told = client.post("/api/v1/search", json={"query": "sociālā inovācija", "locale": "lv", "k": 3}).json()
    assert len(told["hits"]) == 3
    for hit in told["hits"]:
        page = client.get(hit["url"].partition("#")[0])
        assert page.status_code == 200
        assert f'id="{hit["url"].partition("#")[2]}"' in page.text


def test_too_many_messages_are_told_when_to_come_back(helpdesk: Helpdesk) -> None:
    helpdesk.settings.conversation_rate = "3/minute"
    with TestClient(create_app(helpdesk)) as client:
        visitor, other = Visitor.begin(client), Visitor.begin(client)
        assert [visitor.say("Labdien").status_code for _ in range(4)] == [202, 202, 202, 429]
        refused = visitor.say("Labdien")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.json()["code"] == "rate_limited"
        assert refused.json()["wait"] in refused.json()["detail"]
        # Behind the same address somebody else goes on.
        assert other.say("Labdien").status_code == 202


def test_whoever_polls_is_told_what_was_changed(visitor: Visitor, helpdesk: Helpdesk) -> None:
    before = poll(visitor, 0)
    number, anna = ask_person(visitor, helpdesk)
    with helpdesk.database.transaction() as session:
        reply = requests.reply(session, anna, number, client_id="a1", text="Labdein!")
    seen = poll(visitor, 0, before["as_of"])
    assert [one["text"] for one in seen["messages"] if one["author"] == "coordinator"] == ["Labdein!"]
    assert seen["edited"] == []
    with helpdesk.database.transaction() as session:
        edit_reply(session, anna, number, reply.id, "Labdien!")
    told = poll(visitor, seen["messages"][-1]["seq"], seen["as_of"])
    assert told["messages"] == []
    assert [(one["id"], one["text"], one["data"]["edited"]) for one in told["edited"]] == [
        (reply.id, "Labdien!", True)
    ]


@pytest.mark.parametrize("listened", [True, False])
def test_a_stream_begins_with_what_was_changed_while_nobody_listened(
    client: TestClient, visitor: Visitor, helpdesk: Helpdesk, listened: bool
) -> None:
    number, anna = ask_person(visitor, helpdesk)
    with helpdesk.database.transaction() as session:
        reply = requests.reply(session, anna, number, client_id="a1", text="Labdein!")
        edit_reply(session, anna, number, reply.id, "Labdien!")
        changed = helpdesk.clock() - timedelta(minutes=10)
        session.execute(update(MessageRow).where(MessageRow.id == reply.id).values(edited_at=changed))
    since = helpdesk.clock() if listened else changed - timedelta(minutes=1)
    told = asyncio.run(hear_first(client, helpdesk, visitor.id, reply.seq, since))
    assert [event.startswith("event: edited") for event in told] == ([False] if listened else [True, False])


async def hear_first(
    client: TestClient, helpdesk: Helpdesk, conversation: str, after: int, since: datetime
) -> list[str]:
    """What the stream says before it waits: the last of it is who has the conversation."""
    with helpdesk.database.reading() as session:
        view = get_conversation(session, conversation)
    stream = follow(Request({"type": "http", "app": client.app}), helpdesk, view, after, since)
    told = []
    async for event in stream:
        if not event.startswith(":"):
            told.append(event)
        if event.startswith("event: owner"):
            break
    await stream.aclose()  # type: ignore[attr-defined]
    return told


def test_since_must_be_a_moment(visitor: Visitor) -> None:
    told = visitor.client.get(f"{visitor.path}/messages", params={"since": "yesterday"}, headers=visitor.headers)
    assert told.status_code == 422


def poll(visitor: Visitor, after: int, since: str | None = None) -> dict[str, Any]:
    params = {"after": after} | ({"since": since} if since else {})
    told: dict[str, Any] = visitor.client.get(
        f"{visitor.path}/messages", params=params, headers=visitor.headers
    ).json()
    return told


def ask_person(visitor: Visitor, helpdesk: Helpdesk) -> tuple[int, Actor]:
    visitor.wait_for_answer(visitor.say("Gribu runāt ar cilvēku").json()["message"]["seq"])
    with helpdesk.database.transaction() as session:
        add_coordinator(session, email="anna@example.lv", name="Anna", role="coordinator", with_token=False)
    with helpdesk.database.transaction() as session:
        [anna] = list_coordinators(session)
        [request], _ = requests.list_requests(session, anna)
        requests.claim(session, anna, request.number)
    return request.number, anna


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_site_on_the_list_may_do_all_that_the_chat_does(helpdesk: Helpdesk, method: str) -> None:
    helpdesk.settings.embed_origins = ["https://www.example.lv"]
    asked = {
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,last-event-id,accept-language,x-request-id",
    }
    with TestClient(create_app(helpdesk)) as client:
        allowed = client.options(PATH, headers=asked | {"Origin": "https://www.example.lv"})
        refused = client.options(PATH, headers=asked | {"Origin": "https://evil.example"})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://www.example.lv"
    assert "access-control-allow-origin" not in refused.headers


def test_a_site_on_the_list_names_its_request_and_reads_the_name(helpdesk: Helpdesk) -> None:
    helpdesk.settings.embed_origins = ["https://www.example.lv"]
    named = {"Origin": "https://www.example.lv", "X-Request-ID": "seen-in-the-browser"}
    with TestClient(create_app(helpdesk)) as client:
        answer = client.get(f"{PATH}/none/messages", headers=named)
    assert answer.headers["x-request-id"] == "seen-in-the-browser"
    assert "x-request-id" in answer.headers["access-control-expose-headers"].lower()


def test_it_can_go_on_in_telegram_where_that_is_set_up(visitor: Visitor, helpdesk: Helpdesk) -> None:
    def ask() -> dict[str, Any]:
        told: dict[str, Any] = visitor.client.post(f"{visitor.path}/resume-link", headers=visitor.headers).json()
        return told

    assert ask()["telegram"] is None
    helpdesk.telegram_name = "palidziba_bot"
    told = ask()
    assert told["telegram"] == f"https://t.me/palidziba_bot?start=r_{told['code']}"
    assert len(f"r_{told['code']}") <= 64
