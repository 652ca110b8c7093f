"""The list of requests: narrowed, searched, paged, and several acted on at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, Field

from bot.gateway.desk.acting import ActForm, perform
from bot.gateway.desk.authentication import ANSWERING
from bot.gateway.desk.page_callers import Answering, Signed, go, word_error
from bot.gateway.templating import choose_locale, render
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.wording import LOCALES
from handoff import requests
from handoff.coordinators import SignedIn, list_coordinators, note_presence
from handoff.errors import HandoffError
from handoff.held import list_themes
from handoff.requests import OUTCOMES, Actor
from knowledge.vocabulary import load_vocabularies

router = APIRouter(prefix="/inbox", include_in_schema=False)

VIEWS: dict[str, dict[str, str]] = {
    "unassigned": {"state": "new"},
    "mine": {"state": "open", "assignee": "me"},
    "waiting": {"state": "waiting"},
    "breached": {"state": "breached"},
    "held": {"state": "held"},
    "open": {"state": "open"},
    "all": {},
}
SORTS = ("urgent", "newest", "oldest")
AGES = (4, 24, 72, 168)
"""Hours since a request came, as the filter offers them."""
CHANNELS = ("web", "telegram", "email")
REPORTS = "/inbox/reports"
BULK = ("claim", "transfer", "remind", "close")
PAGE_SIZE = 50


class Chosen(BaseModel):
    """What the address of a list says. Unknown words count as nothing chosen: an old link still opens."""

    view: str = Field("unassigned", max_length=20)
    q: str = Field("", max_length=200)
    theme: str = Field("", max_length=40)
    channel: str = Field("", max_length=20)
    language: str = Field("", max_length=5)
    assignee: str = Field("", max_length=254)
    age: str = Field("", max_length=4)
    unread: str = Field("", max_length=2)
    sort: str = Field("", max_length=10)
    page: int = Field(1, ge=1, le=10_000)

    @property
    def shown(self) -> str:
        return self.view if self.view in VIEWS else "unassigned"

    @property
    def hours(self) -> int | None:
        return int(self.age) if self.age.isdigit() and int(self.age) in AGES else None

    @property
    def narrowed(self) -> bool:
        told = (self.theme, self.channel, self.language, self.assignee, self.age, self.unread, self.sort)
        return any(told)

    def address(self, **changed: Any) -> str:
        """Of this list, with what is changed: another view, another page."""
        told = {**self.model_dump(), "view": self.shown, "page": 1, **changed}
        kept = {name: value for name, value in told.items() if value not in ("", 1)}
        return f"/inbox?{urlencode(kept)}"

    def filters(self) -> dict[str, Any]:
        view = VIEWS[self.shown]
        return {
            "state": view.get("state"),
            "assignee": view.get("assignee") or self.assignee or None,
            "query": self.q or None,
            "topic": self.theme or None,
            "channel": self.channel or None,
            "locale": self.language if self.language in LOCALES else None,
            "older_hours": self.hours,
            "unread": bool(self.unread),
            "sort": self.sort if self.sort in SORTS else "urgent",
        }


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one request of several. `error` None: it was done."""

    number: int
    error: str | None


def read_list(helpdesk: Helpdesk, actor: Actor, chosen: Chosen) -> dict[str, Any]:
    with helpdesk.database.transaction() as session:
        note_presence(session, actor)
        views, total = requests.list_requests(
            session, actor, limit=PAGE_SIZE, offset=(chosen.page - 1) * PAGE_SIZE, **chosen.filters()
        )
        counts = requests.count_requests(session, actor)
        people = [one for one in list_coordinators(session) if one.role in ANSWERING]
        shows_held = counts["held"] > 0 or bool(list_themes(session))
    return {
        "requests": views,
        "total": total,
        "counts": counts,
        "pages": max(1, -(-total // PAGE_SIZE)),
        "people": people,
        "views": [name for name in VIEWS if name != "held" or shows_held],
    }


def show(
    request: Request, helpdesk: Helpdesk, signed_in: SignedIn, chosen: Chosen, *, part: str = "", **told: Any
) -> Response:
    template = "desk/list.html" if part == "list" else "desk/inbox.html"
    locale = choose_locale(request)
    themes = {code: term.label(locale) for code, term in load_vocabularies()["theme"].terms.items()}
    facts: dict[str, Any] = {
        "chosen": chosen,
        "view": chosen.shown,
        "q": chosen.q,
        "themes": themes,
        "channels": CHANNELS,
        "ages": AGES,
        "sorts": SORTS,
        "outcomes": OUTCOMES,
        "done": [],
        "bulk_action": None,
        **told,
    }
    read = read_list(helpdesk, signed_in.actor, chosen)
    return render(request, template, signed_in=signed_in, **facts, **read)


@router.get("")
def show_list(
    request: Request,
    helpdesk: Desk,
    signed_in: Signed,
    chosen: Annotated[Chosen, Query()],
) -> Response:
    """Whoever does not answer requests looks at reports: their desk begins there."""
    if signed_in.actor.role not in ANSWERING:
        return go(request, REPORTS)
    return show(request, helpdesk, signed_in, chosen, part=request.query_params.get("part", "")[:10])


class BulkForm(ActForm):
    action: str = Field("", max_length=20)
    numbers: list[int] = Field(default_factory=list, max_length=200)


@router.post("")
def act_on_several(
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    chosen: Annotated[Chosen, Query()],
    form: Annotated[BulkForm, Form()],
) -> Response:
    """Each in a transaction of its own: one that is refused does not undo the others, and each is told of."""
    done: list[Done] = []
    if form.action in BULK:
        numbers = dict.fromkeys(number for number in form.numbers if 0 < number < 2**31)
        done = list(act_on_each(helpdesk, signed_in, choose_locale(request), form, numbers))
    told: dict[str, Any] = {"done": done, "bulk_action": form.action, "nothing_chosen": not done}
    return show(request, helpdesk, signed_in, chosen, **told)


def act_on_each(
    helpdesk: Helpdesk, signed_in: SignedIn, locale: str, form: BulkForm, numbers: Iterable[int]
) -> Iterable[Done]:
    for number in numbers:
        try:
            with helpdesk.database.transaction() as session:
                perform(helpdesk, session, signed_in.actor, number, form.action, form)
        except HandoffError as error:
            yield Done(number, word_error(locale, error))
        else:
            yield Done(number, None)
