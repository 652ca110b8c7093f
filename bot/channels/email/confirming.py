"""The letter that asks whether it was the owner of the address who wanted news."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.channels.email.addresses import confirm_url
from bot.channels.email.letters import Item, Letter, write_payload
from bot.channels.notices import index_calls
from bot.channels.wishes import name_wish
from bot.helpdesk import Helpdesk
from bot.wording import say
from handoff import outbox
from handoff.signups import CHANNEL, LASTS, Choice, begin
from handoff.tokens import digest


def ask_to_confirm(helpdesk: Helpdesk, session: Session, address: str, choice: Choice, locale: str) -> bool:
    """False if the mailbox has had enough letters for today; who asked is told the same either way."""
    token = begin(session, address, choice, locale)
    if token is None:
        return False
    payload = write_payload(draft_confirmation(helpdesk, choice, locale, token), helpdesk.settings)
    return outbox.put(session, CHANNEL, address, "confirmation", f"confirmation:{digest(token)}", payload)


def draft_confirmation(helpdesk: Helpdesk, choice: Choice, locale: str, token: str) -> Letter:
    what = name_wish(locale, choice.wish, index_calls(helpdesk, locale))
    hours = int(LASTS.total_seconds() // 3600)
    return Letter(
        locale=locale,
        subject=say(locale, "subscribing.letter.confirm_subject"),
        heading=say(locale, "subscribing.letter.confirm_heading"),
        items=[
            Item(say(locale, "subscribing.letter.confirm_what", what=what)),
            Item(tell_how(locale, choice)),
        ],
        button=Item(
            say(locale, "subscribing.letter.confirm_link"),
            confirm_url(helpdesk.settings, token, locale),
            say(locale, "subscribing.letter.confirm_button"),
        ),
        footer=[Item(say(locale, "subscribing.letter.confirm_ignore", hours=hours))],
    )


def tell_how(locale: str, choice: Choice) -> str:
    """ "Jaunumi reizi nedēļā; atgādinājumi 30, 7 un 1 dienu pirms termiņa." in two sentences."""
    news = say(locale, f"subscribing.how.{'weekly' if choice.weekly else 'daily'}")
    if not choice.days:
        return f"{news} {say(locale, 'subscribing.how.no_reminders')}"
    days = ", ".join(str(day) for day in sorted(choice.days, reverse=True))
    return f"{news} {say(locale, 'subscribing.how.reminders', days=days)}"
