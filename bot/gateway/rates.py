"""How much one conversation and one address may ask for, and how refusal is told.

A town hall, a school or a mobile operator is one address with hundreds of people behind it. So an address may do
much, a single conversation what one person can, and what would cost us most (an answer) is counted for both.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Sequence

from fastapi import Request
from limits import RateLimitItem, parse_many
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from bot.gateway.errors import Problem
from bot.gateway.languages import preferred_locale
from bot.settings import Settings
from bot.wording import say


class Rates:
    """Counts in this process, or in Redis where several processes share the counting. Safe between threads."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = MovingWindowRateLimiter(storage_from_string(settings.rates_storage))
        self._per_address = parse_many(settings.address_rate)
        self._per_conversation = parse_many(settings.conversation_rate)
        self._sign_ups = parse_many(settings.sign_up_rate)

    def count_address(self, request: Request, what: str) -> None:
        """Raises a 429 Problem that says in words when to come back."""
        self._count(request, self._per_address, what, address_of(request))

    def count_sign_up(self, request: Request) -> None:
        """Each may send a letter to somebody who did not ask for it: few for one address."""
        self._count(request, self._sign_ups, "sign_ups", address_of(request))

    def count_conversation(self, request: Request, conversation_id: str) -> None:
        self._count(request, self._per_conversation, "conversation", conversation_id)

    def _count(self, request: Request, limits: Sequence[RateLimitItem], *names: str) -> None:
        for limit in limits:
            if not self._limiter.hit(limit, *names):
                reset = self._limiter.get_window_stats(limit, *names).reset_time
                raise refuse(preferred_locale(request), max(1, math.ceil(reset - time.time())))


def refuse(locale: str, seconds: int) -> Problem:
    return Problem(
        429,
        "rate_limited",
        headers={"Retry-After": str(seconds)},
        retry_after=seconds,
        wait=tell_wait(locale, seconds),
    )


def tell_wait(locale: str, seconds: int) -> str:
    if seconds < 60:
        return say(locale, "gateway.wait.seconds", count=seconds)
    return say(locale, "gateway.wait.minutes", count=math.ceil(seconds / 60))


def address_of(request: Request) -> str:
    """An IPv6 subscriber has a whole /64 to write from, so that is one address."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((int(address), 64), strict=False))
