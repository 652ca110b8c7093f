"""Subscribing by e-mail in two steps: nothing is sent to an address but one letter until its owner confirms.

The letter's token is kept as a digest, is good once and for two days. Whether an address was known before is told
to nobody: each sign-up ends the same way for who makes it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from handoff.addresses import name_mailbox
from handoff.database import now
from handoff.errors import Invalid, NotFound
from handoff.models.signup import SignUp
from handoff.notices import REMINDER_DAYS, Wish
from handoff.subscriptions import Subscribed, set_days, set_weekly, subscribe
from handoff.tokens import digest

CHANNEL = "email"
LASTS = timedelta(hours=48)
LETTERS = 3
"""To one mailbox within `LETTERS_WITHIN`, however often it is asked for: the form is no way to flood somebody."""
LETTERS_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Choice:
    """What to hear of and how: `days` before a deadline, `weekly` for one letter a week."""

    wish: Wish
    days: Sequence[int] = REMINDER_DAYS
    weekly: bool = False


@dataclass(frozen=True, slots=True)
class SignUpView:
    """`used`: it was confirmed before, and `address` is no longer told."""

    address: str
    locale: str
    choice: Choice
    used: bool


def begin(session: Session, address: str, choice: Choice, locale: str) -> str | None:
    """The token to write into the letter; None if the mailbox has had enough letters. `address` as `take_address`
    gives it. Raises Invalid for days that are not offered."""
    if not set(choice.days) <= set(REMINDER_DAYS):
        raise Invalid("no such days", field="days", reason="unknown_value")
    mailbox = name_mailbox(address)
    recent = select(func.count()).where(
        SignUp.mailbox == mailbox, SignUp.created_at > now(session) - LETTERS_WITHIN
    )
    if int(session.scalar(recent) or 0) >= LETTERS:
        return None
    token = secrets.token_urlsafe(24)
    wish = choice.wish
    session.add(
        SignUp(
            digest=digest(token),
            address=address,
            mailbox=mailbox,
            locale=locale,
            theme=wish.theme,
            applicant=wish.applicant,
            region=wish.region,
            call_id=wish.call_id,
            days=sorted(choice.days, reverse=True),
            weekly=choice.weekly,
            created_at=now(session),
            expires_at=now(session) + LASTS,
        )
    )
    session.flush()
    return token


def find(session: Session, token: str) -> SignUpView:
    """Raises NotFound for a token that is unknown or has expired."""
    row = session.get(SignUp, digest(token[:200]))
    if row is None or (row.used_at is None and row.expires_at <= now(session)):
        raise NotFound("no such confirmation")
    return view(row)


def view(row: SignUp) -> SignUpView:
    choice = Choice(Wish(row.theme, row.applicant, row.region, row.call_id), tuple(row.days), row.weekly)
    return SignUpView(row.address, row.locale, choice, row.used_at is not None)


def confirm(session: Session, token: str) -> Subscribed:
    """Once: the update that finds it unused is the one that uses it. The address is kept with the subscriber alone
    from then on. Raises NotFound; Invalid (field `subscriptions`) if there is no room for another wish."""
    moment, key = now(session), digest(token[:200])
    used = session.scalar(
        update(SignUp)
        .where(SignUp.digest == key, SignUp.used_at.is_(None), SignUp.expires_at > moment)
        .values(used_at=moment)
        .returning(SignUp.digest)
    )
    if used is None:
        raise NotFound("no such confirmation")
    row = session.get_one(SignUp, key)
    address, choice = row.address, view(row).choice
    subscribed = subscribe(session, choice.wish, channel=CHANNEL, address=address, locale=row.locale)
    set_days(session, CHANNEL, address, choice.days)
    subscriber = set_weekly(session, CHANNEL, address, weekly=choice.weekly)
    row.address = ""
    return Subscribed(subscribed.subscription, subscriber, subscribed.created)
