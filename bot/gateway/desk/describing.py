"""What the dossier says, in the coordinator's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.wording import UnknownSentence, say
from handoff.views import OUTCOMES, REASONS
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


def describe_theme(code: str | None, locale: str) -> str | None:
    term = load_vocabularies()["theme"].terms.get(code or "")
    return term.label(locale) if term else code


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a request's history: who did what."""

    at: datetime
    actor: str
    what: str
    why: str


SILENT = {"owner"}
"""Who has the conversation follows from the moves beside it."""


def tell_history(history: Iterable[Mapping[str, Any]], locale: str) -> list[Told]:
    """In words; what has no words of its own yet is told as a change."""
    return [tell_event(event, locale) for event in history if event["action"] not in SILENT]


def tell_event(event: Mapping[str, Any], locale: str) -> Told:
    actor, details = str(event["actor"]), event["details"]
    facts = {"receiver": details.get("receiver", "")}
    return Told(
        at=event["at"],
        actor=_say_or(locale, f"desk.authors.{actor}", actor),
        what=_say_or(locale, f"desk_request.history.{event['action']}", None, **facts)
        or say(locale, "desk_request.history.other"),
        why=tell_why(details, locale),
    )


def tell_why(details: Mapping[str, Any], locale: str) -> str:
    """The note, reason or outcome an event came with."""
    if details.get("reason") in REASONS:
        return say(locale, f"desk.reasons.{details['reason']}")
    if details.get("outcome") in OUTCOMES:
        return say(locale, f"desk.outcomes.{details['outcome']}")
    if details.get("promise"):
        return _say_or(locale, f"desk_request.promises.{details['promise']}", "")
    return str(details.get("note") or "")


def _say_or(locale: str, key: str, otherwise: str | None, **facts: object) -> str:
    try:
        return say(locale, key, **facts)
    except UnknownSentence:
        return otherwise or ""
