"""The same reports for programs: figures as JSON, conversations as rows in codes."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from bot.gateway.conversations import problems
from bot.gateway.desk.authentication import allow
from bot.gateway.reports.choosing import Choice, today_at
from bot.gateway.reports.files import CSV, XLSX, InCodes, write_csv, write_xlsx
from bot.gateway.reports.keeping import kept_reports
from bot.gateway.visitors import Desk
from handoff.permissions import READS
from handoff.reports.rows import export_rows
from handoff.reports.summary import Summary
from handoff.views import Actor

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])
Reading = Annotated[Actor, Depends(allow(*READS))]
REFUSALS = problems(401, 403, 422)


class RowsOut(BaseModel):
    """`rows` in order of time, one for each conversation: codes and numbers, no words and no contacts."""

    first: str
    last: str
    rows: list[dict[str, Any]]


@router.get("", summary="Everything counted for a period", responses=REFUSALS)
def show(choice: Annotated[Choice, Query()], actor: Reading, request: Request, helpdesk: Desk) -> Summary:
    """At most a minute old. `before` and `…_before` are of the period it is compared with; minutes are business
    minutes. Coordinators' names are told to administrators only, and of no gap one person's own words."""
    summary = kept_reports(request).read(actor, choice.find(today_at(helpdesk)))
    return replace(summary, gaps=tuple(replace(gap, sample="") for gap in summary.gaps))


@router.get(
    "/conversations",
    summary="One row a conversation",
    response_model=RowsOut,
    responses={200: {"content": {"text/csv": {}, XLSX: {}}}, **REFUSALS},
)
def list_conversations(
    choice: Annotated[Choice, Query()],
    actor: Reading,
    helpdesk: Desk,
    format: Annotated[Literal["json", "csv", "xlsx"], Query()] = "json",
) -> Response | RowsOut:
    """Each download goes on record."""
    period = choice.find(today_at(helpdesk))
    rows = export_rows(helpdesk.database, actor, period)
    name = f'attachment; filename="conversations-{period.first}-{period.last}.{format}"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    if format == "csv":
        return StreamingResponse(write_csv(rows, InCodes()), media_type=CSV, headers=headers)
    if format == "xlsx":
        body = write_xlsx(rows, InCodes(), "conversations")
        return StreamingResponse(body, media_type=XLSX, headers=headers)
    return RowsOut(first=str(period.first), last=str(period.last), rows=rows)
