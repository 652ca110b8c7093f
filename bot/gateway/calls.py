"""Funding calls: a page, an API, a calendar and a feed. What is open is asked of the clock at each request."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from fastapi import APIRouter, Query, Request, Response
from icalendar import Alarm, Calendar, Event
from pydantic import BaseModel

from bot.gateway.conversations import problems, rates_of
from bot.gateway.errors import Problem
from bot.gateway.languages import preferred_locale
from bot.gateway.library_finding import list_terms, take_code
from bot.gateway.pages import describe_call
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.wording import LOCALES, say
from knowledge.call import CallStatus, FundingCall
from knowledge.document import Kind
from knowledge.vocabulary import load_vocabularies

router = APIRouter()
Code = Annotated[str, Query(max_length=60)]
Words = Annotated[str, Query(max_length=300)]
WEEK = timedelta(days=7)
FOLLOWED = (CallStatus.OPEN, CallStatus.FORTHCOMING)


class CallOut(BaseModel):
    """Amounts are EUR, `own_share` per cent; instants are in UTC."""

    id: str
    locale: str
    title: str
    summary: str
    url: str
    status: str
    programme: str
    opens_at: datetime | None
    deadline: datetime | None
    deadlines: list[datetime]
    days_left: int | None
    stages: int
    budget: float | None
    grant_min: float | None
    grant_max: float | None
    own_share: float | None
    themes: list[str]
    applicants: list[str]
    regions: list[str]
    countries: list[str]
    links: list[dict[str, str]]
    demo: bool

    @classmethod
    def of(cls, call: FundingCall, now: datetime) -> CallOut:
        return cls(
            id=call.id,
            locale=call.locale,
            title=call.title,
            summary=call.summary,
            url=call.url,
            status=call.status(now),
            programme=call.programme,
            opens_at=call.opens_at,
            deadline=call.next_deadline(now),
            deadlines=list(call.deadlines),
            days_left=call.days_left(now),
            stages=call.stages,
            budget=as_number(call.budget),
            grant_min=as_number(call.grant_min),
            grant_max=as_number(call.grant_max),
            own_share=as_number(call.own_share),
            themes=list(call.themes),
            applicants=list(call.applicants),
            regions=list(call.regions),
            countries=list(call.countries),
            links=[{"title": link.title, "url": link.url} for link in call.links],
            demo=call.demo,
        )


class CallsOut(BaseModel):
    calls: list[CallOut]
    as_of: datetime


def as_number(amount: Any) -> float | None:
    return None if amount is None else float(amount)


def take_status(status: str) -> CallStatus | None:
    if not status:
        return None
    if status not in set(CallStatus):
        raise Problem(422, "unknown_facet", field="status")
    return CallStatus(status)


def find(
    helpdesk: Helpdesk,
    locale: str,
    *,
    status: str = "",
    theme: str = "",
    applicant: str = "",
    region: str = "",
    q: str = "",
) -> tuple[list[FundingCall], datetime]:
    """Nearest deadline first; with words to search for, by how well they fit. All at one instant."""
    knowledge, now = helpdesk.knowledge, helpdesk.clock()
    found = knowledge.catalogue.find_calls(
        locale=locale,
        now=now,
        status=take_status(status),
        theme=take_code("theme", theme),
        applicant=take_code("applicant", applicant),
        region=take_code("region", region),
    )
    if not q.strip():
        return found, now
    by_key = {call.document: call for call in found}
    if not by_key:
        return [], now
    hits = knowledge.retriever.search(q, locale=locale, kinds=[Kind.CALL], k=60, documents=list(by_key))
    ordered = dict.fromkeys(hit.passage.document for hit in hits)
    return [by_key[key] for key in ordered if key in by_key][:20], now


@router.get("/api/v1/calls", tags=["anyone"], summary="Funding calls", responses=problems(422, 429))
def list_calls(
    request: Request,
    helpdesk: Desk,
    status: Annotated[str, Query(max_length=20, description="open, forthcoming, closed or cancelled")] = "",
    topic: Code = "",
    applicant: Code = "",
    region: Code = "",
    q: Words = "",
    locale: Code = "",
) -> CallsOut:
    rates_of(request).count_address(request, "questions" if q else "readings")
    spoken = locale if locale in LOCALES else preferred_locale(request)
    calls, now = find(helpdesk, spoken, status=status, theme=topic, applicant=applicant, region=region, q=q)
    return CallsOut(calls=[CallOut.of(call, now) for call in calls], as_of=now)


@router.get("/calls", include_in_schema=False)
def show_calls(
    request: Request,
    helpdesk: Desk,
    status: Code = "open",
    theme: Code = "",
    applicant: Code = "",
    region: Code = "",
    q: Words = "",
) -> Response:
    locale = choose_locale(request)
    if q:
        rates_of(request).count_address(request, "questions")
    wanted = "" if status == "any" else status
    calls, now = find(helpdesk, locale, status=wanted, theme=theme, applicant=applicant, region=region, q=q)
    vocabularies = load_vocabularies()
    chosen = {"theme": theme, "applicant": applicant, "region": region}
    return render(
        request,
        "library/calls.html",
        calls=[(call, describe_call(helpdesk, call, locale)) for call in calls],
        as_of=now,
        chosen_status=status,
        chosen_query=urlencode({name: code for name, code in chosen.items() if code}),
        statuses=[*CallStatus, "any"],
        q=q,
        facets=[(name, list_terms(vocabularies[name], locale), chosen[name]) for name in chosen],
    )


def followed_calls(helpdesk: Helpdesk, locale: str) -> list[FundingCall]:
    """What a calendar or a feed is about: calls that can still be applied to."""
    now = helpdesk.clock()
    calls = helpdesk.knowledge.catalogue.find_calls(locale=locale, now=now)
    return [call for call in calls if call.status(now) in FOLLOWED]


@router.get("/calls.ics", include_in_schema=False)
@router.get("/api/v1/calls.ics", tags=["anyone"], summary="Deadlines as a calendar", response_class=Response)
def make_calendar(request: Request, helpdesk: Desk, call: Code = "") -> Response:
    """`call` gives the deadlines of one call alone."""
    locale = preferred_locale(request)
    calendar = Calendar()
    calendar.add("prodid", "-//Helpdesk for social innovation//calls//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", say(locale, "library.calls_title"))
    chosen = [one for one in followed_calls(helpdesk, locale) if not call or one.id == call]
    for one in chosen:
        for number, deadline in enumerate(one.deadlines, 1):
            calendar.add_component(make_event(helpdesk, one, number, deadline, locale))
    headers = {"Content-Disposition": 'inline; filename="calls.ics"'}
    return Response(calendar.to_ical(), media_type="text/calendar; charset=utf-8", headers=headers)


def make_event(helpdesk: Helpdesk, call: FundingCall, number: int, deadline: datetime, locale: str) -> Event:
    """The UID stays when the deadline moves: calendars update the entry rather than keep two."""
    event = Event()
    event.add("uid", f"{call.id}-{number}@helpdesk")
    event.add("summary", say(locale, "library.deadline_of", title=call.title))
    event.add("dtstamp", helpdesk.clock())
    event.add("dtstart", deadline)
    event.add("dtend", deadline)
    event.add("url", helpdesk.settings.base_url + call.url)
    event.add("description", call.summary)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", call.title)
    alarm.add("trigger", -WEEK)
    event.add_component(alarm)
    return event


@router.get("/calls.atom", include_in_schema=False)
@router.get("/api/v1/calls.atom", tags=["anyone"], summary="Calls as a feed", response_class=Response)
def make_feed(request: Request, helpdesk: Desk) -> Response:
    locale = preferred_locale(request)
    base, now = helpdesk.settings.base_url, helpdesk.clock()
    entries = "".join(write_entry(helpdesk, call, locale) for call in followed_calls(helpdesk, locale))
    feed = (
        f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{locale}">'
        f"<id>{escape(base)}/calls</id><title>{escape(say(locale, 'library.calls_title'))}</title>"
        f"<updated>{now.isoformat()}</updated>"
        f"<author><name>{escape(say(locale, 'gateway.site.name'))}</name></author>"
        f'<link rel="self" href={quoteattr(base + "/calls.atom")}/><link href={quoteattr(base + "/calls")}/>'
        f"{entries}</feed>"
    )
    return Response(feed, media_type="application/atom+xml; charset=utf-8")


def write_entry(helpdesk: Helpdesk, call: FundingCall, locale: str) -> str:
    url = helpdesk.settings.base_url + call.url
    facts = describe_call(helpdesk, call, locale)
    told = " · ".join(filter(None, (call.summary, facts["timing"], facts["grant"], facts["share"])))
    document = helpdesk.knowledge.catalogue.document(call.document)
    changed = document.reviewed_on if document and document.reviewed_on else helpdesk.clock().date()
    return (
        f"<entry><id>{escape(url)}</id><title>{escape(call.title)}</title><link href={quoteattr(url)}/>"
        f"<updated>{changed.isoformat()}T00:00:00Z</updated><summary>{escape(told)}</summary></entry>"
    )
