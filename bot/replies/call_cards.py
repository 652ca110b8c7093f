"""A funding call as data for channels and as one line of text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bot.helpdesk import Helpdesk
from bot.replies.figures import (
    tell_amount,
    tell_days_left,
    tell_elsewhere,
    tell_percent,
    tell_range,
    tell_until,
)
from bot.wording import say
from handoff.messages import SourceLink
from knowledge.call import CallStatus, FundingCall
from knowledge.vocabulary import load_vocabularies


def make_card(helpdesk: Helpdesk, call: FundingCall) -> dict[str, Any]:
    """What the contract calls one of `data.calls`: JSON only, instants in ISO 8601, amounts as numbers."""
    now = helpdesk.clock()
    deadline = call.next_deadline(now)
    return {
        "id": call.id,
        "title": call.title,
        "url": call.url,
        "status": str(call.status(now)),
        "programme": call.programme,
        "opens_at": call.opens_at.isoformat() if call.opens_at else None,
        "deadline": deadline.isoformat() if deadline else None,
        "days_left": call.days_left(now),
        "grant_min": to_number(call.grant_min),
        "grant_max": to_number(call.grant_max),
        "own_share": to_number(call.own_share),
        "demo": call.demo,
    }


def to_number(amount: Decimal | None) -> int | float | None:
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def tell_line(helpdesk: Helpdesk, call: FundingCall, locale: str) -> str:
    """Title and what decides whether to read on: until when, how much, what must be added."""
    facts = [tell_timing(helpdesk, call, locale), tell_grant(call, locale), tell_share(call, locale)]
    return f"**{call.title}** – " + "; ".join(fact for fact in facts if fact)


def tell_timing(helpdesk: Helpdesk, call: FundingCall, locale: str) -> str:
    now, zone = helpdesk.clock(), helpdesk.settings.zone
    status, deadline, days = call.status(now), call.next_deadline(now), call.days_left(now)
    if status is CallStatus.CANCELLED:
        return say(locale, "bot.calls.cancelled")
    if status is CallStatus.CLOSED:
        return say(locale, "bot.calls.is_closed")
    if status is CallStatus.FORTHCOMING and call.opens_at:
        return say(locale, "bot.calls.opens", date=tell_until(locale, call.opens_at, zone, opening=True))
    if deadline is None or days is None:
        return say(locale, "bot.calls.rolling")
    elsewhere = tell_elsewhere(locale, deadline, zone, call.zone)
    left = tell_days_left(locale, days)
    return say(
        locale,
        "bot.calls.until",
        date=tell_until(locale, deadline, zone),
        left=f"{elsewhere}; {left}" if elsewhere else left,
    )


def tell_grant(call: FundingCall, locale: str) -> str | None:
    return tell_range(locale, call.grant_min, call.grant_max)


def tell_share(call: FundingCall, locale: str) -> str | None:
    if call.own_share is None:
        return None
    if call.own_share == 0:
        return say(locale, "bot.calls.no_share")
    return say(locale, "bot.calls.share", share=tell_percent(locale, call.own_share))


def tell_budget(call: FundingCall, locale: str) -> str | None:
    return say(locale, "bot.calls.budget", amount=tell_amount(locale, call.budget)) if call.budget else None


def tell_codes(vocabulary: str, codes: Sequence[str], locale: str) -> str:
    """Labels as they stand inside a sentence: places keep their capital letter."""
    terms = load_vocabularies()[vocabulary].terms
    labels = [terms[code].label(locale) if code in terms else code for code in codes]
    return ", ".join(labels if vocabulary == "region" else [label.lower() for label in labels])


def cite(call: FundingCall) -> SourceLink:
    return SourceLink(
        document=call.document,
        title=call.title,
        section=call.programme,
        url=call.url,
        text=call.summary,
        score=1.0,
    )
