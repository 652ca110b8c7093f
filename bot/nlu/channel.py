"""The one way into Rasa: `POST /webhooks/helpdesk/webhook`, asked by the helpdesk itself over loopback.

Request: `{"sender", "message", "metadata"}` with `Authorization: Bearer <secret>`. Answer: what the actions sent
(`messages`: drafts), and what was understood (`intent`, `entities`). A button's message begins with "/"; a
person's never does, so that nobody can type an intent.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.exceptions import InvalidConfigException
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

LONGEST_MESSAGE = 8000


class HelpdeskChannel(InputChannel):
    def __init__(self, secret: str) -> None:
        self._secret = secret

    @classmethod
    def name(cls) -> str:
        return "helpdesk"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> HelpdeskChannel:
        secret = (credentials or {}).get("secret", "")
        if not secret or str(secret).startswith("${"):
            raise InvalidConfigException("set HELPDESK_RASA_SECRET: the helpdesk channel needs a shared secret")
        return cls(str(secret))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        webhook = Blueprint("helpdesk_webhook")

        @webhook.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @webhook.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not self._knows(request):
                return response.json({"error": "unauthorized"}, status=401)
            body = request.json
            if not _is_message(body):
                return response.json({"error": "invalid"}, status=422)
            return response.json(await self._answer(body, on_new_message))

        return webhook

    def _knows(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self._secret}".encode())

    async def _answer(
        self, body: dict[str, Any], on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> dict[str, Any]:
        collector = CollectingOutputChannel()
        metadata = body.get("metadata") or {}
        text = body["message"] if metadata.get("value") else body["message"].lstrip("/ \t\n")
        await on_new_message(
            UserMessage(text or "?", collector, body["sender"], input_channel=self.name(), metadata=metadata)
        )
        sent = [message["custom"] for message in collector.messages if "custom" in message]
        understood = next((message["understood"] for message in sent if "understood" in message), {})
        return {
            "messages": [message["draft"] for message in sent if "draft" in message],
            "intent": understood.get("intent", {}),
            "entities": understood.get("entities", []),
        }


def _is_message(body: object) -> bool:
    if not isinstance(body, dict) or not isinstance(body.get("metadata", {}), dict):
        return False
    sender, message = body.get("sender"), body.get("message")
    return (
        isinstance(sender, str)
        and 0 < len(sender) <= 128
        and isinstance(message, str)
        and len(message) <= LONGEST_MESSAGE
    )
