"""Letters as the outbox takes them: subject, plain text, simple HTML, and what mail programs unsubscribe by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.email.addresses import manage_url, unsubscribe_url
from bot.channels.notices import choose_told, tell_heading, tell_notice
from bot.gateway.light_markdown import render_marks
from bot.helpdesk import Helpdesk
from bot.replies.buttons import shorten
from bot.settings import Settings
from bot.wording import say
from handoff.notices import Notice
from handoff.subscriptions import SubscriberView
from knowledge.call import FundingCall

AT_ONCE = 40
"""Calls in one letter; the rest are a link away."""
LONGEST_SUBJECT = 120
_BOLD = re.compile(r"\*\*([^*]+)\*\*")

environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters["marks"] = render_marks


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph of light Markdown, and where it leads."""

    text: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """`button` is the one thing to do; `footer` leads to what can be changed."""

    locale: str
    subject: str
    heading: str
    items: Sequence[Item]
    button: Item | None = None
    footer: Sequence[Item] = ()
    headers: dict[str, str] = field(default_factory=dict)


def write_payload(letter: Letter, settings: Settings) -> dict[str, Any]:
    return {
        "subject": letter.subject,
        "text": write_text(letter, settings),
        "html": write_html(letter, settings),
        "locale": letter.locale,
        "sender": say(letter.locale, "gateway.site.name"),
        "headers": letter.headers,
    }


def write_text(letter: Letter, settings: Settings) -> str:
    items = [*letter.items, *([letter.button] if letter.button else [])]
    sign = f"-- \n{say(letter.locale, 'gateway.site.name')}\n{settings.base_url}\n"
    return "\n\n".join([letter.heading, *map(_write_item, [*items, *letter.footer]), sign])


def _write_item(item: Item) -> str:
    plain = _BOLD.sub(r"\1", item.text)
    return f"{plain}\n{item.url}" if item.url else plain


def write_html(letter: Letter, settings: Settings) -> str:
    return environment.get_template("letter.html").render(
        letter=letter, site=say(letter.locale, "gateway.site.name"), base_url=settings.base_url
    )


def draft_news(
    helpdesk: Helpdesk, subscriber: SubscriberView, notices: Sequence[Notice], *, weekly: bool
) -> Letter | None:
    """None if all of the calls have left the catalogue meanwhile."""
    locale, settings = subscriber.locale, helpdesk.settings
    told = choose_told(helpdesk, locale, notices)
    if not told:
        return None
    shown = told[:AT_ONCE]
    items = [_tell_item(helpdesk, locale, notice, call) for notice, call in shown]
    if len(told) > len(shown):
        url = f"{settings.base_url}/calls?lang={locale}"
        items.append(Item(say(locale, "notices.more", count=len(told) - len(shown), url=url)))
    return Letter(
        locale=locale,
        subject=name_subject(locale, told, weekly=weekly),
        heading=tell_heading(locale, weekly=weekly),
        items=items,
        footer=make_footer(settings, subscriber),
        headers=make_headers(settings, subscriber),
    )


def _tell_item(helpdesk: Helpdesk, locale: str, notice: Notice, call: FundingCall) -> Item:
    url = f"{helpdesk.settings.base_url}{call.url}"
    return Item(tell_notice(helpdesk, locale, notice, call), url, say(locale, "subscribing.letter.open"))


def name_subject(locale: str, told: Sequence[tuple[Notice, FundingCall]], *, weekly: bool) -> str:
    """One notice is named, several are counted."""
    if len(told) == 1:
        notice, call = told[0]
        return shorten(f"{say(locale, f'notices.{notice.kind}')}: {call.title}", LONGEST_SUBJECT)
    return f"{tell_heading(locale, weekly=weekly)} ({len(told)})"


def make_footer(settings: Settings, subscriber: SubscriberView) -> list[Item]:
    locale = subscriber.locale
    manage, leave = say(locale, "subscribing.letter.manage"), say(locale, "subscribing.letter.leave")
    return [
        Item(say(locale, "subscribing.letter.why")),
        Item(manage, manage_url(settings, subscriber.key, locale), manage),
        Item(leave, unsubscribe_url(settings, subscriber.key, locale), leave),
    ]


def make_headers(settings: Settings, subscriber: SubscriberView) -> dict[str, str]:
    """Mail programs show a button of their own by these [RFC 8058 needs https and a signature over both]."""
    return {
        "List-Id": f"<calls.{urlsplit(settings.base_url).hostname or 'helpdesk'}>",
        "List-Unsubscribe": f"<{unsubscribe_url(settings, subscriber.key)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
