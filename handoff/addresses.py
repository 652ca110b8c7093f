"""E-mail addresses as they are kept and compared."""

from __future__ import annotations

import hashlib
import re

from handoff.errors import Invalid
from handoff.models.base import clean_text

LONGEST = 254
"""What fits between the angle brackets of SMTP's longest path [RFC 5321, 4.5.3.1.3]."""
LONGEST_LOCAL = 64
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def take_address(text: str) -> str:
    """In lower case, a domain with letters such as ā or š as DNS knows it. Raises Invalid (field `email`).

    Letters outside ASCII before the @ need SMTPUTF8, which few servers take: refused rather than lost.
    """
    local, at, domain = clean_text(text).strip().lower().rpartition("@")
    try:
        known = domain.encode("idna").decode("ascii") if at else ""
    except UnicodeError:
        known = ""
    address = f"{local}@{known}"
    fits = len(address) <= LONGEST and len(local) <= LONGEST_LOCAL
    if not fits or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(known):
        raise Invalid("this is no e-mail address", field="email", reason="malformed")
    return address


def name_mailbox(address: str) -> str:
    """A digest by which letters to one mailbox are counted: `anna+x@…` arrives where `anna@…` does."""
    local, _, domain = address.partition("@")
    return hashlib.sha256(f"{local.partition('+')[0]}@{domain}".encode()).hexdigest()
