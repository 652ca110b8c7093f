"""Passwords: argon2id, one-time ones, and what may be chosen."""

from __future__ import annotations

import secrets
from functools import cache

from pwdlib import PasswordHash

from handoff.errors import Invalid

LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that are taken for one another."""
SHORTEST, LONGEST = 12, 200
COMMON = ("password", "parole", "qwerty", "12345678", "helpdesk", "koordinators", "coordinator")


@cache
def hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def dummy_hash() -> str:
    """Checked when there is no account, so that both refusals take as long."""
    return hasher().hash(secrets.token_hex(8))


def make_password() -> str:
    """Four groups of five letters: 114 bits, and can be read out."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))


def hash_password(password: str) -> str:
    return hasher().hash(password)


def verify_password(password: str, hashed: str | None) -> tuple[bool, str | None]:
    """Whether it is right, and a newer hash to keep if the old one's parameters are dated."""
    if len(password) > LONGEST:
        password = ""
    right, newer = hasher().verify_and_update(password, hashed or dummy_hash())
    return (right and hashed is not None), newer


def check_choice(password: str, email: str) -> None:
    """Raises Invalid with the reason: too_short, too_long, too_common (a word everybody tries, the name)."""
    if len(password) < SHORTEST:
        raise Invalid(f"at least {SHORTEST} characters", field="password", reason="too_short", least=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid(f"at most {LONGEST} characters", field="password", reason="too_long", most=LONGEST)
    plain = password.casefold()
    local = email.split("@")[0].casefold()
    guessed = any(word in plain and len(plain) < len(word) + 8 for word in (*COMMON, local) if len(word) > 2)
    if guessed or len(set(plain)) < 5:
        raise Invalid("this is too easy to guess", field="password", reason="too_common")
