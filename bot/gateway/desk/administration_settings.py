"""Administrators' page of the settings: what each is and where it comes from. Read only; secrets never leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.gateway.desk.administration_pages import PARTS, Administering, show
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.settings import Settings
from bot.wording import UnknownSentence, say

router = APIRouter(prefix=PARTS["settings"], include_in_schema=False)
GROUPS: dict[str, tuple[str, ...]] = {
    "people": (
        "hours", "timezone", "locale", "first_response_minutes", "next_response_minutes", "resolution_minutes",
        "take_back_minutes", "escalate_minutes", "assign", "contact_email", "contact_phone",
    ),
    "knowledge": ("materials", "demo", "encoder", "calls_source", "calls_refresh_hours", "notices_hour"),
    "channels": (
        "embed_origins", "telegram_token", "telegram_api", "telegram_mode", "telegram_webhook_secret", "smtp_host",
        "smtp_port", "smtp_security", "smtp_user", "smtp_password", "smtp_sender",
    ),
    "keeping": (
        "keep_anonymous_days", "keep_identified_days", "keep_requests_days", "keep_audit_days", "keep_outbox_days",
        "keep_logs_days", "keep_copies_days",
    ),
    "signing_in": (
        "local_sign_in", "oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_name", "secret",
    ),
    "running": (
        "host", "port", "public_url", "data", "database_url", "rasa_url", "rasa_timeout", "rasa_secret",
        "conversation_rate", "address_rate", "sign_up_rate", "rates_storage", "log_format", "now",
    ),
}  # fmt: skip
"""What belongs together; a setting that is in none of them is shown among the others."""
SECRET_NAME = re.compile(r"secret|password|token|key", re.I)
USERINFO = re.compile(r"(?<=://)[^/?#@\s]*@")
QUERY_SECRET = re.compile(r"((?:password|passwd|secret|token|key)=)[^&\s]+", re.I)


@dataclass(frozen=True, slots=True)
class Shown:
    """`value` None: not set. `hidden`: it is set and stays unseen. `language`: of the description."""

    name: str
    description: str
    language: str
    value: str | None
    hidden: bool
    is_default: bool


def describe(locale: str, name: str, field: FieldInfo) -> tuple[str, str]:
    """The page's own words, else those of the documentation, and their language."""
    try:
        return say(locale, f"settings.{name}"), locale
    except UnknownSentence:
        return field.description or name, "en"


def show_setting(settings: Settings, name: str, locale: str) -> Shown:
    field = Settings.model_fields[name]
    value = getattr(settings, name)
    hidden = value not in (None, "") and (isinstance(value, SecretStr) or bool(SECRET_NAME.search(name)))
    description, language = describe(locale, name, field)
    return Shown(
        name=f"HELPDESK_{name.upper()}",
        description=description,
        language=language,
        value=None if hidden else write(value, locale),
        hidden=hidden,
        is_default=value == field.get_default(call_default_factory=True),
    )


def write(value: Any, locale: str) -> str | None:
    if value in (None, "", []):
        return None
    if isinstance(value, bool):
        return say(locale, f"desk.{'yes' if value else 'no'}")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return mask(str(value))


def mask(told: str) -> str:
    """An address without the name and password that may stand in it."""
    return QUERY_SECRET.sub(r"\1…", USERINFO.sub("…@", told))


def group_settings(settings: Settings, locale: str) -> Iterator[tuple[str, list[Shown]]]:
    known = {name for names in GROUPS.values() for name in names}
    others = tuple(name for name in Settings.model_fields if name not in known)
    for group, names in {**GROUPS, "others": others}.items():
        shown = [show_setting(settings, name, locale) for name in names if name in Settings.model_fields]
        if shown:
            yield group, shown


@router.get("")
def show_settings(request: Request, helpdesk: Desk, signed_in: Administering) -> Response:
    groups = dict(group_settings(helpdesk.settings, choose_locale(request)))
    return show(request, signed_in, "administration_settings.html", "settings", groups=groups)
