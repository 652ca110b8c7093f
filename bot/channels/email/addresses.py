"""Where the links of letters lead: pages of our own, in the subscriber's language."""

from __future__ import annotations

from bot.settings import Settings

FORM = "/calls/subscribe"
CONFIRM = "/calls/subscribe/confirm"
MANAGE = "/calls/subscriptions"


def confirm_url(settings: Settings, token: str, locale: str) -> str:
    return f"{settings.base_url}{CONFIRM}/{token}?lang={locale}"


def manage_url(settings: Settings, key: str, locale: str) -> str:
    return f"{settings.base_url}{MANAGE}/{key}?lang={locale}"


def unsubscribe_url(settings: Settings, key: str, locale: str = "") -> str:
    """As mail programs post to it, without a language; as people open it, with theirs."""
    return f"{settings.base_url}{MANAGE}/{key}/unsubscribe" + (f"?lang={locale}" if locale else "")
