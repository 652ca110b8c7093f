"""What can be set about the work of people: hours, promises, limits, lifetimes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Literal

Span = tuple[time, time]

WORKDAYS: dict[int, tuple[Span, ...]] = {day: ((time(9), time(17)),) for day in range(5)}


@dataclass(frozen=True, slots=True)
class HandoffSettings:
    """Minutes of promises are business minutes: the clock stands outside opening hours.

    `hours`: weekday (Monday 0) -> spans in local time; a span may not cross midnight.
    """

    timezone: str = "Europe/Riga"
    hours: dict[int, tuple[Span, ...]] = field(default_factory=lambda: dict(WORKDAYS))
    holidays: bool = True
    """Latvian public holidays are days off."""
    soon: timedelta = timedelta(minutes=60)
    """Closed, but opening within this time, is "soon open"."""
    present_for: timedelta = timedelta(minutes=2)
    """A coordinator counts as present this long after the last sign of life of their inbox."""

    first_response_minutes: int = 120
    next_response_minutes: int = 240
    resolution_minutes: int = 2400
    warn_minutes: int = 30
    """A promise about to be broken is told of this long before."""
    escalate_minutes: int = 60
    """A request nobody has claimed for so long is told to everybody again, administrators too."""
    take_back_minutes: int = 240
    """A claimed request whose visitor has waited so long for a first reply goes back to the queue."""
    stranded_minutes: int = 5
    """A visitor's message the bot has not answered for so long becomes a request for a person."""
    stranded_attempts: int = 6
    """So does one on which so many workers have died."""
    close_waiting_days: int = 14
    """A request that has waited for its visitor for so long is closed; 0: never."""
    digest_minutes: int = 240
    """Notifications of those who want a digest are gathered for so long."""
    assign: bool = False
    """Give new requests to the fitting coordinator at once; otherwise they are only suggested."""
    measured_days: int = 28
    """Expected waits are measured over the requests of so many days."""

    token_days: int = 180
    resume_minutes: int = 30
    session_idle: timedelta = timedelta(hours=8)
    session_longest: timedelta = timedelta(days=7)
    most_failures: int = 5
    """Wrong passwords for one account within `locked_for`, after which it is locked."""
    most_failures_address: int = 25
    locked_for: timedelta = timedelta(minutes=15)
    secret: bytes = b""
    """Seals second-factor secrets in the database. Empty: they are kept as they are."""
    secrets_before: tuple[bytes, ...] = ()
    """What was sealed with these can be read still."""

    mails: bool = False
    """There is a mail server: notifications may go out by e-mail."""
    longest_text: int = 4000
    outbox_attempts: int = 12

    keep_anonymous_days: int = 90
    keep_identified_days: int = 365
    keep_requests_days: int = 730
    keep_audit_days: int = 365
    keep_outbox_days: int = 30
    keep_unconfirmed_days: int = 7
    """So long an e-mail address that nobody confirmed is kept."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """`security`: `tls` from the start (465), `starttls` (587), or `none` for a server on the same host."""

    host: str
    sender: str
    port: int = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: str | None = None
    password: str | None = None
    sender_name: str = ""
