"""The second factor of signing in: time-based one-time passwords (RFC 6238) and recovery codes."""

from __future__ import annotations

import hmac
import secrets

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.database import count_changed, now
from handoff.errors import IllegalMove, NotAllowed
from handoff.models.coordinator import Coordinator, RecoveryCode
from handoff.passwords import LETTERS
from handoff.sealing import seal, seal_anew, unseal
from handoff.tokens import digest

STEP = 30
DRIFT = 1
"""Steps a clock may be off, either way."""
CODES = 10
ISSUER = "Helpdesk"


def begin(session: Session, coordinator_id: str) -> tuple[str, str]:
    """A new secret and its otpauth:// address for a QR code; it counts once confirmed. Raises IllegalMove if the
    account has a confirmed one: that is removed first."""
    row = session.get_one(Coordinator, coordinator_id)
    if row.totp_confirmed_at is not None:
        raise IllegalMove("there is a second factor already", state="confirmed")
    secret = pyotp.random_base32()
    row.totp_secret, row.totp_last_step = seal(session, secret), None
    return secret, pyotp.TOTP(secret).provisioning_uri(name=row.email, issuer_name=ISSUER)


def confirm(session: Session, coordinator_id: str, code: str) -> list[str]:
    """The app shows the right code: from now on it is asked for. Gives recovery codes, shown once.

    Raises NotAllowed for a wrong code.
    """
    row = session.get_one(Coordinator, coordinator_id, with_for_update=True)
    if not take_code(session, row, code):
        raise NotAllowed("the code is not right", reason="code")
    row.totp_confirmed_at = now(session)
    audit.record(session, row.id, "second_factor.confirmed", f"coordinator:{row.id}")
    return make_recovery_codes(session, row.id)


def remove(session: Session, coordinator_id: str, by: str) -> None:
    row = session.get_one(Coordinator, coordinator_id)
    row.totp_secret = row.totp_confirmed_at = row.totp_last_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.coordinator_id == coordinator_id))
    audit.record(session, by, "second_factor.removed", f"coordinator:{coordinator_id}")


def prove(session: Session, coordinator_id: str, code: str) -> None:
    """Raises NotAllowed unless it is a code of the app, or a recovery code, that has not been used."""
    row = session.get_one(Coordinator, coordinator_id, with_for_update=True)
    take_either(session, row, code)


def take_either(session: Session, row: Coordinator, code: str) -> None:
    """A recovery code is good although the app's cannot be checked, for want of the installation's secret. Raises
    NotAllowed with the reason: `code`, or `secret`."""
    refusal = NotAllowed("the code is not right", reason="code")
    try:
        right = take_code(session, row, code)
    except NotAllowed as unreadable:
        right, refusal = False, unreadable
    if not right and not take_recovery_code(session, row.id, code):
        raise refusal


def renew_recovery_codes(session: Session, coordinator_id: str, code: str) -> list[str]:
    """Ten new ones in place of the old, for the holder of a code. Raises NotAllowed for a wrong one, IllegalMove
    without a second factor."""
    row = session.get_one(Coordinator, coordinator_id, with_for_update=True)
    if row.totp_confirmed_at is None:
        raise IllegalMove("there is no second factor", state="no_second_factor")
    take_either(session, row, code)
    audit.record(session, row.id, "recovery_codes.renewed", f"coordinator:{row.id}")
    return make_recovery_codes(session, row.id)


def take_code(session: Session, row: Coordinator, code: str) -> bool:
    """Whether it is right and has not been used: each time step counts once, so one seen is worth nothing."""
    if row.totp_secret is None:
        return False
    told = "".join(code.split())
    row.totp_secret = seal_anew(session, row.totp_secret)
    totp = pyotp.TOTP(unseal(session, row.totp_secret))
    current = int(now(session).timestamp()) // STEP
    for step in range(current - DRIFT, current + DRIFT + 1):
        right = hmac.compare_digest(totp.generate_otp(step).encode(), told.encode())
        if right and (row.totp_last_step is None or step > row.totp_last_step):
            row.totp_last_step = step
            return True
    return False


def take_recovery_code(session: Session, coordinator_id: str, code: str) -> bool:
    used = count_changed(
        session,
        delete(RecoveryCode).where(
            RecoveryCode.coordinator_id == coordinator_id, RecoveryCode.digest == _digest(coordinator_id, code)
        ),
    )
    if used:
        audit.record(session, coordinator_id, "recovery_code.used", f"coordinator:{coordinator_id}")
    return bool(used)


def make_recovery_codes(session: Session, coordinator_id: str) -> list[str]:
    """New ones in place of the old."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.coordinator_id == coordinator_id))
    codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(CODES)]
    session.add_all(
        RecoveryCode(digest=_digest(coordinator_id, code), coordinator_id=coordinator_id, created_at=now(session))
        for code in codes
    )
    session.flush()
    return codes


def count_recovery_codes(session: Session, coordinator_id: str) -> int:
    query = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.coordinator_id == coordinator_id)
    return int(session.scalar(query) or 0)


def _digest(coordinator_id: str, code: str) -> str:
    return digest(f"{coordinator_id}:{code.strip()}")
