"""Bounds of what comes from outside, checked before it touches a row. All raise Invalid."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from handoff.database import settings_of
from handoff.errors import Invalid
from handoff.masking import mask_personal_codes
from handoff.models.base import clean_text

LOCALES = ("lv", "en")
CLIENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,80}")


def take_text(session: Session, text: str, *, empty_is_fine: bool = False, longest: int | None = None) -> str:
    """Cleaned, masked, not empty and not too long."""
    most = longest or settings_of(session).longest_text
    if len(text) > most:
        raise Invalid(f"at most {most} characters", field="text", reason="too_long", most=most)
    cleaned = clean_text(text).strip()
    if not cleaned and not empty_is_fine:
        raise Invalid("nothing was said", field="text", reason="empty")
    return mask_personal_codes(cleaned)


def take_page(address: str | None) -> str | None:
    """Where the chat was opened, without what follows ? or #: forms of other sites put people's data there."""
    return re.split(r"[?#]", clean_text(address), maxsplit=1)[0][:500] if address else None


def take_client_id(client_id: str) -> str:
    if not CLIENT_ID.fullmatch(client_id):
        raise Invalid("the message needs an id of its own", field="id", reason="malformed")
    return client_id


def message_id_for(conversation_id: str, client_id: str) -> str:
    """The sender's own id where it is a UUID, so that both sides call the message the same."""
    try:
        return str(UUID(client_id))
    except ValueError:
        return str(uuid5(UUID(conversation_id), client_id))


def take_locale(locale: str) -> str:
    if locale not in LOCALES:
        raise Invalid("the language can be lv or en", field="locale", reason="unknown")
    return locale
