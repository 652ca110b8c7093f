"""What an account says of whoever has it: name, languages, themes, how much at once, how they are notified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from handoff.errors import Invalid
from handoff.figures import LANGUAGES
from handoff.intake import take_locale
from handoff.models.base import clean_text
from handoff.models.coordinator import Coordinator
from handoff.notifying import check_preferences, keep_chat
from handoff.views import Actor


def set_profile(
    session: Session,
    actor: Actor,
    *,
    name: str | None = None,
    locale: str | None = None,
    skills: Sequence[str] | None = None,
    most_open: int | None = None,
    languages: Sequence[str] | None = None,
    preferences: dict[str, Any] | None = None,
) -> None:
    """What is given is changed. Raises Invalid for what is out of bounds."""
    row = session.get_one(Coordinator, actor.id)
    if name is not None:
        row.name = clean_text(name).strip()[:100] or row.name
    if locale is not None:
        row.locale = take_locale(locale)
    if skills is not None:
        row.skills = sorted({clean_text(skill)[:40] for skill in skills})[:50]
    if most_open is not None:
        if not 1 <= most_open <= 500:
            raise Invalid("from 1 to 500 requests", field="most_open", reason="out_of_bounds")
        row.most_open = most_open
    if languages is not None:
        row.languages = [one for one in LANGUAGES if one in languages]
    if preferences is not None:
        row.preferences = {**keep_chat(row), **check_preferences(preferences)}
