"""Administrators' pages of accounts: who works here, in which role, and every way to help who cannot sign in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from bot.gateway.desk.administration_pages import HOME, Administering, show, status_of, word_refusal
from bot.gateway.desk.email_change import begin
from bot.gateway.desk.page_callers import ShortText, go
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.wording import LOCALES
from handoff import administration
from handoff.administration import Account, Changes
from handoff.availability import ANSWERS
from handoff.coordinators import ROLES, SignedIn
from handoff.errors import HandoffError
from handoff.figures import LANGUAGES
from handoff.requests import Actor
from knowledge.vocabulary import load_vocabularies

router = APIRouter(prefix=HOME, include_in_schema=False)
AccountId = Annotated[str, Path(pattern="^[0-9a-f-]{36}$")]
FACTS = {"error": None, "given": None, "password": None, "failed": "", "new_email": ""}


class AccountForm(BaseModel):
    email: str = Field("", max_length=300)
    name: str = Field("", max_length=300)
    role: str = Field("coordinator", max_length=20)
    locale: str = Field("lv", max_length=5)
    skills: list[str] = Field(default_factory=list, max_length=100)
    languages: list[str] = Field(default_factory=list, max_length=10)
    most_open: str = Field("10", max_length=10)

    def changes(self) -> Changes:
        """A number that is none is out of bounds, and said to be."""
        most = self.most_open.strip()
        known = load_vocabularies()["theme"].terms
        return Changes(
            name=self.name,
            role=self.role,
            locale=self.locale,
            skills=[skill for skill in self.skills if skill in known],
            most_open=int(most) if most.isascii() and most.isdecimal() else 0,
            languages=self.languages,
        )


def form_of(account: Account) -> AccountForm:
    return AccountForm(
        email=account.email,
        name=account.name,
        role=account.role,
        locale=account.locale,
        skills=list(account.skills),
        languages=list(account.languages),
        most_open=str(account.most_open),
    )


def name_themes(locale: str) -> dict[str, str]:
    return {code: term.label(locale) for code, term in load_vocabularies()["theme"].terms.items()}


@router.get("")
def list_people(request: Request, helpdesk: Desk, signed_in: Administering) -> Response:
    return show_people(request, helpdesk, signed_in)


def show_people(
    request: Request, helpdesk: Helpdesk, signed_in: SignedIn, *, status: int = 200, **told: Any
) -> Response:
    """The accounts, and the form for a new one."""
    with helpdesk.database.reading() as session:
        accounts = administration.list_accounts(session, signed_in.actor)
    facts = {**FACTS, **told}
    facts["given"] = facts["given"] or AccountForm()
    return show(
        request,
        signed_in,
        "administration_people.html",
        "people",
        status=status,
        accounts=accounts,
        roles=ROLES,
        languages_spoken=LOCALES,
        answered_in=LANGUAGES,
        themes=name_themes(choose_locale(request)),
        **facts,
    )


@router.post("/people")
def add(
    request: Request, helpdesk: Desk, signed_in: Administering, given: Annotated[AccountForm, Form()]
) -> Response:
    """The one-time password is on the page that answers, and nowhere else."""
    try:
        with helpdesk.database.transaction() as session:
            made_id, made = administration.add_account(session, signed_in.actor, given.email, given.changes())
    except HandoffError as error:
        told = word_refusal(choose_locale(request), error)
        return show_people(request, helpdesk, signed_in, status=status_of(error), error=told, given=given)
    return show_account(request, helpdesk, signed_in, made_id, password=made.password, done="added")


@router.get("/people/{account_id}")
def show_one(account_id: AccountId, request: Request, helpdesk: Desk, signed_in: Administering) -> Response:
    done = request.query_params.get("done", "")
    return show_account(request, helpdesk, signed_in, account_id, done=done if done in WITHOUT_PASSWORD else "")


def show_account(
    request: Request,
    helpdesk: Helpdesk,
    signed_in: SignedIn,
    account_id: str,
    *,
    status: int = 200,
    done: str = "",
    **told: Any,
) -> Response:
    actor = signed_in.actor
    with helpdesk.database.reading() as session:
        account = administration.get_account(session, actor, account_id)
        opened = administration.account_sessions(session, actor, account_id)
        tokens = administration.account_tokens(session, actor, account_id)
        asks_code = administration.get_account(session, actor, actor.id).second_factor
        colleagues = [one for one in administration.list_accounts(session, actor) if may_take_over(one, account)]
    facts = {**FACTS, **told}
    facts["given"] = facts["given"] or form_of(account)
    return show(
        request,
        signed_in,
        "administration_account.html",
        "people",
        status=status,
        account=account,
        opened=opened,
        tokens=tokens,
        colleagues=colleagues,
        own=account.id == actor.id,
        roles=ROLES,
        languages_spoken=LOCALES,
        answered_in=LANGUAGES,
        themes=name_themes(choose_locale(request)),
        done=done,
        asks_code=asks_code,
        **facts,
    )


def may_take_over(one: Account, account: Account) -> bool:
    return one.id != account.id and one.disabled_at is None and one.role in ANSWERS


@router.post("/people/{account_id}")
def change(
    account_id: AccountId,
    request: Request,
    helpdesk: Desk,
    signed_in: Administering,
    given: Annotated[AccountForm, Form()],
) -> Response:
    try:
        with helpdesk.database.transaction() as session:
            administration.change_account(session, signed_in.actor, account_id, given.changes())
    except HandoffError as error:
        return refuse(request, helpdesk, signed_in, account_id, error, "change", given=given)
    return go(request, f"{HOME}/people/{account_id}", done="changed")


@router.post("/people/{account_id}/email")
def change_email(
    account_id: AccountId,
    request: Request,
    helpdesk: Desk,
    signed_in: Administering,
    email: ShortText = "",
    password: ShortText = "",
    code: ShortText = "",
) -> Response:
    """The password and the code are the administrator's own."""
    try:
        done = begin(request, helpdesk, signed_in, account_id, email=email, password=password, code=code)
    except HandoffError as error:
        return refuse(request, helpdesk, signed_in, account_id, error, "email", new_email=email)
    return go(request, f"{HOME}/people/{account_id}", done=done)


