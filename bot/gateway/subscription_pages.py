"""Somebody's own subscriptions by e-mail, behind the key in each of their letters: change them, or end them all.

Ending takes one press, from the page as from a mail program's own button [RFC 8058], and the address goes with it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from bot.channels.email.addresses import FORM, MANAGE
from bot.channels.notices import index_calls
from bot.channels.wishes import name_wish
from bot.gateway.conversations import rates_of
from bot.gateway.desk.authentication import check_origin
from bot.gateway.subscribing import go_to, tell
from bot.gateway.subscription_forms import PRIVATE, Code, Days, Key, offer, take_wish
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from bot.wording import LOCALES, say
from handoff.by_address import export_address, forget_address
from handoff.errors import Invalid, NotFound
from handoff.notices import REMINDER_DAYS, Wish
from handoff.signups import CHANNEL
from handoff.subscriptions import (
    MOST,
    SubscriberView,
    end_subscription,
    find_by_key,
    list_subscriptions,
    set_days,
    set_locale,
    set_weekly,
    subscribe,
)

router = APIRouter(prefix=MANAGE, include_in_schema=False)
TOLD = ("saved", "added", "exists", "full", "ended")


def find_owner(session: Session, key: str) -> SubscriberView:
    """Raises NotFound for a key nobody holds any longer."""
    owner = find_by_key(session, key)
    if owner is None or owner.channel != CHANNEL:
        raise NotFound("no such subscriber")
    return owner


@router.get("/{key}")
def show(request: Request, key: Key, helpdesk: Desk, told: Annotated[str, Query(max_length=10)] = "") -> Response:
    locale = choose_locale(request)
    try:
        with helpdesk.database.reading() as session:
            owner = find_owner(session, key)
            held = list_subscriptions(session, CHANNEL, owner.address)
    except NotFound:
        return tell_left(request)
    calls = index_calls(helpdesk, locale)
    return render(
        request,
        "subscribing/manage.html",
        headers=PRIVATE,
        owner=owner,
        base=f"{MANAGE}/{key}",
        held=[(one.id, name_wish(locale, one.wish, calls)) for one in held],
        selects=offer(locale, Wish()),
        offered_days=REMINDER_DAYS,
        locales=LOCALES,
        told=say(locale, f"subscribing.manage.{told}", count=MOST) if told in TOLD else "",
        is_wrong=told in ("exists", "full"),
    )


def come_back(request: Request, key: str, told: str) -> Response:
    return go_to(request, f"{MANAGE}/{key}?told={told}")


@router.post("/{key}/add")
def add(
    request: Request, key: Key, helpdesk: Desk, theme: Code = "", applicant: Code = "", region: Code = ""
) -> Response:
    check_origin(request)
    wish = take_wish(helpdesk, theme, applicant, region)
    try:
        with helpdesk.database.transaction() as session:
            owner = find_owner(session, key)
            made = subscribe(session, wish, channel=CHANNEL, address=owner.address, locale=owner.locale)
    except Invalid:
        return come_back(request, key, "full")
    except NotFound:
        return tell_left(request)
    return come_back(request, key, "added" if made.created else "exists")


@router.post("/{key}/end")
def end(
    request: Request, key: Key, helpdesk: Desk, subscription: Annotated[int, Form(ge=1, le=2**31 - 1)]
) -> Response:
    """The last one takes the address with it, as ending them all does."""
    check_origin(request)
    try:
        with helpdesk.database.transaction() as session:
            owner = find_owner(session, key)
            end_subscription(session, CHANNEL, owner.address, subscription)
            left = list_subscriptions(session, CHANNEL, owner.address)
            if not left:
                forget_address(session, owner.address)
    except NotFound:
        return come_back(request, key, "ended")
    return come_back(request, key, "ended") if left else tell_left(request)


@router.post("/{key}/settings")
def save(
    request: Request,
    key: Key,
    helpdesk: Desk,
    days: Days = [],  # noqa: B006 - FastAPI copies it
    often: Annotated[str, Form(max_length=10)] = "daily",
    language: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    check_origin(request)
    try:
        with helpdesk.database.transaction() as session:
            owner = find_owner(session, key)
            set_days(session, CHANNEL, owner.address, set(days))
            set_weekly(session, CHANNEL, owner.address, weekly=often == "weekly")
            set_locale(session, CHANNEL, owner.address, language or owner.locale)
    except NotFound:
        return tell_left(request)
    return come_back(request, key, "saved")


@router.get("/{key}/data")
def give_data(request: Request, key: Key, helpdesk: Desk) -> Response:
    rates_of(request).count_address(request, "exports")
    with helpdesk.database.transaction() as session:
        told = export_address(session, find_owner(session, key).address)
    disposition = {"Content-Disposition": 'attachment; filename="subscriptions.json"'}
    return JSONResponse(told, headers=PRIVATE | disposition)


@router.get("/{key}/unsubscribe")
def ask_to_leave(request: Request, key: Key, helpdesk: Desk) -> Response:
    """Only asks: filters and previews open links too."""
    try:
        with helpdesk.database.reading() as session:
            owner = find_owner(session, key)
    except NotFound:
        return tell_left(request)
    return render(request, "subscribing/leave.html", headers=PRIVATE, owner=owner, base=f"{MANAGE}/{key}")


@router.post("/{key}/unsubscribe")
def leave(request: Request, key: Key, helpdesk: Desk) -> Response:
    """Also what a mail provider posts by itself, from anywhere: so no origin is asked for, and no redirect
    answers. Done twice it is done."""
    try:
        with helpdesk.database.transaction() as session:
            forget_address(session, find_owner(session, key).address)
    except NotFound:
        pass
    return tell_left(request)


def tell_left(request: Request) -> Response:
    text = say(choose_locale(request), "subscribing.leave.done_text")
    return tell(request, "leave.done", [text], (FORM, "sent.again"), ("/calls", "back"))
