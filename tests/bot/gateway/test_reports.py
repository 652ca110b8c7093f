"""Reports as they are looked at: every role, every period, plots with their tables, files to count further."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from bot.gateway.application import create_app
from bot.gateway.reports.files import InCodes, neutralise, write_csv, write_xlsx
from bot.gateway.reports.numbers import Numbers
from bot.gateway.reports.plots import Series, choose_step, draw_bars, draw_columns
from bot.gateway.reports.words import tell_year
from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from handoff.coordinators import add_coordinator, list_coordinators
from handoff.models.audit import AuditEntry
from handoff.models.coordinator import Coordinator
from handoff.models.message import MessageRow
from handoff.reports.periods import find_year
from handoff.reports.rows import COLUMNS, TalkRow
from handoff.reports.summary import summarise
from tests.bot.gateway.conftest import NOW
from tests.seeding import GAPS, seed_year
from tests.serving import open_helpdesk

ROLES = ("coordinator", "editor", "administrator", "viewer")
PASSWORDS: dict[str, str] = {}
SVG = re.compile(r"<svg class=\"plot\".*?</svg>", re.DOTALL)
Browse = Callable[..., TestClient]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Iterator[Helpdesk]:
    """A helpdesk with a year behind it."""
    settings = Settings(_env_file=None, data=tmp_path_factory.mktemp("year"), now=NOW)
    with open_helpdesk(settings, knowledge) as helpdesk:
        with helpdesk.database.transaction() as session:
            for role in ROLES:
                made = add_coordinator(
                    session, email=f"{role}@example.org", name=f"Vārds {role}", role=role, with_token=True
                )
                PASSWORDS[role] = made.password
            session.execute(update(Coordinator).values(must_change_password=False))
            people = [one.id for one in list_coordinators(session) if one.role == "coordinator"]
            seed_year(session, until=NOW, requests=150, people=people)
        yield helpdesk


@pytest.fixture(scope="module")
def browse(year: Helpdesk) -> Iterator[Browse]:
    app, held = create_app(year), {}
    with ExitStack() as stack:

        def enter(role: str) -> TestClient:
            if role not in held:
                held[role] = stack.enter_context(TestClient(app, follow_redirects=False))
                account = {"email": f"{role}@example.org", "password": PASSWORDS[role]}
                assert held[role].post("/api/v1/login", json=account).status_code == 200
            return held[role]

        yield enter


def read(browser: TestClient, path: str, status: int = 200) -> str:
    page = browser.get(path)
    assert page.status_code == status, page.text
    return str(page.text)


def recorded(helpdesk: Helpdesk) -> list[AuditEntry]:
    with helpdesk.database.reading() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == "report.exported")))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", ["", "/year", "/year/2026", "/rows.csv", "/rows.xlsx"])
def test_everybody_with_an_account_may_read_reports(browse: Browse, role: str, path: str) -> None:
    assert browse(role).get(f"/inbox/reports{path}").status_code == 200


@pytest.mark.parametrize("path", ["", "/year", "/rows.csv"])
def test_a_stranger_is_sent_to_sign_in(year: Helpdesk, path: str) -> None:
    with TestClient(create_app(year), follow_redirects=False) as stranger:
        assert stranger.get(f"/inbox/reports{path}").headers["location"].startswith("/inbox/sign-in")
        assert stranger.get("/api/v1/reports").status_code == 401


def test_names_are_for_administrators_alone_also_from_what_is_kept(browse: Browse) -> None:
    for role in ("administrator", "viewer", "coordinator", "administrator"):
        page = read(browse(role), "/inbox/reports?period=year")
        assert ('<th scope="row">Vārds coordinator</th>' in page) == (role == "administrator")


@pytest.mark.parametrize(
    "period", ["week", "last_week", "month", "last_month", "quarter", "last_quarter", "year", "last_year"]
)
@pytest.mark.parametrize("language", ["lv", "en"])
def test_every_period_has_a_page_whose_plots_have_titles_and_tables(
    browse: Browse, period: str, language: str
) -> None:
    page = read(browse("viewer"), f"/inbox/reports?period={period}&lang={language}")
    for plot in SVG.findall(page):
        root = ElementTree.fromstring(plot)
        names = root.attrib["aria-labelledby"].split()
        assert [one.attrib["id"] for one in root if one.tag in ("title", "desc")] == names
        assert all((one.text or "").strip() for one in root if one.tag in ("title", "desc"))
    assert page.count('<table class="figures">') >= len(SVG.findall(page))
    assert " style=" not in page
    assert "<style" not in page
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page))


def test_own_days_are_kept_in_the_address_and_shown_by_weeks_or_months(browse: Browse) -> None:
    page = read(browse("viewer"), "/inbox/reports?from=2026-03-02&to=2026-04-12")
    assert 'value="2026-03-02"' in page
    assert "period=custom&amp;from=2026-03-02&amp;to=2026-04-12&amp;unit=week" in page
    assert "Jautājumi pa nedēļām" in page
    assert "Jautājumi pa mēnešiem" in read(
        browse("viewer"), "/inbox/reports?from=2026-03-02&to=2026-04-12&unit=month"
    )


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("period=forever", "Tāda perioda nav"),
        ("from=2026-05-01&to=2026-04-01", "Perioda beigām"),
        ("from=2001-01-01", "pieciem gadiem"),
        ("from=yesterday", "neizdevās saprast"),
        ("unit=hour", "Tāda perioda nav"),
    ],
)
def test_an_address_that_makes_no_sense_is_told_and_shows_the_month(browse: Browse, query: str, told: str) -> None:
    page = read(browse("viewer"), f"/inbox/reports?{query}", 422)
    assert told in page
    assert "2026. gada 1. novembris" in page


def test_a_period_before_everything_says_so(browse: Browse) -> None:
    assert "vēl nekas nav jautāts" in read(browse("viewer"), "/inbox/reports?from=2020-01-01&to=2020-02-01")
    assert "vēl nekas nav jautāts" in read(browse("viewer"), "/inbox/reports/year/2020")


def test_what_several_could_not_get_answered_is_told_without_one_persons_words(
    year: Helpdesk, browse: Browse
) -> None:
    with year.database.transaction() as session:
        rare = session.scalars(select(MessageRow).where(MessageRow.text == GAPS[0])).first()
        assert rare is not None
        rare.text = "Mani sauc Zane, zvaniet 29123456"
    page = read(browse("coordinator"), "/inbox/reports?period=last_month")
    assert "/inbox/learning/groups/" in page
    assert "Zane" not in page
    assert "29123456" not in page
    assert "/inbox/learning/groups/" not in read(browse("viewer"), "/inbox/reports?period=last_month")


def test_few_are_counted_and_many_are_shares() -> None:
    numbers = Numbers("lv")
    assert numbers.share(7, 12) == "7 no 12"
    assert numbers.share(0, 0) == "–"
    assert numbers.share(16, 25) == "64\xa0%"
    assert numbers.change(15, 12) == "+3"
    assert numbers.change(90, 100) == "−10\xa0%"
    assert (numbers.change(5, 5), numbers.change(5, 0), numbers.change(900, 3)) == ("", "", "")
    assert [numbers.minutes(one) for one in (None, 45.2, 60, 130, 1230)] == [
        "–", "45\xa0min", "1\xa0st.", "2\xa0st.\xa010\xa0min", "20\xa0st.",
    ]  # fmt: skip


def test_columns_stand_on_each_other_and_bars_are_as_long_as_they_count() -> None:
    plot = draw_columns([Series("A", [10, None]), Series("B", [30, 5])], ["x", "y"], ["X", "Y"], str)
    lower, upper, _ = plot.rects
    assert lower.y + lower.height == pytest.approx(192, abs=0.2)
    assert upper.y + upper.height == pytest.approx(lower.y, abs=0.2)
    assert upper.height == pytest.approx(3 * lower.height, abs=0.3)
    assert "X: B – 30" in upper.hint
    bars = draw_bars([("long", "8", (8,)), ("short", "2", (2,)), ("none", "0", (0,))])
    assert [bar.width for bar in bars.rects] == [100, 25]
    assert [choose_step(most) for most in (1, 7, 12, 30, 99, 1234)] == [1, 2, 5, 10, 20, 500]


def test_the_csv_opens_in_a_latvian_spreadsheet_and_tells_of_nobody(year: Helpdesk, browse: Browse) -> None:
    before = len(recorded(year))
    answer = browse("viewer").get("/inbox/reports/rows.csv?period=last_month")
    assert answer.headers["content-disposition"] == 'attachment; filename="parskats-2026-10-01-2026-10-31.csv"'
    text = answer.content.decode("utf-8")
    assert text.startswith("\ufeffDiena;")
    head, *rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert len(head) == len(COLUMNS)
    assert len(rows) > 20
    assert {row[head.index("Nodots koordinatoram")] for row in rows} == {"jā", "nē"}
    minutes = [row[head.index("Pirmā atbilde, darba minūtes")] for row in rows]
    assert any("," in one for one in minutes)
    assert not any("." in one for one in minutes)
    assert "Kā pieteikties" not in text
    assert "@" not in text
    (entry,) = recorded(year)[before:]
    assert entry.details["first"] == "2026-10-01"


def test_the_workbook_has_the_same_rows(browse: Browse) -> None:
    query = "period=last_month&lang=en"
    book = openpyxl.load_workbook(BytesIO(browse("viewer").get(f"/inbox/reports/rows.xlsx?{query}").content))
    head, *rows = list(book.active.iter_rows(values_only=True))
    told = browse("viewer").get(f"/inbox/reports/rows.csv?{query}").text
    assert head[0] == "Day"
    assert rows[0][0].date() >= date(2026, 10, 1)
    assert len(rows) == len(told.strip().split("\r\n")) - 1


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_is_run_by_a_spreadsheet(evil: str) -> None:
    row: dict[str, Any] = {**TalkRow(date(2026, 1, 1), "web", "lv", theme=evil, reason=evil).__dict__}
    table = list(csv.DictReader(io.StringIO("".join(write_csv([row], InCodes())))))
    assert table[0]["theme"] == f"'{evil}"
    book = openpyxl.load_workbook(BytesIO(b"".join(write_xlsx([row], InCodes(), "x"))))
    cell = book.active.cell(2, COLUMNS.index("theme") + 1)
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")
    assert neutralise(-5) == -5


def test_programs_get_figures_and_rows_in_codes(year: Helpdesk, browse: Browse) -> None:
    told = browse("viewer").get("/api/v1/reports?period=last_month").json()
    assert told["period"] == {"first": "2026-10-01", "last": "2026-10-31", "unit": "week"}
    assert told["volume"]["total"]["outcomes"]["answered"] > 0
    assert told["load"]["named"] == []
    assert all(gap["sample"] == "" for gap in told["gaps"])
    rows = browse("viewer").get("/api/v1/reports/conversations?period=last_month").json()["rows"]
    lines = browse("viewer").get("/api/v1/reports/conversations?period=last_month&format=csv").text
    assert next(iter(csv.DictReader(io.StringIO(lines))))["day"] == rows[0]["day"]
    assert len(rows) == told["volume"]["total"]["talks"]
    refused = browse("viewer").get("/api/v1/reports?from=2026-05-01&to=2026-04-01")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "out_of_order")
    assert browse("viewer").get("/api/v1/reports/conversations?format=exe").status_code == 422


def test_a_year_is_told_in_words_in_both_languages(year: Helpdesk, browse: Browse) -> None:
    with year.database.reading() as session:
        viewer = next(one for one in list_coordinators(session) if one.role == "viewer")
        summary = summarise(session, viewer, find_year(2026, NOW.date()))
    for locale in ("lv", "en"):
        told = tell_year(Numbers(locale), summary, is_over=False)
        page = read(browse("viewer"), f"/inbox/reports/year/2026?lang={locale}")
        assert 5 <= sum(len(paragraph) for paragraph in told) <= 12
        assert Numbers(locale).count(summary.volume.total.talks) in told[0][0]
        assert all(" ".join(paragraph) in unescape(page) for paragraph in told)
    assert browse("viewer").get("/inbox/reports/year/2027").status_code == 404
    assert browse("viewer").get("/inbox/reports/year/abc").status_code == 422


def test_a_report_is_kept_for_a_minute(year: Helpdesk, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    read(browse("viewer"), "/inbox/reports?period=quarter")
    monkeypatch.setattr("bot.gateway.reports.keeping.summarise", None)
    read(browse("viewer"), "/inbox/reports?period=quarter")


def test_a_viewer_finds_reports_and_nothing_else_in_the_menu(browse: Browse) -> None:
    menu = read(browse("viewer"), "/inbox/reports").split('id="desk-menu"')[1].split("</ul>")[0]
    assert re.findall(r'href="(/inbox/[a-z]+)"', menu)[0] == "/inbox/reports"
    assert "/inbox/canned" not in menu
    assert 'href="/inbox/reports" aria-current="page"' in menu


def test_the_style_is_small_and_holds_no_colour_but_for_print() -> None:
    style = Path("bot/gateway/static/reports.css").read_text("utf-8")
    assert len(style) < 10_000
    screen = style.split("@media print")[0]
    assert not re.findall(r"#[0-9a-f]{3,6}\b|rgb\(", screen)