class ActForm(BaseModel):
    """`to`: who takes the requests of an account that is deactivated; none: they go back to the queue."""

    to: str = Field("", max_length=254)


def act_on(session: Session, actor: Actor, act: str, account_id: str, form: ActForm) -> str | None:
    """A one-time password, if the act makes one. Raises KeyError for no such act, HandoffError."""
    if act == "deactivate":
        administration.deactivate_account(session, actor, account_id, to=form.to or None)
        return None
    if act in WITH_PASSWORD:
        return WITH_PASSWORD[act](session, actor, account_id)
    SIMPLE[act](session, actor, account_id)
    return None


WITH_PASSWORD = {"activate": administration.activate_account, "reset-password": administration.reset_password}
SIMPLE = {
    "reset-second-factor": administration.reset_second_factor,
    "unlock": administration.unlock_account,
    "end-sessions": administration.end_account_sessions,
}
WITHOUT_PASSWORD = (*SIMPLE, "deactivate", "changed", "email_asked", "email_changed")


@router.post("/people/{account_id}/{act}")
def act(
    account_id: AccountId,
    act: str,
    request: Request,
    helpdesk: Desk,
    signed_in: Administering,
    form: Annotated[ActForm, Form()],
) -> Response:
    try:
        with helpdesk.database.transaction() as session:
            password = act_on(session, signed_in.actor, act, account_id, form)
    except KeyError as error:
        raise HTTPException(404) from error
    except HandoffError as error:
        return refuse(request, helpdesk, signed_in, account_id, error, act)
    if password is not None:
        return show_account(request, helpdesk, signed_in, account_id, password=password, done=act)
    return go(request, f"{HOME}/people/{account_id}", done=act)


def refuse(
    request: Request,
    helpdesk: Helpdesk,
    signed_in: SignedIn,
    account_id: str,
    error: HandoffError,
    failed: str,
    **told: Any,
) -> Response:
    """The page again, with what was written and why nothing was changed."""
    worded = word_refusal(choose_locale(request), error)
    return show_account(
        request, helpdesk, signed_in, account_id, status=status_of(error), error=worded, failed=failed, **told
    )
