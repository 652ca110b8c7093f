"""Calls of the EU portal: read as told, fetched politely, kept with their history."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.call import CallStatus, FundingCall
from knowledge.catalogue import Catalogue
from knowledge.importers.calls import NotImported, import_calls
from knowledge.importers.fetching import FetchError, fetch_answers
from knowledge.importers.portal import NotAnAnswer, read_answers
from tests.knowledge.importers.portal_answers import (
    CLOSED,
    FORTHCOMING,
    OPEN,
    make_answer,
    make_result,
    serve_portal,
)

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, tzinfo=timezone.utc)


def write(folder: Path, *results: Any) -> Path:
    path = folder / "answer.json"
    path.write_text(json.dumps(make_answer(*results)), "utf-8")
    return path


def take(folder: Path, *results: Any, today: date = TODAY) -> tuple[Any, dict[str, FundingCall]]:
    report = import_calls(write(folder, *results), folder / "own", today=today)
    catalogue = Catalogue.read([folder / "own"])
    assert catalogue.problems == ()
    return report, {call.id: call for call in catalogue.calls}


def test_a_record_becomes_a_call_with_its_own_money(tmp_path: Path) -> None:
    report, calls = take(tmp_path, make_result())
    assert report.added == ["en/esf-si-2027-01"]
    call = calls["esf-si-2027-01"]
    assert (call.budget, call.grant_min, call.grant_max) == (6_000_000, 500_000, 1_500_000)
    assert set(call.themes) == {"ageing", "employment"}
    assert call.programme == "ESF"
    assert call.deadlines == (datetime(2027, 2, 10, 16, tzinfo=timezone.utc),), "17:00 in Brussels"
    assert call.status(NOW) is CallStatus.OPEN


def test_the_description_becomes_its_text(tmp_path: Path) -> None:
    take(tmp_path, make_result())
    (document,) = Catalogue.read([tmp_path / "own"]).documents
    assert [block.text for block in document.blocks] == ["Expected outcome:", "better care"]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"status": CLOSED}, CallStatus.CLOSED),
        ({"status": CLOSED, "deadlineDate": None}, CallStatus.CLOSED),
        ({"status": OPEN, "deadlineDate": None}, CallStatus.OPEN),
        ({"status": OPEN, "deadlineDate": "2026-11-23T00:00:00.000+0000"}, CallStatus.CLOSED),
        ({"deadlineDate": ["2026-03-01T00:00:00.000+0000", "2027-03-01T00:00:00.000+0000"]}, CallStatus.OPEN),
        ({"status": FORTHCOMING, "startDate": "2027-01-10T00:00:00.000+0000"}, CallStatus.FORTHCOMING),
        (
            {
                "deadlineModel": "two-stage",
                "deadlineDate": ["2026-03-01T00:00:00.000+0000", "2027-03-01T00:00:00.000+0000"],
            },
            CallStatus.CLOSED,
        ),
    ],
)
def test_what_is_over_is_never_open(tmp_path: Path, told: dict[str, Any], status: CallStatus) -> None:
    _, calls = take(tmp_path, make_result(**told))
    assert calls["esf-si-2027-01"].status(NOW) is status


def test_the_planned_opening_stands_in_for_a_missing_start(tmp_path: Path) -> None:
    _, calls = take(tmp_path, make_result(startDate=None, status=FORTHCOMING))
    assert calls["esf-si-2027-01"].opens_at == datetime(2026, 8, 31, 22, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"identifier": None}, "identifier"),
        ({"deadlineDate": "soon"}, "deadlineDate"),
        ({"budgetOverview": "{"}, "budgetOverview"),
        ({"startDate": None, "budgetOverview": None, "status": FORTHCOMING}, "startDate"),
    ],
)
def test_a_bad_record_is_reported_and_the_rest_goes_on(tmp_path: Path, told: dict[str, Any], field: str) -> None:
    report, calls = take(tmp_path, make_result(**({"name": "BAD-1"} | told)), make_result())
    assert [problem.field for problem in report.problems] == [field]
    assert list(calls) == ["esf-si-2027-01"]


def test_tenders_and_other_languages_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, make_result("A-1", type="0"), make_result("B-1", language="de"))
    assert import_calls(path, tmp_path / "own", today=TODAY).added == []


def test_duplicates_are_one_call(tmp_path: Path) -> None:
    again = make_result("ESF-SI-2027-01", budgetOverview=None)
    alike = make_result("OTHER-NAME-01")
    report, calls = take(tmp_path, make_result(), again, alike)
    assert list(calls) == ["esf-si-2027-01"]
    assert report.merged == 2


def test_importing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    take(tmp_path, make_result())
    file = tmp_path / "own" / "call" / "esf-si-2027-01.en.md"
    before = file.read_bytes()
    report, _ = take(tmp_path, make_result(), today=date(2027, 1, 1))
    assert report.unchanged == ["en/esf-si-2027-01"]
    assert file.read_bytes() == before


def test_a_moved_deadline_is_flagged_and_kept_as_history(tmp_path: Path) -> None:
    take(tmp_path, make_result())
    report, calls = take(
        tmp_path, make_result(deadlineDate="2027-03-01T00:00:00.000+0000"), today=date(2026, 12, 1)
    )
    assert [change.document for change in report.moved_deadlines] == ["en/esf-si-2027-01"]
    assert calls["esf-si-2027-01"].deadlines[0].date() == date(2027, 3, 1)
    (document,) = Catalogue.read([tmp_path / "own"]).documents
    (change,) = document.fields["changes"]
    assert (change["on"], change["field"]) == (date(2026, 12, 1), "deadlines")
    assert change["before"][0].startswith("2027-02-10")


def test_a_correction_by_hand_outlives_the_next_import(tmp_path: Path) -> None:
    take(tmp_path, make_result())
    file = tmp_path / "own" / "call" / "esf-si-2027-01.en.md"
    text = file.read_text("utf-8")
    file.write_text(text.replace("title: Social innovation for ageing and employment", "title: Better words", 1))
    _, calls = take(tmp_path, make_result(deadlineDate="2027-03-01T00:00:00.000+0000"))
    assert calls["esf-si-2027-01"].title == "Better words"


def test_a_call_that_the_library_tells_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    take(tmp_path, make_result())
    known = Catalogue.read([tmp_path / "own"])
    report = import_calls(write(tmp_path, make_result()), tmp_path / "other", today=TODAY, known=known)
    assert (report.added, report.merged) == ([], 1)


@pytest.mark.parametrize("content", ["", "{", "[]x", '{"results": 5}', "[1]", '"text"', "[" * 100_000])
def test_what_is_no_answer_is_refused_whole(tmp_path: Path, content: str) -> None:
    path = tmp_path / "answer.json"
    path.write_text(content)
    with pytest.raises(NotImported, match=r"answer\.json"):
        import_calls(path, tmp_path / "own", today=TODAY)
    assert not (tmp_path / "own").exists()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("2027-01-01"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    "identifier title type status startDate deadlineDate deadlineModel keywords budgetOverview language".split()
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(KEYS, JSON).map(lambda told: {"metadata": told}) | JSON, max_size=4))
def test_no_record_whatever_it_holds_stops_the_rest(results: list[Any]) -> None:
    records, _ = read_answers([{"results": [*results, make_result()]}], "test")
    assert records[-1].budget == Decimal(6_000_000)


def fetch(portal: Any, waited: list[float]) -> list[Any]:
    return list(fetch_answers(f"{portal.origin}/s?a=1", hosts=frozenset({portal.origin}), sleep=waited.append))


def test_all_pages_are_asked_for_with_pauses() -> None:
    pages = [make_answer(make_result(f"A-{number}"), total=3) for number in range(3)]
    waited: list[float] = []
    with serve_portal(pages) as portal:
        answers = fetch(portal, waited)
    records, _ = read_answers(answers, "test")
    assert [record.identifier for record in records] == ["A-0", "A-1", "A-2"]
    assert portal.asked == [1, 2, 3]
    assert waited == [1.0, 1.0]
    assert b'name="query"' in portal.bodies[0]
    assert b"application/json" in portal.bodies[0]


def test_a_busy_portal_is_asked_again_when_it_says() -> None:
    waited: list[float] = []
    with serve_portal([make_answer(make_result())], failures=[503, 429]) as portal:
        assert len(fetch(portal, waited)) == 1
    assert waited == [7.0, 7.0]


def test_a_refusing_portal_is_not_asked_again() -> None:
    with serve_portal([make_answer()], failures=[400]) as portal, pytest.raises(FetchError, match="answers 400"):
        fetch(portal, [])
    assert portal.asked == [1]


def test_a_portal_that_stays_down_is_given_up(tmp_path: Path) -> None:
    waited: list[float] = []
    with (
        serve_portal([make_answer()], failures=[500] * 10) as portal,
        pytest.raises(FetchError, match="Try again"),
    ):
        fetch(portal, waited)
    assert len(portal.asked) == 4


@pytest.mark.parametrize(
    "address",
    [
        "http://api.tech.ec.europa.eu/x",
        "https://api.tech.ec.europa.eu.evil.example/x",
        "https://api.tech.ec.europa.eu@127.0.0.1/x",
        "https://api.tech.ec.europa.eu:8443/x",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
    ],
)
def test_no_other_host_is_ever_asked(tmp_path: Path, address: str) -> None:
    with pytest.raises(NotImported, match=r"only, not from"):
        import_calls(address, tmp_path, today=TODAY)


def test_an_answer_without_results_is_no_answer() -> None:
    with pytest.raises(NotAnAnswer):
        read_answers([{"totalResults": 5}], "test")
