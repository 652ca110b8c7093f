"""Who the coordinator is to others: the name, the language, whether they take work, and who stands in for them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from bot.gateway.desk.account.pages import HOME, saved, show, status_of, word_refusal
from bot.gateway.desk.page_callers import Answering, ShortText, Signed
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.wording import LOCALES
from handoff.availability import ANSWERS, is_absent, list_answering
from handoff.coordinators import SignedIn, describe_coordinator, set_absence, set_available, set_profile
from handoff.errors import HandoffError, Invalid
from handoff.figures import LANGUAGES
from handoff.models.coordinator import Coordinator

router = APIRouter(prefix=HOME, include_in_schema=False)
LONGEST_ABSENCE = timedelta(days=366)


class AbsenceForm(BaseModel):
    """The days are the first and the last one away; without a first it begins now."""

    first: str = Field("", max_length=20)
    last: str = Field("", max_length=20)
    cover: str = Field("", max_length=300)

    def read(self, helpdesk: Helpdesk) -> tuple[datetime | None, datetime]:
        """From when until when, in the helpdesk's time zone. Raises Invalid."""
        zone, now = helpdesk.settings.zone, helpdesk.clock()
        last = read_day(self.last, "last")
        first = read_day(self.first, "first") if self.first.strip() else None
        end = datetime.combine(last + timedelta(days=1), time(), zone)
        if end <= now:
            raise Invalid("it is over already", field="last", reason="past")
        if first is not None and first > last:
            raise Invalid("an absence ends after it begins", field="last", reason="before_first")
        if end - now > LONGEST_ABSENCE:
            raise Invalid("at most a year ahead", field="last", reason="too_far")
        return datetime.combine(first, time(), zone) if first else None, end


def read_day(told: str, field: str) -> date:
    try:
        return date.fromisoformat(told.strip())
    except ValueError as error:
        raise Invalid("a day is wanted", field=field, reason="no_day") from error


@router.get("")
def show_profile(request: Request, helpdesk: Desk, signed_in: Signed) -> Response:
    return show_page(request, helpdesk, signed_in)


def show_page(request: Request, helpdesk: Helpdesk, signed_in: SignedIn, **told: Any) -> Response:
    with helpdesk.database.reading() as session:
        account = describe_coordinator(session, signed_in.actor.id)
        row = session.get_one(Coordinator, signed_in.actor.id)
        colleagues = [one for one in list_answering(session) if one.id != signed_in.actor.id]
        cover = next((one for one in colleagues if one.id == row.cover_id), None)
        planned = row.absent_until is not None and row.absent_until > helpdesk.clock()
        away = is_absent(row, helpdesk.clock())
    facts = {"form": AbsenceForm(), **told}
    return show(
        request,
        signed_in,
        "profile",
        account=account,
        answers=signed_in.actor.role in ANSWERS,
        spoken=LOCALES,
        answered_in=LANGUAGES,
        colleagues=sorted(colleagues, key=lambda one: one.name),
        cover=cover,
        planned=planned,
        away=away,
        last_day=row.absent_until - timedelta(days=1) if row.absent_until else None,
        today=helpdesk.clock().astimezone(helpdesk.settings.zone).date(),
        **facts,
    )


@router.post("/profile")
def save_profile(
    request: Request, helpdesk: Desk, signed_in: Signed, name: ShortText = "", locale: ShortText = ""
) -> Response:
    """The language chosen is the desk's from now on, whatever the address said."""
    try:
        if not name.strip():
            raise Invalid("a name is wanted", field="name", reason="empty")
        with helpdesk.database.transaction() as session:
            set_profile(session, signed_in.actor, name=name, locale=locale if locale in LOCALES else None)
    except HandoffError as error:
        told = word_refusal(choose_locale(request), error)
        return show_page(request, helpdesk, signed_in, status=status_of(error), error=told, failed="profile")
    answer = saved(request, "profile", "profile")
    answer.headers["Location"] = f"{HOME}?saved=profile"
    return answer


@router.post("/languages")
def save_languages(
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    languages: Annotated[list[str] | None, Form(max_length=10)] = None,
) -> Response:
    """None of them: the language of one's own desk alone."""
    with helpdesk.database.transaction() as session:
        set_profile(session, signed_in.actor, languages=languages or ())
    return saved(request, "profile", "languages")


@router.post("/absence")
def save_absence(
    request: Request, helpdesk: Desk, signed_in: Answering, form: Annotated[AbsenceForm, Form()]
) -> Response:
    try:
        begin, end = form.read(helpdesk)
        with helpdesk.database.transaction() as session:
            set_absence(session, signed_in.actor, begin=begin, end=end, cover=form.cover or None)
    except HandoffError as error:
        told = word_refusal(choose_locale(request), error)
        return show_page(
            request, helpdesk, signed_in, status=status_of(error), error=told, failed="absence", form=form
        )
    return saved(request, "profile", "absence")


@router.post("/back")
def come_back(request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    with helpdesk.database.transaction() as session:
        set_absence(session, signed_in.actor, begin=None, end=None)
    return saved(request, "profile", "back")


@router.post("/availability")
def change_availability(
    request: Request, helpdesk: Desk, signed_in: Answering, available: ShortText = ""
) -> Response:
    with helpdesk.database.transaction() as session:
        set_available(session, signed_in.actor, available=available == "yes")
    return saved(request, "profile", "available" if available == "yes" else "unavailable")
