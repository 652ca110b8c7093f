"""A real SMTP server on loopback that keeps what it is given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.postgres import free_port


class PostOffice:
    """`refuse` is what RCPT is answered with."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.refuse: str | None = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.raw.append(envelope.content)
        self.letters.append(BytesParser(policy=default).parsebytes(envelope.content))  # type: ignore[arg-type]
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]


def read_text(letter: EmailMessage, kind: str = "plain") -> str:
    """One of a letter's two bodies."""
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@contextmanager
def open_office(office: PostOffice) -> Iterator[int]:
    """Gives the port."""
    controller = Controller(office, hostname="127.0.0.1", port=0)
    controller.port = free_port()
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
