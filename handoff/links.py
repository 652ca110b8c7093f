"""A coordinator's own chat: linked by a one-time code that only a signed-in coordinator can make."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.chats import get_or_make_chat
from handoff.database import now
from handoff.errors import NotFound
from handoff.models.channel import Chat, LinkCode
from handoff.models.coordinator import Coordinator
from handoff.views import Actor

LASTS = timedelta(minutes=15)
CHANNEL = "telegram"


def make_link_code(session: Session, coordinator_id: str) -> str:
    """To be sent to the bot as `/start c_<code>` within a quarter of an hour. Only its digest is kept."""
    code = secrets.token_urlsafe(24)
    session.add(LinkCode(digest=digest(code), coordinator_id=coordinator_id, expires_at=now(session) + LASTS))
    return code


def digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def redeem_link_code(session: Session, code: str, address: str) -> Actor:
    """From now on alerts go to this chat, and its replies count as the coordinator's. Raises NotFound."""
    row = session.scalar(select(LinkCode).where(LinkCode.digest == digest(code)).with_for_update())
    if row is None or row.used_at is not None or row.expires_at < now(session):
        raise NotFound("no such code")
    coordinator = session.get(Coordinator, row.coordinator_id)
    if coordinator is None or coordinator.disabled_at is not None:
        raise NotFound("no such code")
    row.used_at = now(session)
    for other in session.scalars(select(Chat).where(Chat.coordinator_id == coordinator.id)):
        other.coordinator_id = None
    get_or_make_chat(session, CHANNEL, address).coordinator_id = coordinator.id
    coordinator.preferences = {**(coordinator.preferences or {}), "telegram_chat": address}
    audit.record(session, coordinator.id, "telegram_linked", f"coordinator:{coordinator.id}")
    return view_actor(coordinator)


def find_linked(session: Session, address: str) -> Actor | None:
    """Whose chat it is. None for a visitor's, and for that of a coordinator who may no longer sign in."""
    coordinator = session.scalar(
        select(Coordinator)
        .join(Chat, Chat.coordinator_id == Coordinator.id)
        .where(Chat.channel == CHANNEL, Chat.address == address, Coordinator.disabled_at.is_(None))
    )
    return view_actor(coordinator) if coordinator else None


def unlink(session: Session, address: str) -> bool:
    """False if it was not linked."""
    chat = session.scalar(select(Chat).where(Chat.channel == CHANNEL, Chat.address == address))
    if chat is None or chat.coordinator_id is None:
        return False
    coordinator = session.get(Coordinator, chat.coordinator_id)
    chat.coordinator_id = None
    if coordinator is not None:
        kept = dict(coordinator.preferences or {})
        kept.pop("telegram_chat", None)
        coordinator.preferences = kept
        audit.record(session, coordinator.id, "telegram_unlinked", f"coordinator:{coordinator.id}")
    return True


def view_actor(coordinator: Coordinator) -> Actor:
    return Actor(coordinator.id, coordinator.email, coordinator.name, coordinator.role)
