"""The one way into Rasa: `/webhooks/helpdesk`, asked by the helpdesk itself over loopback with
`Authorization: Bearer <secret>`.

`POST …/webhook` takes `{"sender", "message", "metadata"}`, and `X-Request-ID` for the log. Answer: what the
actions sent (`messages`: drafts), and what was understood (`intent`, `entities`). A button's message begins
with "/"; a person's never does, so that nobody can type an intent.

`DELETE …/conversations/<id>` forgets a conversation that was erased. 501 where the trackers are kept by a store
that cannot be told to: there they go when their time is over.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.exceptions import InvalidConfigException
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from structlog.contextvars import bound_contextvars

from bot.nlu import action_results
from bot.nlu.tracing import make_log, read_request_id
from bot.nlu.tracker_store import forget_conversation

LONGEST_MESSAGE = 8000

log = make_log()


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
        action_results.install()
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
            request_id = read_request_id(request.headers.get("x-request-id", ""))
            with bound_contextvars(request=request_id):
                began = time.monotonic()
                answer = await self._answer(body, on_new_message)
                tell_turn(request_id, answer, time.monotonic() - began)
            return response.json(answer)

        @webhook.route("/conversations/<conversation_id:str>", methods=["DELETE"])
        async def forget(request: Request, conversation_id: str) -> HTTPResponse:
            if not self._knows(request):
                return response.json({"error": "unauthorized"}, status=401)
            forgotten = forget_conversation(request.app.ctx.agent.tracker_store, conversation_id)
            if forgotten is None:
                return response.json({"error": "not here"}, status=501)
            return response.json({"forgotten": forgotten})

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


def tell_turn(request_id: str, answer: dict[str, Any], seconds: float) -> None:
    intent = answer["intent"].get("name")
    facts = {"request": request_id, "intent": intent, "drafts": len(answer["messages"])}
    log.info("a message was answered in %d ms", round(seconds * 1000), extra={"facts": facts})


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
