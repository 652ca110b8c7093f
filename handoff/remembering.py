"""Who was erased, so that a restored backup does not bring them back: conversations by their ids, addresses by a
digest that only the installation's secret makes, never the address itself."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import events
from handoff.database import now, settings_of
from handoff.models.conversation import Conversation
from handoff.models.erasure import ErasedAddress

PURPOSE = b"helpdesk.erased-address"
CONVERSATION, ADDRESS = "conversation", "address"
Names = Mapping[str, datetime]
"""When each was erased: `conversation:ID` or `address:DIGEST`."""


def digest_address(secret: bytes, channel: str, address: str) -> str:
    return hmac.new(PURPOSE + secret, f"{channel}:{address}".encode(), hashlib.sha256).hexdigest()


def note_address(session: Session, channel: str, address: str) -> None:
    """In the transaction that erases it."""
    digest = digest_address(settings_of(session).secret, channel, address)
    session.merge(ErasedAddress(digest=digest, erased_at=now(session)))
    events.note(session, events.ERASURES)


def list_erased(session: Session, since: datetime | None = None) -> dict[str, datetime]:
    conversations = select(Conversation.id, Conversation.erased_at).where(Conversation.erased_at.is_not(None))
    addresses = select(ErasedAddress.digest, ErasedAddress.erased_at)
    if since is not None:
        conversations = conversations.where(Conversation.erased_at >= since)
        addresses = addresses.where(ErasedAddress.erased_at >= since)
    found = {f"{CONVERSATION}:{name}": at for name, at in session.execute(conversations) if at is not None}
    return found | {f"{ADDRESS}:{name}": at for name, at in session.execute(addresses)}


def keep_addresses(session: Session, erased: Names) -> None:
    """What another database remembered, in this one too."""
    for name, at in erased.items():
        kind, _, digest = name.partition(":")
        if kind == ADDRESS and session.get(ErasedAddress, digest) is None:
            session.add(ErasedAddress(digest=digest, erased_at=at))


def erased_at(erased: Names, secrets: Collection[bytes], channel: str, address: str) -> datetime | None:
    """When this address was erased, under any of the secrets; None if it was not."""
    names = (f"{ADDRESS}:{digest_address(secret, channel, address)}" for secret in secrets)
    return max((erased[name] for name in names if name in erased), default=None)
