"""The pages: a report of any days, a yearly overview to print, and the rows to download."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from bot.gateway.desk.authentication import ANSWERING
from bot.gateway.desk.page_callers import Signed
from bot.gateway.reports.answering import tell_handover, tell_times
from bot.gateway.reports.asking import count_interest, draw_volume, tell_gaps, tell_subjects
from bot.gateway.reports.choosing import Choice, choose, today_at
from bot.gateway.reports.figures import cut
from bot.gateway.reports.files import CSV, XLSX, InWords, write_csv, write_xlsx
from bot.gateway.reports.keeping import kept_reports
from bot.gateway.reports.numbers import Numbers
from bot.gateway.reports.sections import tell_facts, tell_sections
from bot.gateway.reports.words import tell_year
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from handoff.errors import Invalid, NotFound
from handoff.reports.periods import PRESETS, find_year
from handoff.reports.rows import export_rows
from handoff.reports.summary import Summary

router = APIRouter(prefix="/inbox/reports", include_in_schema=False)
MOST, BARS, LOW = 4, 6, 120
"""Rows of a table, bars of a plot and pixels of columns in the yearly overview, so that it fits two pages."""


@router.get("")
def show(request: Request, helpdesk: Desk, signed_in: Signed, choice: Annotated[Choice, Query()]) -> Response:
    """What the address got wrong is told; the current month is shown then."""
    numbers = Numbers(choose_locale(request))
    chosen = choose(choice, today_at(helpdesk))
    summary = kept_reports(request).read(signed_in.actor, chosen.period)
    linked = signed_in.actor.role in ANSWERING
    return render(
        request,
        "desk/report.html",
        status=422 if chosen.wrong else 200,
        signed_in=signed_in,
        chosen=chosen,
        presets=[one for one in PRESETS if one != "custom"],
        summary=summary,
        numbers=numbers,
        facts=tell_facts(numbers, summary),
        sections=[] if summary.is_empty else tell_sections(numbers, summary, helpdesk, linked=linked),
        today=today_at(helpdesk),
    )


@router.get("/rows.csv")
def download_csv(
    request: Request, helpdesk: Desk, signed_in: Signed, choice: Annotated[Choice, Query()]
) -> Response:
    """As spreadsheets in Latvia open it: semicolons, a decimal comma, a byte order mark."""
    numbers, period = Numbers(choose_locale(request)), choice.find(today_at(helpdesk))
    rows = export_rows(helpdesk.database, signed_in.actor, period)
    body = write_csv(rows, InWords(numbers), delimiter=";", comma=numbers.locale == "lv")
    return StreamingResponse(body, media_type=CSV, headers=name_file(numbers, period.first, period.last, "csv"))


@router.get("/rows.xlsx")
def download_xlsx(
    request: Request, helpdesk: Desk, signed_in: Signed, choice: Annotated[Choice, Query()]
) -> Response:
    numbers, period = Numbers(choose_locale(request)), choice.find(today_at(helpdesk))
    rows = export_rows(helpdesk.database, signed_in.actor, period)
    body = write_xlsx(rows, InWords(numbers), numbers.say("sheet"))
    return StreamingResponse(body, media_type=XLSX, headers=name_file(numbers, period.first, period.last, "xlsx"))


def name_file(numbers: Numbers, first: date, last: date, ending: str) -> dict[str, str]:
    name = f"{numbers.say('file_name')}-{first}-{last}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


@router.get("/year")
def show_this_year(request: Request, helpdesk: Desk, signed_in: Signed) -> Response:
    """The last full year that there are figures of, else the running one."""
    today = today_at(helpdesk)
    report = kept_reports(request).read(signed_in.actor, find_year(today.year, today))
    is_older = report.since is not None and report.since.year < today.year
    return show_year(request, helpdesk, signed_in, today.year - 1 if is_older else today.year)


@router.get("/year/{year}")
def show_year(
    request: Request, helpdesk: Desk, signed_in: Signed, year: Annotated[int, Path(ge=2000, le=9999)]
) -> Response:
    today, numbers = today_at(helpdesk), Numbers(choose_locale(request))
    try:
        period = find_year(year, today)
    except Invalid as error:
        raise NotFound("no such year") from error
    summary = kept_reports(request).read(signed_in.actor, period)
    since = summary.since.year if summary.since else today.year
    return render(
        request,
        "desk/report_year.html",
        signed_in=signed_in,
        year=year,
        years=range(min(since, today.year), today.year + 1),
        is_over=period.last < today,
        period=period,
        before=period.before(),
        numbers=numbers,
        summary=summary,
        facts=tell_facts(numbers, summary),
        paragraphs=tell_year(numbers, summary, is_over=period.last < today),
        volume=draw_volume(numbers, summary, LOW),
        handover=tell_handover(numbers, keep_largest(summary)).figures[:1],
        times=tell_times(numbers, summary, LOW).figures,
        subjects=tell_subjects(numbers, keep_largest(summary)).figures[:2],
        calls=cut([count_interest(numbers, summary.interest)], rows=MOST, columns=3),
        gaps=cut(tell_gaps(numbers, summary, linked=False).figures, rows=MOST, columns=2),
        today=today,
    )


def keep_largest(summary: Summary) -> Summary:
    """With as many reasons, topics and regions as the yearly overview has room for."""
    subjects, requests = summary.subjects, summary.requests
    return replace(
        summary,
        subjects=replace(subjects, themes=subjects.themes[:BARS], regions=subjects.regions[:BARS]),
        requests=replace(requests, reasons=dict(islice(requests.reasons.items(), BARS))),
    )
