"""News of calls and reminders in words: one message for all that a subscriber is told on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_date

from bot.helpdesk import Helpdesk
from bot.replies import buttons
from bot.replies.call_cards import make_card, tell_line
from bot.wording import say
from handoff.messages import Button, Draft, MessageKind
from handoff.notices import Notice, NoticeKind
from knowledge.call import FundingCall

AT_ONCE = 8
MARKS = {
    NoticeKind.NEW: "🆕",
    NoticeKind.OPENED: "🟢",
    NoticeKind.MOVED: "📅",
    NoticeKind.CANCELLED: "⚪",
    NoticeKind.REMINDER: "⏰",
}


def index_calls(helpdesk: Helpdesk, locale: str) -> dict[str, FundingCall]:
    found = helpdesk.knowledge.catalogue.find_calls(locale=locale, now=helpdesk.clock())
    return {call.id: call for call in found}


def draft_notices(helpdesk: Helpdesk, locale: str, notices: Sequence[Notice], *, weekly: bool = False) -> Draft:
    """Notices of calls that are no longer in the catalogue say nothing. `data.notice` marks it for channels."""
    told = choose_told(helpdesk, locale, notices)
    shown = told[:AT_ONCE]
    lines = [f"**{tell_heading(locale, weekly=weekly)}**"]
    lines += [tell_notice(helpdesk, locale, notice, call) for notice, call in shown]
    if len(told) > len(shown):
        url = f"{helpdesk.settings.base_url}/calls"
        lines.append(say(locale, "notices.more", count=len(told) - len(shown), url=url))
    return Draft(
        MessageKind.CALLS,
        "\n\n".join(lines),
        locale,
        buttons=tuple(make_buttons([call for _, call in shown])),
        data={"calls": [make_card(helpdesk, call) for _, call in shown], "notice": True},
    )


def choose_told(helpdesk: Helpdesk, locale: str, notices: Sequence[Notice]) -> list[tuple[Notice, FundingCall]]:
    """Those whose calls are still in the catalogue."""
    calls = index_calls(helpdesk, locale)
    return [(notice, calls[notice.call_id]) for notice in notices if notice.call_id in calls]


def tell_heading(locale: str, *, weekly: bool) -> str:
    return say(locale, "notices.heading_weekly" if weekly else "notices.heading")


def tell_notice(helpdesk: Helpdesk, locale: str, notice: Notice, call: FundingCall) -> str:
    what = say(locale, f"notices.{notice.kind}")
    line = f"{MARKS[notice.kind]} {what}: {tell_line(helpdesk, call, locale)}"
    if notice.was:
        line += f" ({say(locale, 'notices.was', date=tell_day(helpdesk, locale, notice.was))})"
    return line


def tell_day(helpdesk: Helpdesk, locale: str, instant: str) -> str:
    day = datetime.fromisoformat(instant).astimezone(helpdesk.settings.zone).date()
    return str(format_date(day, format="long", locale=locale))


def make_buttons(calls: Sequence[FundingCall]) -> list[Button]:
    """To each call by its id, so that the button still means it when other calls were shown since."""
    made = []
    for call in dict.fromkeys(call.id for call in calls):
        title = next(known.title for known in calls if known.id == call)
        try:
            made.append(buttons.button(title, "call_details", call=call))
        except ValueError:
            continue
    return made
