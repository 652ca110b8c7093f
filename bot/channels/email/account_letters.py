"""Letters on an account's own address: to the new one, to confirm it; to the old one, that it is another now."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.channels.email.letters import Item, Letter, write_payload
from bot.helpdesk import Helpdesk
from bot.wording import say
from handoff import outbox
from handoff.email_change import LASTS, EmailChange, seal_change
from handoff.models.coordinator import Coordinator
from handoff.signups import CHANNEL
from handoff.tokens import digest

CONFIRM = "/inbox/confirm-email"
KIND = "confirmation"
"""The outbox empties such a letter once it has left: the link is a key."""


def ask_to_confirm(helpdesk: Helpdesk, session: Session, change: EmailChange) -> None:
    token = seal_change(session, change)
    locale = session.get_one(Coordinator, change.account).locale
    url = f"{helpdesk.settings.base_url}{CONFIRM}/{token}?lang={locale}"
    letter = Letter(
        locale=locale,
        subject=say(locale, "account.email.letter.subject"),
        heading=say(locale, "account.email.letter.heading"),
        items=[Item(say(locale, "account.email.letter.what"))],
        button=Item(say(locale, "account.email.letter.link"), url, say(locale, "account.email.letter.button")),
        footer=[Item(say(locale, "account.email.letter.ignore", hours=int(LASTS.total_seconds() // 3600)))],
    )
    payload = write_payload(letter, helpdesk.settings)
    outbox.put(session, CHANNEL, change.email, KIND, f"email-change:{digest(token)}", payload)


def tell_old_address(helpdesk: Helpdesk, session: Session, change: EmailChange) -> None:
    """Whoever had the account hears of it, should it not have been them."""
    locale = session.get_one(Coordinator, change.account).locale
    letter = Letter(
        locale=locale,
        subject=say(locale, "account.email.changed.subject"),
        heading=say(locale, "account.email.changed.heading"),
        items=[Item(say(locale, "account.email.changed.what"))],
    )
    payload = write_payload(letter, helpdesk.settings)
    outbox.put(session, CHANNEL, change.before, KIND, f"email-changed:{change.state}", payload)
