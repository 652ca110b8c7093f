"""What the dossier says, in the coordinator's language."""

from __future__ import annotations

from typing import Any

from bot.wording import UnknownSentence, say
from knowledge.vocabulary import load_vocabularies


def describe_form(form: dict[str, Any], locale: str) -> list[tuple[str, str]]:
    """Label and answer of each field that was filled in; codes are told by their label."""
    told = ((name, describe_value(name, value, locale)) for name, value in form.items())
    return [(describe_name(name, locale), text) for name, text in told if text]


def describe_name(name: str, locale: str) -> str:
    try:
        return say(locale, f"desk.form.{name}")
    except UnknownSentence:
        return name


def describe_value(name: str, value: Any, locale: str) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, (describe_value(name, one, locale) for one in value)))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items() if one)
    if isinstance(value, bool):
        return say(locale, "desk.yes" if value else "desk.no")
    vocabulary = load_vocabularies().get(name)
    if vocabulary and str(value) in vocabulary.terms:
        return vocabulary.terms[str(value)].label(locale)
    return "" if value is None else str(value)
