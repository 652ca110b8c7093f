"""Rasa's way in: the actions, run in this process, on a loopback port of their own and behind a secret."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
import zlib
from typing import Any

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.log import request_id

SECRET_HEADER = "X-Helpdesk-Secret"  # noqa: S105 - the header's name
LARGEST_CALL = 8_000_000

log = logging.getLogger(__name__)


def make_executor() -> ActionExecutor:
    """Every action of bot.actions, imported once."""
    executor = ActionExecutor()
    executor.register_package("bot.actions")
    return executor


def run_action(executor: ActionExecutor, call: dict[str, Any]) -> Any:
    """In a worker thread: actions search and may take tens of milliseconds, which the event loop has not."""
    return asyncio.run(executor.run(call))


async def read_call(request: Request) -> dict[str, Any] | None:
    """The action call, inflated if need be; None for anything else."""
    body = await request.body()
    if len(body) > LARGEST_CALL:
        return None
    try:
        if request.headers.get("Content-Encoding") == "deflate":
            body = zlib.decompressobj().decompress(body, LARGEST_CALL)
        call = json.loads(body)
    except (ValueError, RecursionError, zlib.error):
        return None
    return call if isinstance(call, dict) else None


def find_request(call: dict[str, Any]) -> str | None:
    """The id that went to Rasa with the message."""
    tracker = call.get("tracker")
    latest = tracker.get("latest_message") if isinstance(tracker, dict) else None
    metadata = latest.get("metadata") if isinstance(latest, dict) else None
    found = metadata.get("request_id") if isinstance(metadata, dict) else None
    return found if isinstance(found, str) else None


def make_actions_app(secret: str) -> Starlette:
    """Answers as rasa-sdk's own action server does, for whoever knows the secret."""
    executor = make_executor()

    async def webhook(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return JSONResponse({"error": "forbidden"}, 403)
        call = await read_call(request)
        if call is None:
            return JSONResponse({"error": "not an action call"}, 400)
        return await answer(call)

    async def answer(call: dict[str, Any]) -> Response:
        name = call.get("next_action")
        request_id.set(find_request(call))
        began = time.monotonic()
        try:
            result = await run_in_threadpool(run_action, executor, call)
        except ActionExecutionRejection as error:
            return JSONResponse({"error": error.message, "action_name": error.action_name}, 400)
        except ActionNotFoundException as error:
            return JSONResponse({"error": error.message, "action_name": error.action_name}, 404)
        except ActionMissingDomainException as error:
            return JSONResponse({"error": error.message, "action_name": error.action_name}, 449)
        except Exception as error:
            log.error("action %s failed: %s", name, type(error).__name__)
            return JSONResponse({"error": type(error).__name__, "action_name": name}, 500)
        log.info("action %s took %d ms", name, round((time.monotonic() - began) * 1000))
        return JSONResponse(result.model_dump() if result else None)

    return Starlette(routes=[Route("/internal/actions/webhook", webhook, methods=["POST"])])
