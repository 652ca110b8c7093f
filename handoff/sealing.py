"""Secrets that must be read again (second factors) are kept sealed, not in the clear."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from enum import Enum

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.database import now, settings_of
from handoff.errors import NotAllowed
from handoff.models.coordinator import Coordinator
from handoff.settings import HandoffSettings

PLAIN = "plain:"
"""How a secret begins that was kept before the installation had one."""
SECOND_FACTOR = "helpdesk.second-factor"


class Seal(Enum):
    """How a kept secret is found: `old` was sealed with a secret that another has taken the place of."""

    FRESH = "fresh"
    OLD = "old"
    PLAIN = "plain"
    UNREADABLE = "unreadable"


def make_boxes(settings: HandoffSettings, purpose: str) -> list[Fernet]:
    """A key for each secret known, the one that seals first; each purpose has keys of its own."""
    known = (settings.secret, *settings.secrets_before)
    digests = [hashlib.sha256(purpose.encode() + secret).digest() for secret in known if secret]
    return [Fernet(base64.urlsafe_b64encode(digest)) for digest in digests]


def seal(session: Session, told: str, *, purpose: str = SECOND_FACTOR) -> str:
    """With the installation's secret; without one, as it is (and marked so)."""
    boxes = make_boxes(settings_of(session), purpose)
    return boxes[0].encrypt(told.encode()).decode() if boxes else PLAIN + told


def unseal(session: Session, sealed: str, *, purpose: str = SECOND_FACTOR) -> str:
    """Raises NotAllowed if none of the installation's secrets is the one it was sealed with."""
    if sealed.startswith(PLAIN):
        return sealed.removeprefix(PLAIN)
    boxes = make_boxes(settings_of(session), purpose)
    if not boxes:
        raise NotAllowed("the installation's secret is missing", reason="secret")
    try:
        return MultiFernet(boxes).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise NotAllowed("the installation's secret has changed", reason="secret") from error


def seal_anew(session: Session, sealed: str, *, purpose: str = SECOND_FACTOR) -> str:
    """The same secret under the seal of today; as it is if that is how it is sealed. Raises NotAllowed."""
    fresh = inspect_seal(settings_of(session), sealed, purpose) is Seal.FRESH
    return sealed if fresh else seal(session, unseal(session, sealed, purpose=purpose), purpose=purpose)


def inspect_seal(settings: HandoffSettings, sealed: str, purpose: str = SECOND_FACTOR) -> Seal:
    """Without giving the secret away."""
    boxes = make_boxes(settings, purpose)
    if sealed.startswith(PLAIN):
        return Seal.PLAIN if boxes else Seal.FRESH
    for place, box in enumerate(boxes):
        try:
            box.decrypt(sealed.encode())
        except InvalidToken:
            continue
        return Seal.OLD if place else Seal.FRESH
    return Seal.UNREADABLE


def seal_for(session: Session, told: str, purpose: str) -> str:
    """What leaves the house and comes back, such as a cookie, with the time it was sealed at. Raises NotAllowed
    without the installation's secret: such a thing is never sent as it is."""
    boxes = make_boxes(settings_of(session), purpose)
    if not boxes:
        raise NotAllowed("the installation's secret is missing", reason="secret")
    return boxes[0].encrypt_at_time(told.encode(), int(now(session).timestamp())).decode()


def unseal_within(session: Session, sealed: str, purpose: str, lasts: timedelta) -> str | None:
    """None if it is not ours, or too old."""
    moment = int(now(session).timestamp())
    for box in make_boxes(settings_of(session), purpose):
        try:
            return box.decrypt_at_time(sealed.encode(), int(lasts.total_seconds()), moment).decode()
        except (InvalidToken, ValueError):
            continue
    return None


def list_seals(session: Session) -> Sequence[Seal]:
    """How each second factor in the database is kept."""
    sealed = session.scalars(select(Coordinator.totp_secret).where(Coordinator.totp_secret.is_not(None)))
    return [inspect_seal(settings_of(session), str(one)) for one in sealed]
