"""From a question to an answer and to a person, over the public API and a real Rasa."""

from __future__ import annotations

import json

import httpx2
import pytest

from tests.e2e.product.product import Product, Visitor, wait_for


@pytest.mark.parametrize("question", ["Kas ir sociālā inovācija?", "kas ir sociala inovacija"])
def test_a_question_is_answered_with_its_source(product: Product, question: str) -> None:
    answer = Visitor(product.base).ask(question)
    assert answer["kind"] == "answer"
    assert answer["author"] == "bot"
    page = httpx2.get(f"{product.base}{answer['sources'][0]['url']}", trust_env=False)
    anchor = answer["sources"][0]["url"].split("#")[1]
    assert page.status_code == 200
    assert f'id="{anchor}"' in page.text


def test_open_calls_are_listed_and_none_of_them_is_closed(product: Product) -> None:
    told = Visitor(product.base).ask("Kādi projektu konkursi ir atvērti?")
    assert told["kind"] == "calls"
    assert told["data"]["calls"]
    assert {call["status"] for call in told["data"]["calls"]} == {"open"}


def test_what_the_materials_cannot_answer_is_said_so_and_a_person_offered(product: Product) -> None:
    told = Visitor(product.base).ask("Cik maksā jauna pase Rīgā?")
    assert told["kind"] in {"unanswered", "smalltalk"}
    assert not told["sources"]
    assert "Runāt ar cilvēku" in {button["title"] for button in told["buttons"]}


def test_english_is_answered_in_english(product: Product) -> None:
    answer = Visitor(product.base, "en").ask("What is social innovation?")
    assert (answer["kind"], answer["locale"]) == ("answer", "en")


def test_a_request_is_claimed_answered_and_closed(product: Product) -> None:
    visitor = Visitor(product.base)
    told = visitor.ask("Gribu runāt ar cilvēku")
    while told["kind"] != "handoff":
        assert told["kind"] in {"form", "choice"}, told
        told = visitor.ask("izlaist")
    number = told["data"]["request"]["number"]
    with coordinator(product, "anna@example.org") as anna:
        assert anna.post(f"/requests/{number}/claim").status_code == 200
        reply = {"id": "8f6f0b3e-5a41-4c6d-9a7c-6f8f3b7d1a11", "text": "Labdien! Palīdzēšu Jums."}
        assert anna.post(f"/requests/{number}/reply", json=reply).status_code in {200, 201}
        heard = wait_for(
            lambda: [m for m in visitor.messages(visitor.seen) if m["author"] == "coordinator"], 10, "the reply"
        )
        assert [message["text"] for message in heard] == ["Labdien! Palīdzēšu Jums."]
        assert anna.post(f"/requests/{number}/close", json={"outcome": "answered"}).status_code == 200
    assert [message["seq"] for message in visitor.messages()] == list(range(1, len(visitor.messages()) + 1))


def coordinator(product: Product, email: str) -> httpx2.Client:
    account = json.loads(product.command("coordinator", "add", email, "--token", "--json"))
    headers = {"Authorization": f"Bearer {account['token']}"}
    return httpx2.Client(base_url=f"{product.base}/api/v1", headers=headers, timeout=10, trust_env=False)
