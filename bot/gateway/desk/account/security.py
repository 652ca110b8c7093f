"""How the coordinator signs in: the password, the second factor, and every browser that is signed in now."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from bot.gateway.desk.account.devices import name_device
from bot.gateway.desk.account.pages import HOME, saved, show, status_of, word_refusal
from bot.gateway.desk.email_change import begin
from bot.gateway.desk.page_callers import ShortText, Signed
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.wording import find_words, say
from handoff import own_account
from handoff.coordinators import SignedIn, describe_coordinator
from handoff.errors import HandoffError
from handoff.second_factor import count_recovery_codes

router = APIRouter(prefix=f"{HOME}/security", include_in_schema=False)


@router.get("")
def show_security(request: Request, helpdesk: Desk, signed_in: Signed) -> Response:
    """`problem` in the address: why linking the account at the identity provider came to nothing."""
    locale, problem = choose_locale(request), request.query_params.get("problem", "")
    told = find_words(locale, f"account.identity.problems.{problem}") or find_words(
        locale, f"sign_in.problems.{problem}"
    )
    return show_page(request, helpdesk, signed_in, error=told)


def show_page(request: Request, helpdesk: Helpdesk, signed_in: SignedIn, **told: Any) -> Response:
    locale = choose_locale(request)
    with helpdesk.database.reading() as session:
        account = describe_coordinator(session, signed_in.actor.id)
        codes = count_recovery_codes(session, signed_in.actor.id)
        opened = own_account.list_own_sessions(session, signed_in.actor, signed_in.session_token)
    devices = [(one, name_device(locale, one.agent)) for one in opened]
    name = helpdesk.settings.oidc_name or say(locale, "sign_in.organisation")
    provider = name if helpdesk.settings.oidc_issuer else None
    facts = {"email": "", "leads_to": None, "provider": provider, **told}
    return show(request, signed_in, "security", account=account, codes_left=codes, devices=devices, **facts)


@router.post("/email")
def change_email(
    request: Request,
    helpdesk: Desk,
    signed_in: Signed,
    email: ShortText = "",
    password: ShortText = "",
    code: ShortText = "",
) -> Response:
    try:
        done = begin(request, helpdesk, signed_in, signed_in.actor.id, email=email, password=password, code=code)
    except HandoffError as error:
        told = word_refusal(choose_locale(request), error)
        return show_page(
            request, helpdesk, signed_in, status=status_of(error), error=told, failed="email", email=email
        )
    return saved(request, "security", done)


@router.post("/end")
def end_one(request: Request, helpdesk: Desk, signed_in: Signed, key: ShortText = "") -> Response:
    try:
        with helpdesk.database.transaction() as session:
            own_account.end_own_session(session, signed_in.actor, key)
    except HandoffError as error:
        told = word_refusal(choose_locale(request), error)
        return show_page(request, helpdesk, signed_in, status=status_of(error), error=told)
    return saved(request, "security", "session")


@router.post("/end-others")
def end_others(request: Request, helpdesk: Desk, signed_in: Signed) -> Response:
    with helpdesk.database.transaction() as session:
        own_account.end_other_sessions(session, signed_in.actor, signed_in.session_token)
    return saved(request, "security", "sessions")
