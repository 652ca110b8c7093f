"""How old a source is, told where it matters; and two sources that do not agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

import pytest

from bot.helpdesk import Helpdesk, Knowledge
from bot.replies.ages import is_timely, tell_checked
from bot.replies.memory import Memory
from bot.replies.questions import answer
from bot.replies.situation import Situation
from bot.settings import Settings
from handoff.database import Database
from handoff.messages import Draft, MessageKind
from knowledge.catalogue import Catalogue
from retrieval.building import SHIPPED, build_index
from retrieval.encoder import load_encoder
from retrieval.retriever import Retriever

NOW = datetime.fromisoformat("2026-11-24T10:00:00+02:00")
MATTERS = {
    "stipendija": ("Mentoru stipendija", "2024-03-01", "Mentoru stipendija ir 400 eiro mēnesī pusgadu."),
    "kartiba": ("Mentoru stipendijas kārtība", "2026-10-05", "Mentoru stipendija ir 650 EUR mēnesī."),
    "keramika": ("Keramikas darbnīca", "2024-03-01", "Keramikas darbnīcā bērni veido traukus un svilpauniekus."),
    "stikls": ("Stikla pūšana", "2026-10-05", "Stikla pūšanas meistari rāda, kā top vāzes un krelles."),
}  # fmt: skip


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Draft]:
    folder = tmp_path_factory.mktemp("ages")
    own = folder / "own"
    own.mkdir()
    for name, (title, day, text) in MATTERS.items():
        head = f"id: {name}\nkind: article\nlocale: lv\ntitle: {title}\nsummary: {title}.\nsource: Test"
        (own / f"{name}.md").write_text(f"---\n{head}\nreviewed_on: {day}\n---\n\n{text}\n", "utf-8")
    encoder, catalogue = load_encoder("packaged"), Catalogue.read([SHIPPED, own])
    build_index(catalogue, encoder, folder, lambda _: None)
    settings = Settings(_env_file=None, data=folder / "data", now=NOW)
    knowledge = Knowledge(catalogue, Retriever.load(catalogue, encoder, folder))
    helpdesk = Helpdesk(settings, settings.clock, cast("Database", object()), encoder, knowledge)

    def answer_to(question: str, locale: str = "lv") -> Draft:
        return answer(helpdesk, Situation(text=question, locale=locale), Memory())[0]

    return answer_to


def test_two_sources_that_disagree_are_named_with_their_days_and_a_person_is_offered(
    ask: Callable[..., Draft],
) -> None:
    draft = ask("Cik eiro ir mentoru stipendija mēnesī?")
    assert draft.kind is MessageKind.ANSWER
    assert "Avoti par to nesaskan" in draft.text
    assert "pārbaudīts 2024. gada 1. martā" in draft.text
    assert "pārbaudīts 2026. gada 5. oktobrī" in draft.text
    assert "400 eiro" in draft.text
    assert "650 EUR" in draft.text
    assert draft.data["dates"] == {"lv/stipendija": "2024-03-01", "lv/kartiba": "2026-10-05"}
    assert any(
        "koordinator" in button.title.lower() or "cilvēk" in button.title.lower() for button in draft.buttons
    )


def test_an_old_source_tells_its_day_whatever_is_asked(ask: Callable[..., Draft]) -> None:
    assert ask("ko bērni veido keramikas darbnīcā?").data["dates"]["lv/keramika"] == "2024-03-01"


def test_a_recent_source_tells_no_day_where_age_does_not_matter(ask: Callable[..., Draft]) -> None:
    draft = ask("ko rāda stikla pūšanas meistari?")
    assert draft.sources[0].document == "lv/stikls"
    assert "lv/stikls" not in draft.data.get("dates", {})


@pytest.mark.parametrize(
    ("question", "timely"),
    [
        ("cik maksā dalība", True), ("kādi ir noteikumi", True), ("vai tagad var pieteikties", True),
        ("what are the rules", True), ("какие сейчас правила", True), ("kas ir sociālā inovācija", False),
        ("what is co-creation", False),
    ],
)  # fmt: skip
def test_age_matters_for_amounts_rules_and_now(question: str, timely: bool) -> None:
    assert is_timely(question) is timely


@pytest.mark.parametrize(("dates", "told"), [
    ({"lv/a": "2026-11-01"}, "checked 1 November 2026"), ({}, ""), (None, ""), ({"lv/a": "soon"}, ""), ("x", ""),
])  # fmt: skip
def test_only_a_day_is_told(dates: object, told: str) -> None:
    assert tell_checked("en", dates, "lv/a") == told
