"""What a coordinator may do with a request by a form: one table, for one request and for several at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from bot.gateway.desk.holds import hold, unhold
from bot.helpdesk import Helpdesk
from handoff import outbox, requests
from handoff.approvals import approve, refuse
from handoff.editing import edit_reply
from handoff.errors import Invalid
from handoff.requests import OUTCOMES, Actor

LONGEST = 12_000
"""Characters a field may bring; how much of it a message may hold is said in words by the handoff."""


class ActForm(BaseModel):
    """Every field that any action asks for; each reads its own."""

    id: str = Field("", max_length=80)
    text: str = Field("", max_length=LONGEST)
    note: str = Field("", max_length=LONGEST)
    to: str = Field("", max_length=254)
    at: str = Field("", max_length=40)
    outcome: str = Field("", max_length=20)
    then: str = Field("", max_length=10)
    held: int = Field(0, ge=0, le=2**31 - 1)
    delivery: int = Field(0, ge=0, le=2**31 - 1)
    message: str = Field("", max_length=36)

    @property
    def words(self) -> str:
        """As the person typed it: browsers send a line's end as two characters."""
        return self.text.replace("\r\n", "\n")

    @property
    def client_id(self) -> str:
        return self.id or str(uuid4())


Act = Callable[[Helpdesk, Session, Actor, int, ActForm], object]


def remind(helpdesk: Helpdesk, session: Session, actor: Actor, number: int, form: ActForm) -> None:
    """`at` is a local date and time, as the browser's field gives it, or so many days ahead (`+3`) at nine."""
    requests.remind(session, actor, number, read_moment(helpdesk, form.at), form.note)


def read_moment(helpdesk: Helpdesk, told: str) -> datetime:
    zone = helpdesk.settings.zone
    if told in ("+1", "+3", "+7"):
        day = helpdesk.clock().astimezone(zone) + timedelta(days=int(told))
        return day.replace(hour=9, minute=0, second=0, microsecond=0)
    try:
        return datetime.fromisoformat(told).replace(tzinfo=zone)
    except ValueError as error:
        raise Invalid("no such moment", field="at", reason="moment") from error


def close(_: Helpdesk, session: Session, actor: Actor, number: int, form: ActForm) -> None:
    if form.outcome not in OUTCOMES:
        raise Invalid("no such outcome", field="outcome", reason="outcome")
    requests.close(session, actor, number, outcome=form.outcome)


def send_held(_: Helpdesk, session: Session, actor: Actor, number: int, form: ActForm) -> None:
    """`then=close`: the matter is settled with it, and the bot answers again."""
    approve(
        session,
        actor,
        number,
        form.held,
        text=form.words,
        client_id=form.client_id,
        then_wait=form.then == "wait",
    )
    if form.then == "close":
        requests.close(session, actor, number, outcome="answered")


def by_number(move: Callable[[Session, Actor, int], object]) -> Act:
    """An act that asks for nothing but the request."""
    return lambda _helpdesk, session, actor, number, _form: move(session, actor, number)


ACTIONS: dict[str, Act] = {
    "claim": by_number(requests.claim),
    "wait": by_number(requests.wait_for_visitor),
    "reopen": by_number(requests.reopen),
    "note": lambda _, session, actor, number, form: requests.add_note(session, actor, number, form.words),
    "release": lambda _, session, actor, number, form: requests.release(session, actor, number, form.note),
    "transfer": lambda _, session, actor, number, form: requests.transfer(
        session, actor, number, form.to, form.note
    ),
    "remind": remind,
    "close": close,
    "edit": lambda _, session, actor, number, form: edit_reply(session, actor, number, form.message, form.words),
    "resend": lambda _, session, actor, number, form: outbox.resend_for(session, actor, number, form.delivery),
    "approve": send_held,
    "hold": hold,
    "unhold": unhold,
    "refuse": lambda _, session, actor, number, form: refuse(session, actor, number, form.held, form.note),
}


def perform(helpdesk: Helpdesk, session: Session, actor: Actor, number: int, action: str, form: ActForm) -> None:
    """Raises KeyError for no such action, HandoffError for one that is refused."""
    ACTIONS[action](helpdesk, session, actor, number, form)
