"""Setting the webhook, and finding out what keeps messages from coming."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal
from urllib.parse import urlsplit

from telegram import WebhookInfo
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels.telegram.client import TelegramApplication, make_application
from bot.channels.telegram.commands import publish_menus
from bot.channels.telegram.webhook import ALLOWED_UPDATES, PATH, webhook_secret, webhook_url
from bot.settings import Settings

OFFICIAL = "https://api.telegram.org"
PORTS = {None, 443, 80, 88, 8443}
"""Ports to which Telegram sends [Bot API, setWebhook]."""
MANY_WAIT = 50
RECENT = timedelta(hours=1)
CONNECTIONS = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """`advice` is empty when all is well."""

    level: Literal["ok", "warning", "error"]
    found: str
    advice: str = ""


async def set_webhook(settings: Settings) -> list[Finding]:
    """Have Telegram send updates to us, and publish the menus. Nothing that waits there is dropped."""
    problems = list(check_address(settings))
    if problems:
        return problems
    try:
        async with connected(settings) as application:
            await application.bot.set_webhook(
                webhook_url(settings),
                secret_token=webhook_secret(settings),
                allowed_updates=ALLOWED_UPDATES,
                max_connections=CONNECTIONS,
            )
            await publish_menus(application.bot, settings.locale)
            return [Finding("ok", f"@{application.bot.username} sends to {webhook_url(settings)}")]
    except TelegramError as error:
        return [explain(error)]


async def check(settings: Settings) -> list[Finding]:
    """What Telegram knows of the bot and its webhook, against what is set here."""
    if settings.telegram_token is None:
        return [Finding("ok", "off: HELPDESK_TELEGRAM_TOKEN is not set")]
    try:
        async with connected(settings) as application:
            return await look(application, settings)
    except TelegramError as error:
        return [explain(error)]


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[TelegramApplication]:
    """Raises TelegramError. PTB leaves its connection open when it could not find out who the bot is."""
    application = make_application(settings)
    try:
        await application.initialize()
        yield application
    finally:
        await application.shutdown()
        await application.bot.request.shutdown()


async def look(application: TelegramApplication, settings: Settings) -> list[Finding]:
    info = await application.bot.get_webhook_info()
    findings = check_polling(info) if settings.telegram_mode == "polling" else check_webhook(info, settings)
    return [Finding("ok", f"the token is that of @{application.bot.username}"), *findings]


def explain(error: TelegramError) -> Finding:
    if isinstance(error, InvalidToken):
        return Finding(
            "error",
            "Telegram does not know the token",
            "Copy it again from @BotFather into HELPDESK_TELEGRAM_TOKEN.",
        )
    if isinstance(error, BadRequest):
        return Finding("error", f"Telegram refused: {error.message}", "Correct HELPDESK_PUBLIC_URL.")
    return Finding(
        "error",
        f"Telegram cannot be reached: {type(error).__name__}",
        "Check the network, the proxy and HELPDESK_TELEGRAM_API.",
    )


def check_address(settings: Settings) -> Iterator[Finding]:
    """Why Telegram could not send to the public address. A Bot API server of one's own takes any."""
    if settings.telegram_token is None:
        yield Finding("error", "there is no token", "Set HELPDESK_TELEGRAM_TOKEN.")
    if settings.telegram_mode != "webhook":
        yield Finding("error", "HELPDESK_TELEGRAM_MODE is polling", "Set it to webhook, and restart the helpdesk.")
    if settings.public_url is None:
        yield Finding("error", "there is no public address", "Set HELPDESK_PUBLIC_URL.")
        return
    address = urlsplit(settings.public_url)
    if settings.telegram_api.rstrip("/") != OFFICIAL:
        return
    if address.scheme != "https":
        yield Finding("error", "the public address is not https", "Put a TLS proxy in front.")
    if address.port not in PORTS:
        yield Finding("error", f"Telegram does not send to port {address.port}", "Use 443, 80, 88 or 8443.")


def check_polling(info: WebhookInfo) -> Iterator[Finding]:
    if info.url:
        yield Finding(
            "warning", "a webhook is set, but HELPDESK_TELEGRAM_MODE is polling", "The next start takes it away."
        )
    else:
        yield Finding("ok", f"polling; {info.pending_update_count} messages wait")


def check_webhook(info: WebhookInfo, settings: Settings) -> Iterator[Finding]:
    again = "Run `helpdesk telegram set-webhook`."
    if not info.url:
        yield Finding("error", "no webhook is set", again)
        return
    if info.url != webhook_url(settings):
        yield Finding("error", f"the webhook leads elsewhere: {info.url}", again)
    missing = set(ALLOWED_UPDATES) - set(info.allowed_updates or ())
    if missing:
        yield Finding("error", f"these are not sent: {', '.join(sorted(missing))}", again)
    yield from check_errors(info)
    level: Literal["ok", "warning"] = "warning" if info.pending_update_count > MANY_WAIT else "ok"
    advice = "The helpdesk does not keep up, or cannot be reached." if level == "warning" else ""
    yield Finding(level, f"{info.pending_update_count} messages wait", advice)


def check_errors(info: WebhookInfo) -> Iterator[Finding]:
    """The last failed delivery, while it is recent. 403 is a wrong secret, 404 a wrong path or mode."""
    if info.last_error_date is None or datetime.now(timezone.utc) - info.last_error_date > RECENT:
        return
    told = info.last_error_message or ""
    advice = f"Telegram must reach {PATH} from outside; see the proxy's log."
    if "403" in told:
        advice = "The secret differs: run `helpdesk telegram set-webhook` again."
    elif "404" in told:
        advice = "The helpdesk runs without HELPDESK_TELEGRAM_MODE=webhook, or the proxy changes the path."
    elif "503" in told or "500" in told:
        advice = "The helpdesk could not store updates: check its database."
    yield Finding("error", f"the last delivery failed at {info.last_error_date:%H:%M} UTC: {told}", advice)
