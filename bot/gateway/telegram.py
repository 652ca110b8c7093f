"""Telegram's door: only where a token is set and updates come by webhook."""

from __future__ import annotations

from fastapi import APIRouter

from bot.channels.telegram.inbox import UpdateStore
from bot.channels.telegram.webhook import make_webhook_router
from bot.helpdesk import Helpdesk


def make_router(helpdesk: Helpdesk) -> APIRouter:
    settings = helpdesk.settings
    if settings.telegram_token is None or settings.telegram_mode != "webhook":
        return APIRouter()
    return make_webhook_router(settings, UpdateStore(helpdesk.database))
