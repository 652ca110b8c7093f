"""Which questions ask for coming events, and what is answered with events to come, past ones, or none."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import cast

import pytest

from bot.helpdesk import Helpdesk, Knowledge
from bot.replies import events
from bot.replies.event_search import asks_for_events
from bot.replies.fallback import understand
from bot.replies.figures import tell_days
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.settings import Settings
from handoff.database import Database
from handoff.messages import Draft, MessageKind
from knowledge.catalogue import Catalogue
from retrieval.encoder import Encoder
from retrieval.retriever import Retriever

NOW = datetime.fromisoformat("2026-11-24T10:00:00+02:00")
OFTEN = """---
id: macibas-un-pasakumi
kind: article
locale: lv
title: "Cik bieži?"
summary: "Bieži."
source: "Plāns"
reviewed_on: 2026-11-01
---

Reizi gadā.
"""


def write_event(folder: Path, name: str, title: str, **fields: str) -> None:
    told = {"id": name, "kind": "event", "locale": "lv", "title": f'"{title}"', "summary": '"Kopsavilkums."'}
    told |= {"source": '"Rīkotājs"', "reviewed_on": "2026-11-01", **fields}
    head = "\n".join(f"{field}: {value}" for field, value in told.items())
    (folder / f"{name}.lv.md").write_text(f"---\n{head}\n---\n\nTeksts par pasākumu.\n", "utf-8")


def open_with(folder: Path) -> Helpdesk:
    (folder / "cik-biezi.lv.md").write_text(OFTEN, "utf-8")
    catalogue = Catalogue.read([folder])
    assert not catalogue.problems
    settings = Settings(_env_file=None, data=folder / "data", now=NOW)
    knowledge, nothing = Knowledge(catalogue, cast("Retriever", None)), object()
    return Helpdesk(settings, settings.clock, cast("Database", nothing), cast("Encoder", nothing), knowledge)


@pytest.fixture
def helpdesk(tmp_path: Path) -> Helpdesk:
    write_event(tmp_path, "tiklosanas", "Tīklošanās vakars Rīgā", starts_at="2026-12-08T17:30", place="Rīga",
                regions="\n- rigas_valstspilseta", themes="\n- youth")  # fmt: skip
    write_event(
        tmp_path, "macibas", "Mācības par budžetu", starts_at="2026-11-24", ends_at="2026-11-26", online="true"
    )
    write_event(tmp_path, "vasaras-skola", "Vasaras skola Kuldīgā", starts_at="2026-07-01")
    write_event(tmp_path, "bez-datuma", "Seminārs bez datuma", place="Valmiera")
    return open_with(tmp_path)


def tell(helpdesk: Helpdesk, text: str, memory: Memory | None = None, owner: str = "bot") -> Draft:
    situation = understand(Situation(text=text, locale="lv", owner=owner))
    memory = memory or Memory()
    assert events.is_asked(helpdesk, situation, memory)
    return events.tell_events(helpdesk, situation, memory)[0]


def shown(draft: Draft) -> list[str]:
    return [source.document.partition("/")[2] for source in draft.sources]


@pytest.mark.parametrize(
    "text",
    [
        "kādi pasākumi ir tuvākajā laikā", "kad ir nākamais pasākums?", "kadi pasakumi bus decembri",
        "vai ir tīklošanās pasākumi rīgā", "kur redzēt pasākumu kalendāru", "kad būs nākamās mācības",
        "when is the next event", "what events are there in december", "what training is coming up?",
        "kad ir nakamais hakatons",
        "are there any workshops soon", "когда следующее мероприятие", "какие ближайшие мероприятия?",
    ],
)  # fmt: skip
def test_coming_events_are_asked_for(text: str) -> None:
    assert asks_for_events(text)


@pytest.mark.parametrize(
    "text",
    [
        "cik bieži ir tīklošanās pasākumi", "kas notiks tīklošanās vakarā", "kādi pasākumi bija pērn",
        "kas ir pasākums 4.4.1.1?", "kad atvērs pasākuma 4.4.1.1 konkursu", "kādus pasākumus var finansēt",
        "kad būs mācību materiāli", "how often is there training", "which activities are planned in the project",
        "how many events were there", "of course, when is the deadline", "как часто бывают мероприятия",
    ],
)  # fmt: skip
def test_other_questions_on_events_are_left_to_the_library(text: str) -> None:
    assert not asks_for_events(text)


def test_events_come_by_day_with_hour_and_place_and_none_that_is_over(helpdesk: Helpdesk) -> None:
    told = tell(helpdesk, "kādi pasākumi ir tuvākajā laikā?")
    assert told.kind is MessageKind.ANSWER
    assert shown(told) == ["macibas", "tiklosanas"], "the one that runs today is not over"
    assert "2026. gada 24.–26. novembrī; tiešsaistē" in told.text
    assert "2026. gada 8. decembrī; plkst. 17:30; Rīga" in told.text
    assert "Demo" not in told.text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kādi pasākumi būs decembrī?", ["tiklosanas"]),
        ("vai ir pasākumi jauniešiem?", ["tiklosanas"]),
        ("kad ir nākamās mācības?", ["macibas"]),
        ("vai rīgā drīz ir tīklošanās?", ["tiklosanas"]),
    ],
)
def test_they_are_narrowed_by_what_was_said(helpdesk: Helpdesk, text: str, found: list[str]) -> None:
    assert shown(tell(helpdesk, text)) == found


def test_where_none_fits_that_is_said_and_the_others_are_shown(helpdesk: Helpdesk) -> None:
    told = tell(helpdesk, "kādi pasākumi būs nākamgad?")
    assert told.text.startswith("Tieši tāda gaidāma pasākuma zināšanu krātuvē nav.")
    assert shown(told) == ["macibas", "tiklosanas"]


def test_a_word_after_it_narrows_the_same_question(helpdesk: Helpdesk) -> None:
    memory = Memory()
    tell(helpdesk, "kādi pasākumi ir tuvākajā laikā?", memory)
    assert shown(tell(helpdesk, "un decembrī?", memory)) == ["tiklosanas"]


def test_an_event_that_is_named_is_told_even_if_it_is_over(helpdesk: Helpdesk) -> None:
    told = tell(helpdesk, "kad ir vasaras skola Kuldīgā?")
    assert shown(told) == ["vasaras-skola"]
    assert "2026. gada 1. jūlijā; jau ir noticis" in told.text


def test_they_can_be_picked_by_their_place(helpdesk: Helpdesk) -> None:
    memory = Memory()
    tell(helpdesk, "kādi pasākumi ir tuvākajā laikā?", memory)
    assert [passage.partition("#")[0] for passage in memory.passages] == ["lv/macibas", "lv/tiklosanas"]


def test_without_a_coming_event_that_is_said_with_the_organiser_and_a_person(tmp_path: Path) -> None:
    write_event(tmp_path, "vasaras-skola", "Vasaras skola Kuldīgā", starts_at="2026-07-01")
    memory = Memory()
    told = tell(open_with(tmp_path), "kādi pasākumi ir tuvākajā laikā?", memory)
    assert told.kind is MessageKind.UNANSWERED
    assert shown(told) == ["macibas-un-pasakumi"], "how often they are held"
    assert "Sabiedrības integrācijas fonds" in told.text
    assert [button.value for button in told.buttons] == ["ask_person", "consultation", "subscribe"]
    assert memory.offer == "person:offer_accepted"


def test_who_waits_for_a_person_already_is_offered_no_other(tmp_path: Path) -> None:
    told = tell(open_with(tmp_path), "kad ir nākamais pasākums?", owner="queue")
    assert "ask_person" not in [button.value for button in told.buttons]
    assert "offer" not in told.data


def test_days_are_told_as_people_say_them() -> None:
    december, january = date(2026, 12, 30), date(2027, 1, 2)
    assert tell_days("lv", december, january) == "no 2026. gada 30. decembra līdz 2027. gada 2. janvārim"
    assert tell_days("en", december, january) == "from 30 December 2026 to 2 January 2027"
    assert tell_days("en", december, date(2026, 12, 31)) == "30–31 December 2026"
