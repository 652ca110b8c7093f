"""News by e-mail: the form, the letter that was sent, and the page on which its link is confirmed.

Opening a link changes nothing: mail programs and filters open links by themselves. A button on the page does.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from bot.channels.email.addresses import CONFIRM, FORM, MANAGE
from bot.channels.email.confirming import ask_to_confirm, tell_how
from bot.channels.notices import index_calls
from bot.channels.wishes import name_wish
from bot.gateway.conversations import rates_of
from bot.gateway.desk.authentication import check_origin
from bot.gateway.subscription_forms import (
    PRIVATE,
    AskedCode,
    CallId,
    Code,
    Days,
    Key,
    Text,
    offer,
    other_ways,
    take_choice,
    take_wish,
)
from bot.gateway.templating import choose_locale, make_link, render
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.wording import say
from handoff.addresses import take_address
from handoff.errors import Invalid, NotFound
from handoff.notices import REMINDER_DAYS
from handoff.signups import LASTS, LETTERS, Choice, SignUpView, confirm, find
from handoff.subscriptions import MOST, Subscribed

router = APIRouter(include_in_schema=False)
HOURS = int(LASTS.total_seconds() // 3600)


@router.get(FORM)
def show_form(
    request: Request,
    helpdesk: Desk,
    theme: AskedCode = "",
    applicant: AskedCode = "",
    region: AskedCode = "",
    call: AskedCode = "",
) -> Response:
    """What the query names is chosen already."""
    choice = Choice(take_wish(helpdesk, theme, applicant, region, call))
    return draw_form(request, helpdesk, choice)


def draw_form(
    request: Request, helpdesk: Helpdesk, choice: Choice, *, email: str = "", wrong: bool = False
) -> Response:
    """Where there is no mail server it says so, and what else there is."""
    locale = choose_locale(request)
    if helpdesk.settings.mail is None:
        return render(request, "subscribing/off.html", ways=other_ways(request))
    title = name_wish(locale, choice.wish, index_calls(helpdesk, locale)) if choice.wish.call_id else ""
    return render(
        request,
        "subscribing/form.html",
        status=422 if wrong else 200,
        email=email,
        wrong=wrong,
        choice=choice,
        call_title=title,
        selects=offer(locale, choice.wish),
        offered_days=REMINDER_DAYS,
        ways=other_ways(request, choice.wish),
    )


@router.post(FORM)
def take_form(
    request: Request,
    helpdesk: Desk,
    email: Text = "",
    theme: Code = "",
    applicant: Code = "",
    region: Code = "",
    call: CallId = "",
    days: Days = [],  # noqa: B006 - FastAPI copies it
    often: Annotated[str, Form(max_length=10)] = "daily",
    website: Text = "",
) -> Response:
    """Every address is answered the same, known or not. `website` is a field people do not see: what fills it in
    is a program, and is told what it wants to hear."""
    check_origin(request)
    choice = take_choice(take_wish(helpdesk, theme, applicant, region, call), days, often)
    if helpdesk.settings.mail is None:
        return draw_form(request, helpdesk, choice)
    try:
        address = take_address(email)
    except Invalid:
        return draw_form(request, helpdesk, choice, email=email, wrong=True)
    rates_of(request).count_sign_up(request)
    if not website:
        with helpdesk.database.transaction() as session:
            ask_to_confirm(helpdesk, session, address, choice, choose_locale(request))
    return go_to(request, f"{FORM}/sent")


def go_to(request: Request, path: str) -> RedirectResponse:
    """The page after a form, in its language."""
    settings = request.app.state.helpdesk.settings
    return RedirectResponse(make_link(path, choose_locale(request), settings.locale), 303)


@router.get(f"{FORM}/sent")
def show_sent(request: Request) -> Response:
    locale = choose_locale(request)
    texts = [
        say(locale, "subscribing.sent.text", hours=HOURS),
        say(locale, "subscribing.sent.none", count=LETTERS),
    ]
    return tell(request, "sent.title", texts, (FORM, "sent.again"))


def tell(request: Request, title: str, texts: list[str], *ways: tuple[str, str], status: int = 200) -> Response:
    """A page that only says something; `ways` lead on: path and key of the words."""
    return render(
        request, "subscribing/told.html", status=status, headers=PRIVATE, title=title, texts=texts, ways=ways
    )


@router.get(CONFIRM + "/{token}")
def show_confirmation(request: Request, token: Key, helpdesk: Desk) -> Response:
    try:
        with helpdesk.database.reading() as session:
            waiting = find(session, token)
    except NotFound:
        return tell_gone(request)
    if waiting.used:
        return tell_used(request)
    return draw_confirmation(request, helpdesk, waiting)


def draw_confirmation(request: Request, helpdesk: Helpdesk, waiting: SignUpView) -> Response:
    locale = choose_locale(request)
    what = name_wish(locale, waiting.choice.wish, index_calls(helpdesk, locale))
    how = tell_how(locale, waiting.choice)
    return render(
        request, "subscribing/confirm.html", headers=PRIVATE, address=waiting.address, what=what, how=how
    )


@router.post(CONFIRM + "/{token}")
def take_confirmation(request: Request, token: Key, helpdesk: Desk) -> Response:
    """Pressed twice it says that it is done."""
    check_origin(request)
    rates_of(request).count_address(request, "confirmations")
    try:
        with helpdesk.database.transaction() as session:
            made = confirm(session, token)
    except NotFound:
        return show_confirmation(request, token, helpdesk)
    except Invalid:
        text = say(choose_locale(request), "subscribing.confirm.full", count=MOST)
        return tell(request, "confirm.title", [text], status=409)
    return tell_done(request, helpdesk, made)


def tell_done(request: Request, helpdesk: Helpdesk, made: Subscribed) -> Response:
    locale = choose_locale(request)
    what = name_wish(locale, made.subscription.wish, index_calls(helpdesk, locale))
    text = say(locale, "subscribing.confirm.done_text", what=what, address=made.subscriber.address)
    ways = ((f"{MANAGE}/{made.subscriber.key}", "manage.title"), ("/calls", "back"))
    return tell(request, "confirm.done", [text], *ways)


def tell_used(request: Request) -> Response:
    text = say(choose_locale(request), "subscribing.confirm.used_text")
    return tell(request, "confirm.used", [text], ("/calls", "back"))


def tell_gone(request: Request) -> Response:
    text = say(choose_locale(request), "subscribing.confirm.gone_text")
    return tell(request, "confirm.gone", [text], (FORM, "sent.again"), status=404)
