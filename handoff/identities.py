"""Who a coordinator is at the organisation's identity provider, and signing in by it."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.coordinators import find_coordinator
from handoff.database import even_if_refused
from handoff.errors import IllegalMove, Invalid, NotAllowed
from handoff.models.base import clean_text
from handoff.models.coordinator import Coordinator
from handoff.sessions import PROVIDER, SignedIn, open_session
from handoff.views import Actor

LONGEST = 255


def name_subject(issuer: str, subject: str) -> str:
    """What an identity is kept as. Subjects are unique within their issuer only: after a change of provider an old
    one must not be taken for somebody new."""
    told = f"{issuer.rstrip('/')} {subject}"
    return told if len(told) <= LONGEST else f"sha256:{hashlib.sha256(told.encode()).hexdigest()}"


def sign_in_subject(
    session: Session, *, issuer: str, subject: str, email: str | None, address: str, agent: str = ""
) -> SignedIn:
    """Raises NotAllowed unless an administrator has let this identity in: by linking it, or by making an account
    with its `email` (given only if the provider has verified it), which it then binds for good.

    An account that is bound is nobody else's, whatever e-mail they show.
    """
    named = name_subject(issuer, subject)
    row = session.scalar(select(Coordinator).where(Coordinator.subject == named))
    if row is None and email:
        row = _bind(session, named, email)
    if row is None or row.disabled_at is not None:
        even_if_refused(session, lambda later: _note_refusal(later, named))
        raise NotAllowed("there is no account for this identity", reason="no_account")
    return open_session(session, row, address=address, agent=agent, way=PROVIDER)


def _bind(session: Session, named: str, email: str) -> Coordinator | None:
    plain = clean_text(email).strip().lower()
    query = select(Coordinator).where(Coordinator.email == plain, Coordinator.disabled_at.is_(None))
    row = session.scalar(query.with_for_update())
    if row is None or row.subject is not None:
        return None
    row.subject = named
    audit.record(session, row.id, "identity.linked", f"coordinator:{row.id}", by="email")
    return row


def _note_refusal(session: Session, named: str) -> None:
    account = hashlib.sha256(named.encode()).hexdigest()[:12]
    audit.record(session, audit.VISITOR, "sign_in.failed", f"identity:{account}")


def link_identity(session: Session, email: str, *, issuer: str, subject: str, by: str) -> None:
    """An administrator's word for who this account is at the provider. Raises NotFound; Invalid for an identity
    that is another account's."""
    row = find_coordinator(session, email)
    _link(session, row, issuer, subject)
    audit.record(session, by, "identity.linked", f"coordinator:{row.id}", by="administrator")


def link_own_identity(session: Session, actor: Actor, *, issuer: str, subject: str) -> None:
    """By its owner, who has just come back from the provider. Raises Invalid for an identity that is another
    account's; IllegalMove where another is linked: that is unlinked first."""
    row = session.get_one(Coordinator, actor.id, with_for_update=True)
    if row.subject is not None and row.subject != name_subject(issuer, subject):
        raise IllegalMove("another identity is linked", state="linked", reason="linked")
    _link(session, row, issuer, subject)
    audit.record(session, actor.id, "identity.linked", f"coordinator:{row.id}", by="owner")


def _link(session: Session, row: Coordinator, issuer: str, subject: str) -> None:
    plain = clean_text(subject).strip()
    if not plain or len(plain) > LONGEST:
        raise Invalid("a subject has 1 to 255 characters", field="subject", reason="malformed")
    named = name_subject(issuer, plain)
    holder = session.scalar(select(Coordinator.id).where(Coordinator.subject == named))
    if holder is not None and holder != row.id:
        raise Invalid("this identity is another account's", field="subject", reason="known")
    row.subject = named


def unlink_identity(session: Session, email: str, *, by: str) -> bool:
    """False if none was linked. Its sessions go on; a verified e-mail may bind it anew. Raises NotFound."""
    return _unlink(session, find_coordinator(session, email), by)


def unlink_own_identity(session: Session, actor: Actor) -> bool:
    return _unlink(session, session.get_one(Coordinator, actor.id), actor.id)


def _unlink(session: Session, row: Coordinator, by: str) -> bool:
    if row.subject is None:
        return False
    row.subject = None
    audit.record(session, by, "identity.unlinked", f"coordinator:{row.id}")
    return True
