"""Secrets that must be read again (second factors) are kept sealed, not in the clear."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.orm import Session

from handoff.database import settings_of
from handoff.errors import NotAllowed

PLAIN = "plain:"


def _box(session: Session) -> Fernet | None:
    secret = settings_of(session).secret
    if not secret:
        return None
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"helpdesk.second-factor" + secret).digest()))


def seal(session: Session, told: str) -> str:
    """With the installation's secret; without one, as it is (and marked so)."""
    box = _box(session)
    return box.encrypt(told.encode()).decode() if box else PLAIN + told


def unseal(session: Session, sealed: str) -> str:
    """Raises NotAllowed if the installation's secret is not the one it was sealed with."""
    if sealed.startswith(PLAIN):
        return sealed.removeprefix(PLAIN)
    box = _box(session)
    if box is None:
        raise NotAllowed("the installation's secret is missing", reason="secret")
    try:
        return box.decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise NotAllowed("the installation's secret has changed", reason="secret") from error
