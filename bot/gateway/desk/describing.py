"""What the dossier says, in the coordinator's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.wording import UnknownSentence, say
from handoff.views import OUTCOMES, REASONS, Opinion, Verdicts
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


@dataclass(frozen=True, slots=True)
class Marked:
    """What a visitor thought of the bot, of people, and of how the request went: a label, and a line in words."""

    label: str
    text: str


def tell_opinion(opinion: Opinion, closed: bool, locale: str) -> list[Marked]:
    """What was not judged is left out, but for a closed request: that nobody rated it is worth knowing too."""
    told = [
        Marked(say(locale, f"desk_request.opinion.{name}"), tell_verdicts(verdicts, locale))
        for name, verdicts in (("bot", opinion.bot), ("people", opinion.people))
        if verdicts.helpful or verdicts.unhelpful
    ]
    if closed or opinion.score:
        told.append(Marked(say(locale, "desk_request.opinion.request"), tell_score(opinion, locale)))
    return told


def tell_verdicts(verdicts: Verdicts, locale: str) -> str:
    text = say(locale, "desk_request.opinion.verdicts", yes=verdicts.helpful, no=verdicts.unhelpful)
    why = [_say_or(locale, f"bot.feedback.reason.{reason}", reason) for reason in verdicts.reasons]
    return f"{text}: {'; '.join(why)}" if why else text


def tell_score(opinion: Opinion, locale: str) -> str:
    if opinion.score is None:
        return say(locale, "desk_request.opinion.unrated")
    text = say(locale, "desk_request.opinion.score", score=opinion.score)
    why = _say_or(locale, f"handoff.rating.reason.{opinion.reason}", opinion.reason) if opinion.reason else ""
    return f"{text}: {why}" if why else text


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
