"""What is kept about an e-mail address outside conversations: subscriptions, and letters on their way to it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from handoff import audit
from handoff.addresses import take_address
from handoff.database import count_changed, now
from handoff.errors import Invalid
from handoff.exporting import plain
from handoff.models.outbox import Outgoing
from handoff.models.signup import SignUp
from handoff.models.subscription import GivenNotice, Subscriber, Subscription
from handoff.outbox import SPENT
from handoff.remembering import Names, erased_at, keep_addresses, note_address
from handoff.signups import CHANNEL
from handoff.subscriptions import find_row, forget_subscriber


def export_address(session: Session, contact: str, *, by: str = audit.VISITOR) -> dict[str, Any] | None:
    """As plain JSON; None if nothing is kept. Needs a write transaction: that it was exported is put on record."""
    address = _read(contact)
    told = {
        "subscriber": _tell_subscriber(session, address),
        "sign_ups": _tell_sign_ups(session, address),
    }
    if not any(told.values()):
        return None
    audit.record(session, by, "subscriber.exported", "subscriber")
    return {"address": address, **plain(told)}


def forget_address(session: Session, contact: str, *, by: str = audit.VISITOR) -> int:
    """How many subscribers and sign-ups are gone. What still waits to be sent to them is not sent."""
    address = _read(contact)
    known = find_row(session, CHANNEL, address)
    gone = count_changed(session, delete(SignUp).where(SignUp.address == address)) if address else 0
    if known is not None:
        forget_subscriber(session, CHANNEL, address)
    elif gone:
        note_address(session, CHANNEL, address)
    _forget_letters(session, Outgoing.channel == CHANNEL, Outgoing.address == address)
    if gone or known is not None:
        audit.record(session, by, "subscriber.erased", "subscriber")
    return gone + (known is not None)


def forget_again(session: Session, erased: Names, secrets: Collection[bytes], *, by: str) -> int:
    """What a restored backup has brought back of addresses erased since: how many subscribers and sign-ups went.
    What is younger than the erasing came of the person's own new wish, and stays."""
    gone = 0
    for row in session.scalars(select(Subscriber)).all():
        gone += _forget_row(session, row, row.channel, erased_at(erased, secrets, row.channel, row.address))
    for sign_up in session.scalars(select(SignUp).where(SignUp.address != "")).all():
        gone += _forget_row(session, sign_up, CHANNEL, erased_at(erased, secrets, CHANNEL, sign_up.address))
    session.flush()
    if gone:
        audit.record(session, by, "subscriber.erased", "subscriber")
    keep_addresses(session, erased)
    return gone


def _forget_row(session: Session, row: Subscriber | SignUp, channel: str, at: datetime | None) -> bool:
    if at is None or row.created_at > at:
        return False
    session.delete(row)
    _forget_letters(
        session, Outgoing.channel == channel, Outgoing.address == row.address, Outgoing.created_at <= at
    )
    return True


def count_address(session: Session, contact: str) -> int:
    """What `forget_address` would take away."""
    address = _read(contact)
    sign_ups = session.scalars(select(SignUp.digest).where(SignUp.address == address)).all() if address else ()
    return len(sign_ups) + (find_row(session, CHANNEL, address) is not None)


def _read(contact: str) -> str:
    """Empty for what is no e-mail address; nothing is kept under that."""
    try:
        return take_address(contact)
    except Invalid:
        return ""


def _forget_letters(session: Session, *whose: ColumnElement[bool]) -> None:
    letters = (*whose, Outgoing.kind.in_(SPENT))
    session.execute(
        update(Outgoing)
        .where(*letters, Outgoing.state == "waiting")
        .values(state="cancelled", lease=None, leased_until=None, finished_at=now(session))
    )
    session.execute(update(Outgoing).where(*letters).values(address="", payload={}, reason=None))


def _tell_subscriber(session: Session, address: str) -> dict[str, Any] | None:
    row = find_row(session, CHANNEL, address)
    if row is None:
        return None
    names = ("locale", "days", "weekly", "created_at", "confirmed_at", "closed_reason")
    return {
        **{name: getattr(row, name) for name in names},
        "subscriptions": _tell_subscriptions(session, row),
        "told": _tell_notices(session, row),
    }


def _tell_subscriptions(session: Session, row: Subscriber) -> list[dict[str, Any]]:
    names = ("theme", "applicant", "region", "call_id", "created_at", "ended_at")
    found = session.scalars(
        select(Subscription).where(Subscription.subscriber_id == row.id).order_by(Subscription.id)
    )
    return [{name: getattr(one, name) for name in names} for one in found]


def _tell_notices(session: Session, row: Subscriber) -> list[dict[str, Any]]:
    found = session.scalars(
        select(GivenNotice).where(GivenNotice.subscriber_id == row.id).order_by(GivenNotice.id)
    )
    return [{"call_id": one.call_id, "kind": one.kind, "given_at": one.given_at} for one in found]


def _tell_sign_ups(session: Session, address: str) -> list[dict[str, Any]]:
    names = ("theme", "applicant", "region", "call_id", "created_at", "expires_at")
    found = session.scalars(select(SignUp).where(SignUp.address == address)) if address else ()
    return [{name: getattr(one, name) for name in names} for one in found]
