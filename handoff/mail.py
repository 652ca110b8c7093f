"""E-mail: what it looks like, and how it leaves by SMTP."""

from __future__ import annotations

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

import aiosmtplib

from handoff.models.base import clean_text
from handoff.outbox import Delivery
from handoff.settings import MailSettings
from knowledge.clock import Clock

PATIENCE = 20.0
"""Seconds for the server to answer each step."""
HEADERS = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post")
"""What a letter may bring along of its own [RFC 2919, RFC 2369, RFC 8058]."""
NO_MAILBOX = re.compile(r"\b5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")
"""Enhanced status codes by which a server says that there is no such mailbox, or no longer [RFC 3463]. A bare 550
may as well be a mistake in our own settings."""


class LetterPolicy(EmailPolicy):
    """Addresses in List-… headers stay whole, however long: their readers undo no folding."""

    def fold_binary(self, name: str, value: str) -> bytes:
        return f"{name}: {value}\r\n".encode("ascii") if name in HEADERS else super().fold_binary(name, value)


LETTERS = LetterPolicy(linesep="\r\n")


class MailFailed(Exception):
    """`reason` is a short stable code: network, busy, sign_in, rejected, no_mailbox. `permanent`: it will never
    arrive."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


def write_mail(delivery: Delivery, settings: MailSettings, clock: Clock) -> EmailMessage:
    """Plain text, and HTML beside it if the payload has it. The same row always has the same Message-ID, so that a
    second sending is known as such."""
    mail = EmailMessage()
    local, _, domain = settings.sender.partition("@")
    name = " ".join(clean_text(str(delivery.payload.get("sender") or settings.sender_name)).split())
    mail["From"] = Address(name, local, domain)
    mail["To"] = delivery.address
    mail["Subject"] = " ".join(clean_text(str(delivery.payload.get("subject", ""))).split())[:200]
    mail["Date"] = format_datetime(clock())
    digest = hashlib.sha256(delivery.dedupe.encode()).hexdigest()[:32]
    mail["Message-ID"] = f"<{digest}@{domain or 'helpdesk'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    for header, value in dict(delivery.payload.get("headers") or {}).items():
        if header in HEADERS:
            mail[header] = " ".join(clean_text(str(value)).split())[:900]
    mail.set_content(clean_text(str(delivery.payload.get("text", ""))))
    if delivery.payload.get("html"):
        mail.add_alternative(clean_text(str(delivery.payload["html"])), subtype="html")
    if delivery.payload.get("locale"):
        mail["Content-Language"] = str(delivery.payload["locale"])
    return mail


async def send_mail(mail: EmailMessage, settings: MailSettings) -> None:
    """Raises MailFailed."""
    try:
        await aiosmtplib.send(
            mail.as_bytes(policy=LETTERS),
            sender=settings.sender,
            recipients=[str(mail["To"])],
            hostname=settings.host,
            port=settings.port,
            username=settings.user,
            password=settings.password,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            timeout=PATIENCE,
        )
    except aiosmtplib.SMTPAuthenticationError as error:
        raise MailFailed("sign_in", permanent=False) from error
    except aiosmtplib.SMTPRecipientsRefused as error:
        if all(NO_MAILBOX.search(str(refused.message)) for refused in error.recipients):
            raise MailFailed("no_mailbox", permanent=True) from error
        codes = [refused.code for refused in error.recipients]
        raise _refusal(max(codes, default=550)) from error
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal(error.code) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise MailFailed("network", permanent=False) from error


def _refusal(code: int) -> MailFailed:
    """RFC 5321: 4xx may be tried again, 5xx not."""
    return MailFailed("rejected", permanent=True) if code >= 500 else MailFailed("busy", permanent=False)
