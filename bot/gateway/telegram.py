"""Telegram's doors: the webhook, where updates come that way, and a coordinator's link to their own chat."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from bot.channels.telegram import LINK
from bot.gateway.conversations import problems
from bot.gateway.desk.authentication import Answering
from bot.gateway.errors import Problem
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from handoff.links import make_link_code

desk = APIRouter(prefix="/api/v1", tags=["coordinators"])


class TelegramLink(BaseModel):
    command: str = Field(description="To be sent to the bot within a quarter of an hour, once.")


@desk.post(
    "/me/telegram-link",
    status_code=201,
    summary="Link one's Telegram chat: alerts come there and can be answered",
    responses=problems(401, 403, 404),
)
def link_telegram(actor: Answering, helpdesk: Desk, response: Response) -> TelegramLink:
    if helpdesk.settings.telegram_token is None:
        raise Problem(404, "not_found")
    with helpdesk.database.transaction() as session:
        code = make_link_code(session, actor.id)
    response.headers["Cache-Control"] = "no-store"
    return TelegramLink(command=f"/start {LINK}{code}")


def make_router(helpdesk: Helpdesk) -> APIRouter:
    router = APIRouter()
    router.include_router(desk)
    settings = helpdesk.settings
    if settings.telegram_token is not None and settings.telegram_mode == "webhook":
        from bot.channels.telegram.inbox import UpdateStore
        from bot.channels.telegram.webhook import make_webhook_router

        router.include_router(make_webhook_router(settings, UpdateStore(helpdesk.database)))
    return router
