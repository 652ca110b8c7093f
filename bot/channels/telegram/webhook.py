"""Where Telegram sends updates: checked, stored, acknowledged; handled afterwards."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from telegram.constants import UpdateType

from bot.channels.telegram.inbox import UpdateStore
from bot.settings import Settings

PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
LARGEST_UPDATE = 1_000_000
ALLOWED_UPDATES = [
    UpdateType.MESSAGE,
    UpdateType.EDITED_MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.MY_CHAT_MEMBER,
]

log = logging.getLogger(__name__)


def webhook_secret(settings: Settings) -> str:
    """The one that was set, or one made from the token: the same in every process, and no way back to it."""
    if settings.telegram_webhook_secret is not None:
        return settings.telegram_webhook_secret.get_secret_value()
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    return hmac.new(token.encode(), b"telegram webhook", hashlib.sha256).hexdigest()


def webhook_url(settings: Settings) -> str:
    return settings.base_url + PATH


def make_webhook_router(settings: Settings, store: UpdateStore) -> APIRouter:
    """503 if an update could not be stored: Telegram keeps it then and sends it again."""
    router = APIRouter()
    secret = webhook_secret(settings).encode()

    @router.post(PATH, include_in_schema=False)
    async def receive(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "").encode()
        if not hmac.compare_digest(given, secret):
            return Response(status_code=403)
        update = await read_update(request)
        if update is None:
            return Response(status_code=200)
        try:
            await run_in_threadpool(store.store, [update])
        except Exception as error:
            log.error("an update could not be stored: %s", type(error).__name__)
            return Response(status_code=503, headers={"Retry-After": "5"})
        return Response(status_code=200)

    return router


async def read_update(request: Request) -> dict[str, Any] | None:
    """None for what is no update: refusing it would only have it sent again."""
    body = await request.body()
    try:
        update = json.loads(body) if len(body) <= LARGEST_UPDATE else None
    except (ValueError, RecursionError):
        return None
    return update if isinstance(update, dict) and is_update_id(update.get("update_id")) else None


def is_update_id(given: object) -> bool:
    """As large as the database keeps it."""
    return isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**63
