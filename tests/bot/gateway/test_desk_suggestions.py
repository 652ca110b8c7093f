"""Suggested passages: found for what the visitor asked, with the source, for whoever may answer only."""

from __future__ import annotations

from datetime import datetime, timezone

from fastapi.testclient import TestClient

from bot.gateway.desk.suggesting import MOST, find_question, suggest
from bot.helpdesk import Helpdesk
from handoff.messages import Author, Message, MessageKind
from tests.bot.gateway.test_desk import anna, browser, csrf_of, number

__all__ = ["anna", "browser", "number"]

QUESTION = "Kas ir sociālā inovācija?"


def test_a_suggestion_brings_its_source(helpdesk: Helpdesk) -> None:
    found = suggest(helpdesk.knowledge.retriever, QUESTION, "lv", "https://palidziba.example")
    assert 1 <= len(found) <= MOST
    best = found[0]
    assert best.answers
    assert best.insert.startswith(best.text)
    assert f"](https://palidziba.example{best.url})" in best.insert
    assert len({one.url for one in found}) == len(found)


def test_the_page_offers_to_search_for_what_was_asked(browser: TestClient, number: int) -> None:
    page = browser.get(f"/inbox/{number}").text
    assert 'hx-trigger="submit, load"' in page
    told = {"csrf": csrf_of(page), "question": QUESTION, "language": "lv"}
    part = browser.post(f"/inbox/{number}/suggestions", data=told)
    assert part.status_code == 200
    assert "data-insert=" in part.text
    assert "Ielikt atbildē" in part.text


def test_nothing_asked_suggests_nothing(browser: TestClient, number: int) -> None:
    told = {"csrf": csrf_of(browser.get(f"/inbox/{number}").text), "question": "  "}
    assert "data-insert=" not in browser.post(f"/inbox/{number}/suggestions", data=told).text


def test_suggestions_need_the_csrf_token(browser: TestClient, number: int) -> None:
    assert browser.post(f"/inbox/{number}/suggestions", data={"question": QUESTION}).status_code == 403


def test_without_a_question_the_summary_is_searched_for() -> None:
    assert find_question((), "Biedrība meklē līdzfinansējumu") == "Biedrība meklē līdzfinansējumu"


def say(seq: int, author: Author, text: str, kind: MessageKind = MessageKind.TEXT) -> Message:
    return Message(str(seq), "c", seq, author, kind, text, "lv", datetime(2026, 11, 24, tzinfo=timezone.utc))


def test_asking_for_a_person_is_not_the_question() -> None:
    said = (
        say(1, Author.VISITOR, QUESTION),
        say(2, Author.BOT, "Atbilde", MessageKind.ANSWER),
        say(3, Author.VISITOR, "Gribu runāt ar cilvēku"),
        say(4, Author.BOT, "Nododu", MessageKind.HANDOFF),
    )
    assert find_question(said, "") == QUESTION
    assert find_question((*said, say(5, Author.VISITOR, "Cik liels ir līdzfinansējums?")), "").startswith("Cik")
