"""Proof, beyond being signed in, that it is the coordinator who changes how an account is reached."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from handoff import audit, sessions
from handoff.database import Database, even_if_refused
from handoff.errors import Invalid
from handoff.models.coordinator import Coordinator
from handoff.passwords import verify_password
from handoff.second_factor import take_either
from handoff.views import Actor


@dataclass(frozen=True, slots=True)
class Proof:
    """`password` None: it is not asked for, where coordinators sign in by the identity provider alone. `code` is
    one of the app or a recovery code, looked at if a second factor is set. `address` is the network address."""

    password: str | None = field(repr=False)
    code: str = field(repr=False)
    address: str


def prove(database: Database, actor: Actor, proof: Proof) -> None:
    """Guessing is held up as in own_account.change_password, and counted with it. Raises Invalid for a wrong
    password, NotAllowed for a wrong code, or Locked."""
    with database.transaction() as session:
        attempt = sessions.begin_attempt(session, sessions.own_password(actor), proof.address)
        kept = session.get_one(Coordinator, actor.id).password_hash
    right = proof.password is None or verify_password(proof.password, kept)[0]
    with database.transaction() as session:
        even_if_refused(session, lambda later: _note_refusal(later, actor))
        row = session.get_one(Coordinator, actor.id)
        if not right or row.password_hash != kept:
            raise Invalid("the password is not right", field="password", reason="wrong")
        if row.totp_confirmed_at is not None:
            take_either(session, row, proof.code)
        sessions.forget_attempt(session, attempt)


def _note_refusal(session: Session, actor: Actor) -> None:
    audit.record(session, actor.id, "proof.refused", f"coordinator:{actor.id}")
