"""Pages: Jinja2 with autoescape, speaking the page's language.

Every template has `locale`, `t("area.key", fact=…)` for sentences, `link("/path")` for addresses of our own that
keep the language, and the filters `date`, `moment`, `amount` that write as people of that language do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from bot.gateway.light_markdown import render_light
from bot.wording import LOCALES, find_words, say

FOLDER = Path(__file__).parent / "templates"
NAMES = {"lv": "Latviešu", "en": "English"}
"""Of the languages spoken here, each in itself."""


def choose_locale(request: Request) -> str:
    """`?lang=` if it is one of ours, else the coordinator's own, else the language of the helpdesk."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LOCALES else own_locale(request) or str(request.app.state.helpdesk.settings.locale)


def own_locale(request: Request) -> str | None:
    """Of whoever is signed in at the desk; None on pages that do not ask who is looking."""
    return getattr(request.state, "own_locale", None)


def unsaid_locale(request: Request) -> str:
    """The language that an address need not say. None of them, for a coordinator who has another than the
    helpdesk: their links say it, so that pages for everybody keep it too."""
    helpdesks = str(request.app.state.helpdesk.settings.locale)
    return helpdesks if own_locale(request) in (None, helpdesks) else ""


def make_link(path: str, locale: str, default: str) -> str:
    """The address of our own page in that language; the helpdesk's own language needs no saying."""
    if locale == default:
        return path
    parts = urlsplit(path)
    query = f"{parts.query}&" if parts.query else ""
    return parts._replace(query=f"{query}{urlencode({'lang': locale})}").geturl()


def switch_language(request: Request, locale: str, default: str) -> str:
    """The same page in the other language."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    query = urlencode([*kept, ("lang", locale)] if locale != default else kept)
    return request.url.path + (f"?{query}" if query else "")


@pass_context
def write_date(context: Context, day: date | datetime, form: str = "long") -> str:
    """A day in Riga, as the page's language writes it."""
    if isinstance(day, datetime):
        day = day.astimezone(context["zone"]).date()
    return format_date(day, form, locale=context["locale"])


@pass_context
def write_moment(context: Context, instant: datetime, form: str = "long") -> str:
    """A day and time in Riga. `long` is shortened to what people say: no seconds, no zone."""
    day = write_date(context, instant, form)
    clock = format_datetime(instant.astimezone(context["zone"]), "HH:mm", locale=context["locale"])
    return f"{day}, {clock}"


@pass_context
def write_amount(context: Context, amount: Decimal | int | float) -> str:
    whole = "#,##0 ¤" if context["locale"] == "lv" else "¤#,##0"
    return format_currency(amount, "EUR", whole, locale=context["locale"], currency_digits=False)


@pass_context
def word_intent(context: Context, intent: str) -> str:
    """What a message was taken for, in words; by its name where an earlier version knew more."""
    return find_words(context["locale"], f"intents.{intent}") or intent


def make_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "date": write_date,
        "moment": write_moment,
        "amount": write_amount,
        "light": render_light,
        "intent": word_intent,
    }
    return environment


environment = make_environment()


def render(
    request: Request,
    template: str,
    *,
    locale: str | None = None,
    status: int = 200,
    languages: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    **facts: Any,
) -> HTMLResponse:
    """`languages` gives the page's address in each language where it is not `?lang=` that changes it."""
    settings = request.app.state.helpdesk.settings
    locale, unsaid = locale or choose_locale(request), unsaid_locale(request)
    page = environment.get_template(template).render(
        request=request,
        locale=locale,
        zone=settings.zone,
        settings=settings,
        t=partial(say, locale),
        link=lambda path: make_link(path, locale, unsaid),
        languages=languages or {one: switch_language(request, one, unsaid) for one in LOCALES},
        language_names=NAMES,
        **facts,
    )
    return HTMLResponse(page, status, dict(headers or {}))
