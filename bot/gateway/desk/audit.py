"""The audit trail for administrators: who did, read, exported or erased what; never the words of anybody."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from babel.dates import format_datetime
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from bot.gateway.desk.administration_pages import PARTS, Administering, show
from bot.gateway.desk.audit_acts import KINDS, acts_of, sentence_key
from bot.gateway.desk.audit_words import Words
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.wording import say
from handoff import audit_search
from handoff.audit_search import MOST_COUNTED, Sought
from handoff.models.audit import AuditEntry
from handoff.requests import Actor

ADDRESS = PARTS["audit"]
PAGE = 50
BATCH = 1000
OTHERS = ("visitor", "bot", "system", "cli")
COLUMNS = ("id", "at", "actor", "name", "action", "subject", "details")
router = APIRouter(prefix=ADDRESS, include_in_schema=False)


class Chosen(BaseModel):
    """What the address of the page says. Unknown words count as nothing chosen: an old link still opens."""

    who: str = Field("", max_length=36)
    act: str = Field("", max_length=60)
    number: str = Field("", max_length=12)
    first: str = Field("", max_length=10)
    last: str = Field("", max_length=10)
    before: int | None = Field(None, ge=1, le=2**31 - 1)
    after: int | None = Field(None, ge=0, le=2**31 - 1)

    @property
    def request_number(self) -> int | None:
        told = self.number.strip()
        return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else None

    def narrows(self) -> dict[str, str]:
        told = {"who": self.who, "act": self.act, "number": self.number, "first": self.first, "last": self.last}
        return {name: value for name, value in told.items() if value}

    def address(self, path: str = ADDRESS, **more: int) -> str:
        told = {**self.narrows(), **more}
        return f"{path}?{urlencode(told)}" if told else path


def read_day(told: str) -> date | None:
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None


def seek(session: Session, helpdesk: Helpdesk, chosen: Chosen) -> Sought:
    first, last, number = read_day(chosen.first), read_day(chosen.last), chosen.request_number

    def begin(day: date) -> datetime:
        return datetime.combine(day, time(), helpdesk.settings.zone)

    return Sought(
        actor=chosen.who or None,
        actions=acts_of(chosen.act),
        subjects=audit_search.subjects_of_request(session, number) if number is not None else None,
        since=begin(first) if first else None,
        until=begin(last + timedelta(days=1)) if last and last < date.max else None,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words. `path` leads to what it was done to, where that has a page."""

    when: str
    who: str
    what: str
    subject: str
    path: str | None
    details: str


def describe(entry: AuditEntry, helpdesk: Helpdesk, words: Words) -> Line:
    local = entry.at.astimezone(helpdesk.settings.zone)
    form = "dd.MM.yyyy HH:mm:ss" if words.locale == "lv" else "yyyy-MM-dd HH:mm:ss"
    subject, path = words.subject(entry.subject)
    return Line(
        when=format_datetime(local, form, locale=words.locale),
        who=words.actor(entry.actor),
        what=words.act(entry.action),
        subject=subject,
        path=path,
        details=words.details(audit_search.details_of(entry)),
    )


@router.get("")
def show_trail(
    request: Request, helpdesk: Desk, signed_in: Administering, chosen: Annotated[Chosen, Query()]
) -> Response:
    actor, locale = signed_in.actor, choose_locale(request)
    with helpdesk.database.transaction() as session:
        sought = seek(session, helpdesk, chosen)
        page = audit_search.find_page(session, actor, sought, before=chosen.before, after=chosen.after, limit=PAGE)
        total = audit_search.count_found(session, actor, sought)
        people = audit_search.list_people(session, actor)
    words = Words(locale, people)
    return show(
        request,
        signed_in,
        "audit.html",
        "audit",
        chosen=chosen,
        lines=[describe(entry, helpdesk, words) for entry in page.entries],
        page=page,
        total=min(total, MOST_COUNTED),
        more=total > MOST_COUNTED,
        people=people,
        others={one: words.actor(one) for one in OTHERS},
        kinds={kind: [(act, say(locale, sentence_key(act))) for act in acts] for kind, acts in KINDS.items()},
        wrong=find_wrong(chosen),
    )


def find_wrong(chosen: Chosen) -> list[str]:
    """Fields whose value could not be used as it was written."""
    wrong = [name for name in ("first", "last") if getattr(chosen, name) and not read_day(getattr(chosen, name))]
    if chosen.number.strip() and chosen.request_number is None:
        wrong.append("number")
    first, last = read_day(chosen.first), read_day(chosen.last)
    if first and last and last < first:
        wrong.append("last")
    return wrong


@router.get(".csv")
def export(helpdesk: Desk, signed_in: Administering, chosen: Annotated[Chosen, Query()]) -> Response:
    """Every entry found, newest first, for a spreadsheet; that it was taken is put on record."""
    with helpdesk.database.transaction() as session:
        sought = seek(session, helpdesk, chosen)
        newest = audit_search.begin_export(session, signed_in.actor, sought)
        people = audit_search.list_people(session, signed_in.actor)
    told = write_csv(helpdesk, signed_in.actor, sought, newest, people)
    day = helpdesk.clock().astimezone(helpdesk.settings.zone).date().isoformat()
    headers = {
        "Content-Disposition": f'attachment; filename="audit-{day}.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(told, media_type="text/csv; charset=utf-8", headers=headers)


def write_csv(
    helpdesk: Helpdesk, actor: Actor, sought: Sought, newest: int, people: Mapping[str, str]
) -> Iterator[str]:
    """A batch at a time, each in a transaction of its own: a long trail is neither held in memory nor locked."""
    yield "\ufeff" + write_row(COLUMNS)
    up_to = newest
    while True:
        with helpdesk.database.reading() as session:
            entries = audit_search.read_batch(session, actor, sought, up_to=up_to, limit=BATCH)
        yield "".join(write_row(cells_of(entry, helpdesk, people)) for entry in entries)
        if len(entries) < BATCH:
            return
        up_to = entries[-1].id - 1


def cells_of(entry: AuditEntry, helpdesk: Helpdesk, people: Mapping[str, str]) -> tuple[object, ...]:
    at = entry.at.astimezone(helpdesk.settings.zone).isoformat(timespec="seconds")
    details = json.dumps(audit_search.details_of(entry), ensure_ascii=False, sort_keys=True)
    return entry.id, at, entry.actor, people.get(entry.actor, ""), entry.action, entry.subject, details


def write_row(cells: tuple[object, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([neutralise(str(cell)) for cell in cells])
    return line.getvalue()


def neutralise(cell: str) -> str:
    """A spreadsheet would run what begins like a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
