"""Calls from a table that somebody keeps: Latvian or English columns, dates and sums as people write them."""

from __future__ import annotations

from datetime import date, datetime, timezone
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from knowledge.call import FundingCall
from knowledge.catalogue import Catalogue
from knowledge.importers.calls import NotImported, import_calls
from knowledge.importers.storing import ImportReport

TODAY = date(2026, 11, 24)
CSV = """Nosaukums;Atveras;Termiņš;Finansējums;Līdzfinansējums;Jomas;Kas var pieteikties;Vieta;Saite
Kopienu konkurss;01.11.2026;30.11.2026 17:00;15 000,50 EUR;10 %;novecošana;biedrība, nodibinājums;Cēsu novads;https://a.lv/x

Rudens konkurss;;"1.12.2026; 31.03.2027";;;;;;
Bez termiņa;;;;;;;;
Slikts datums;;rīt;;;;;;
"""


def take(path: Path) -> tuple[ImportReport, dict[str, FundingCall]]:
    own = path.parent / "own"
    report = import_calls(path, own, today=TODAY)
    catalogue = Catalogue.read([own])
    assert catalogue.problems == ()
    return report, {call.id: call for call in catalogue.calls}


def test_a_table_in_latvian_becomes_calls(tmp_path: Path) -> None:
    path = tmp_path / "konkursi.csv"
    path.write_text(CSV, "cp1257")
    _, calls = take(path)
    call = calls["kopienu-konkurss"]
    assert call.locale == "lv"
    assert call.deadlines == (datetime(2026, 11, 30, 15, tzinfo=timezone.utc),)
    assert call.budget is not None
    assert (float(call.budget), call.own_share) == (15000.5, 10)
    assert (call.themes, call.applicants) == (("ageing",), ("association", "foundation"))
    assert call.regions == ("cesu_novads",)
    assert call.links[0].url == "https://a.lv/x"


def test_a_bad_row_is_reported_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "konkursi.csv"
    path.write_text(CSV, "utf-8")
    report, calls = take(path)
    assert [(problem.line, problem.field) for problem in report.problems] == [(5, "deadlines"), (6, "deadlines")]
    assert len(calls["rudens-konkurss"].deadlines) == 2


def test_a_workbook_in_english_becomes_calls(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Calls of the autumn"])
    sheet.append(["ID", "Title", "Deadline", "Deadline", "Stages", "Cancelled", "Language"])
    sheet.append(["AB-1", "The first call", date(2026, 12, 1), date(2027, 3, 1), 1, None, "en"])
    sheet.append(["AB-2", "The second call", date(2026, 12, 1), None, 1, "yes", "en"])
    stream = BytesIO()
    book.save(stream)
    path = tmp_path / "calls.xlsx"
    path.write_bytes(stream.getvalue())
    _, calls = take(path)
    assert len(calls["ab-1"].deadlines) == 2
    assert calls["ab-2"].cancelled


@pytest.mark.parametrize(("name", "content"), [("a.csv", "x;y\n1;2\n"), ("a.xlsx", "PK"), ("a.csv", "")])
def test_what_is_no_table_of_calls_is_refused(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(NotImported, match=name):
        import_calls(path, tmp_path / "own", today=TODAY)
