"""What the Bot API's errors mean for a message that was to be sent."""

from __future__ import annotations

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.channels.port import DeliveryFailed

FORBIDDEN = {
    "blocked by the user": "blocked",
    "user is deactivated": "deactivated",
    "kicked from": "removed",
    "not a member": "removed",
    "can't initiate conversation": "not_started",
}
NEVER = {
    "chat not found": "no_chat",
    "user not found": "no_chat",
    "have no rights": "no_rights",
    "not enough rights": "no_rights",
    "chat_write_forbidden": "no_rights",
    "topic_closed": "no_rights",
}


def is_unreadable_html(error: TelegramError) -> bool:
    return isinstance(error, BadRequest) and "can't parse entities" in error.message.lower()


def is_too_long(error: TelegramError) -> bool:
    told = error.message.lower()
    return isinstance(error, BadRequest) and ("too long" in told or "message_too_long" in told)


def is_not_modified(error: TelegramError) -> bool:
    return isinstance(error, BadRequest) and "message is not modified" in error.message.lower()


def is_gone(error: TelegramError) -> bool:
    """The message to edit does not exist any more, or is too old to be edited."""
    told = error.message.lower()
    return isinstance(error, BadRequest) and ("to edit not found" in told or "can't be edited" in told)


def explain(error: TelegramError) -> DeliveryFailed:
    """ChatMigrated and unreadable HTML have a remedy of their own and do not belong here."""
    told = error.message.lower()
    if isinstance(error, RetryAfter):
        return DeliveryFailed("flood", permanent=False, retry_after=seconds_to_wait(error))
    if isinstance(error, Forbidden):
        return DeliveryFailed(look_up(told, FORBIDDEN, "forbidden"), permanent=True)
    if isinstance(error, ChatMigrated):
        return DeliveryFailed("migrated", permanent=False, retry_after=0)
    if isinstance(error, InvalidToken):
        return DeliveryFailed("token", permanent=False, retry_after=60)
    if isinstance(error, BadRequest):
        reason = look_up(told, NEVER, "refused")
        return DeliveryFailed(reason, permanent=True)
    return DeliveryFailed("no_answer" if isinstance(error, TimedOut) else "network", permanent=False)


def look_up(told: str, reasons: dict[str, str], otherwise: str) -> str:
    return next((reason for words, reason in reasons.items() if words in told), otherwise)


def seconds_to_wait(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
