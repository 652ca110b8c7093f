"""Another e-mail address for an account: asked for with proof of who asks, and confirmed from the new mailbox.

The confirmation is a sealed note of what was asked. It is good once, and only as long as the account is as it was:
with another address or password since then it is worth nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.coordinators import take_email
from handoff.errors import Invalid, NotFound
from handoff.models.coordinator import Coordinator
from handoff.permissions import require_administrator
from handoff.sealing import seal_for, unseal_within
from handoff.tokens import digest
from handoff.views import Actor

PURPOSE = "helpdesk.email-change"
LASTS = timedelta(hours=24)
LONGEST_TOKEN = 2000


@dataclass(frozen=True, slots=True)
class EmailChange:
    """`state` tells the account as it was, without telling anything of it. `by` is who asked."""

    account: str
    before: str
    email: str
    by: str
    state: str


def ask(session: Session, actor: Actor, account_id: str, email: str) -> EmailChange:
    """For one's own account, or any for an administrator, once who asks has proved it (handoff.proving). Raises
    Invalid for an address that is none, the same, or another account's."""
    if account_id != actor.id:
        require_administrator(actor)
    row = _find(session, account_id)
    plain = take_email(email)
    _refuse_taken(session, row, plain)
    return EmailChange(row.id, row.email, plain, actor.id, _tell_state(row))


def seal_change(session: Session, change: EmailChange) -> str:
    """For the letter to the new address. Put on record; changes nothing yet."""
    audit.record(session, change.by, "email.asked", f"coordinator:{change.account}")
    return seal_for(session, json.dumps(asdict(change)), PURPOSE)


def read_change(session: Session, token: str) -> EmailChange:
    """Raises NotFound for a note that is not ours, is too old, or does not fit the account any longer."""
    told = unseal_within(session, token, PURPOSE, LASTS) if len(token) <= LONGEST_TOKEN else None
    if told is None:
        raise NotFound("no such confirmation")
    change = EmailChange(**json.loads(told))
    row, asker = session.get(Coordinator, change.account), session.get(Coordinator, change.by)
    if row is None or row.disabled_at is not None or _tell_state(row) != change.state or not _may(asker, row):
        raise NotFound("no such confirmation")
    return change


def _may(asker: Coordinator | None, row: Coordinator) -> bool:
    """Whether who asked might still ask."""
    if asker is None or asker.disabled_at is not None:
        return False
    return asker.id == row.id or asker.role == "administrator"


def apply_change(session: Session, change: EmailChange) -> None:
    """Raises Invalid if the address has become another account's meanwhile."""
    row = _find(session, change.account)
    _refuse_taken(session, row, change.email)
    row.email = change.email
    audit.record(session, change.by, "email.changed", f"coordinator:{row.id}")


def _find(session: Session, account_id: str) -> Coordinator:
    row = session.get(Coordinator, account_id, with_for_update=True)
    if row is None:
        raise NotFound("there is no such account")
    return row


def _refuse_taken(session: Session, row: Coordinator, email: str) -> None:
    if email == row.email:
        raise Invalid("this is the account's address already", field="email", reason="same")
    if session.scalar(select(Coordinator.id).where(Coordinator.email == email)) is not None:
        raise Invalid("there is an account with this address already", field="email", reason="known")


def _tell_state(row: Coordinator) -> str:
    return digest(f"{row.id} {row.email} {row.password_hash}")
