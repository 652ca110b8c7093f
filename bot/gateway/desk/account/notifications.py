"""How the coordinator is told: which news by which way, when not, and the Telegram chat that is theirs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from bot.channels.telegram import LINK, deep_link
from bot.gateway.desk.account.pages import HOME, saved, show, status_of, word_refusal
from bot.gateway.desk.page_callers import Answering
from bot.gateway.desk.second_factor import draw_code
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from handoff import own_account
from handoff.coordinators import SignedIn
from handoff.errors import HandoffError, Invalid
from handoff.links import LASTS, make_link_code
from handoff.models.coordinator import Coordinator
from handoff.notifying import KINDS, WAYS, Preferences, read_preferences

router = APIRouter(prefix=f"{HOME}/notifications", include_in_schema=False)


class WishesForm(BaseModel):
    """`digest`, `has_quiet`: ticked or not. Times are HH:MM."""

    email: list[str] = Field(default_factory=list, max_length=50)
    telegram: list[str] = Field(default_factory=list, max_length=50)
    browser: list[str] = Field(default_factory=list, max_length=50)
    has_quiet: str = Field("", max_length=5)
    quiet_from: str = Field("", max_length=20)
    quiet_until: str = Field("", max_length=20)
    digest: str = Field("", max_length=5)

    def tell(self) -> dict[str, Any]:
        quiet = [self.quiet_from, self.quiet_until] if self.has_quiet else None
        if quiet and quiet[0] == quiet[1]:
            raise Invalid("quiet hours begin and end at different times", field="quiet", reason="empty")
        ways = {"email": self.email, "telegram": self.telegram, "browser": self.browser}
        return {**ways, "quiet": quiet, "digest": bool(self.digest)}


def form_of(kept: Preferences) -> WishesForm:
    begin, end = kept.quiet or Preferences().quiet or (None, None)
    return WishesForm(
        email=list(kept.email),
        telegram=list(kept.telegram),
        browser=list(kept.browser),
        has_quiet="yes" if kept.quiet else "",
        quiet_from=begin.isoformat("minutes") if begin else "",
        quiet_until=end.isoformat("minutes") if end else "",
        digest="yes" if kept.digest else "",
    )


@router.get("")
def show_wishes(request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    return show_page(request, helpdesk, signed_in)


def show_page(request: Request, helpdesk: Helpdesk, signed_in: SignedIn, **told: Any) -> Response:
    with helpdesk.database.reading() as session:
        kept = read_preferences(session.get_one(Coordinator, signed_in.actor.id))
    facts = {"form": form_of(kept), "code": None, "address": None, "drawing": None, **told}
    return show(
        request,
        signed_in,
        "notifications",
        kinds=KINDS,
        ways=WAYS,
        linked=kept.telegram_chat is not None,
        telegram=helpdesk.settings.telegram_token is not None,
        mails=helpdesk.settings.mail is not None,
        minutes=int(LASTS.total_seconds() // 60),
        **facts,
    )


@router.post("")
def save(request: Request, helpdesk: Desk, signed_in: Answering, form: Annotated[WishesForm, Form()]) -> Response:
    try:
        wishes = form.tell()
        with helpdesk.database.transaction() as session:
            own_account.set_preferences(session, signed_in.actor, wishes)
    except HandoffError as error:
        told = word_refusal(choose_locale(request), error)
        return show_page(request, helpdesk, signed_in, status=status_of(error), error=told, form=form)
    return saved(request, "notifications", "notifications")


@router.post("/telegram")
def begin_link(request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    """A code good once and for a quarter of an hour: as a link and its drawing where the bot's name is known."""
    if helpdesk.settings.telegram_token is None:
        return saved(request, "notifications", "no_telegram")
    with helpdesk.database.transaction() as session:
        code = f"{LINK}{make_link_code(session, signed_in.actor.id)}"
    address = deep_link(helpdesk.telegram_name, code) if helpdesk.telegram_name else None
    drawing = draw_code(address) if address else None
    return show_page(request, helpdesk, signed_in, code=f"/start {code}", address=address, drawing=drawing)


@router.post("/telegram/unlink")
def unlink(request: Request, helpdesk: Desk, signed_in: Answering) -> Response:
    with helpdesk.database.transaction() as session:
        own_account.unlink_own_chat(session, signed_in.actor)
    return saved(request, "notifications", "unlinked")
