"""What a channel is to the rest of the helpdesk: a way to reach somebody, and the ways in which it can fail.

A message leaves as a row of the outbox, written with the message. The channel's deliverer takes the row, renders
the message as the channel shows it, sends it, and says what became of it:

DeliveryFailed
├── permanent     it will never arrive: blocked, deactivated, no such chat; `reason` is shown to the coordinator
└── not permanent try again, after `retry_after` seconds if the channel said so
"""

from __future__ import annotations

from typing import Protocol

from handoff.messages import Message


class DeliveryFailed(Exception):
    """`reason` is a short stable code: `blocked`, `network`, `flood`, …"""

    def __init__(self, reason: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after


class Channel(Protocol):
    """`name` is what a conversation carries in `channel`."""

    name: str

    async def deliver(self, message: Message, address: str) -> None:
        """Show `message` to the person at `address`, once in effect. Raises DeliveryFailed."""
        ...
