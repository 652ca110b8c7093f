"""The website's channel. Nothing is sent: a browser reads the record, woken by server-sent events."""

from __future__ import annotations

from handoff.messages import Message


class WebChannel:
    name = "web"

    async def deliver(self, message: Message, address: str) -> None:
        """The record is the delivery: GET /messages and /events give the message from there."""
