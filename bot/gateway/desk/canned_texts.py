"""Ready texts, filled in for the request they are offered for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.gateway.desk.describing import describe_theme
from handoff.canned import Canned, fill
from handoff.views import Actor, Dossier


@dataclass(frozen=True, slots=True)
class Ready:
    """`other`: there is no text in the visitor's language, so this one is in the other."""

    id: int
    title: str
    text: str
    other: bool


def offer_canned(canned: Iterable[Canned], dossier: Dossier, actor: Actor, locale: str) -> list[Ready]:
    facts = gather_facts(dossier, actor, locale)
    return [offer(one, facts, locale) for one in canned]


def offer(canned: Canned, facts: dict[str, str | None], locale: str) -> Ready:
    own = canned.texts.get(locale)
    text = own if own is not None else next(iter(canned.texts.values()), "")
    return Ready(canned.id, canned.title, fill(text, facts), own is None)


def gather_facts(dossier: Dossier, actor: Actor, locale: str) -> dict[str, str | None]:
    form = dossier.form
    return {
        "name": first_text(form.get("name")),
        "number": str(dossier.request.number),
        "topic": describe_theme(dossier.request.topic, locale),
        "call": first_text(form.get("call")) or last_call(dossier),
        "coordinator": actor.name,
    }


def first_text(told: Any) -> str | None:
    if isinstance(told, (list, tuple)):
        return next((str(one) for one in told if one), None)
    return str(told) if told else None


def last_call(dossier: Dossier) -> str | None:
    """The title of the call that was last shown alone in the conversation."""
    shown = (message.data.get("calls") or [] for message in reversed(dossier.messages))
    return next((str(calls[0].get("title")) for calls in shown if len(calls) == 1), None)
