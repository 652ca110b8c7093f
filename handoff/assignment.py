"""Who should take a request: who speaks the language, then skills, then load, then whose turn it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timezone

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.availability import count_load, find_free, is_absent, list_answering
from handoff.database import now, settings_of
from handoff.models.coordinator import Coordinator
from handoff.models.figures import TurnFact
from handoff.models.request import Request

LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)
HEARD = 5
"""Turns of a conversation that tell in which language somebody writes: the bot itself speaks no Russian."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks of whoever takes it."""

    topic: str | None
    language: str


def want(session: Session, request: Request, language: str | None = None) -> Wanted:
    """`language` is the one it was just asked in, if that is known and on no record yet."""
    return Wanted(request.topic, language or find_language(session, request))


def find_language(session: Session, request: Request) -> str:
    """The visitor's own where it was heard lately, else the one the conversation is held in."""
    heard = session.scalars(
        select(TurnFact.language)
        .where(TurnFact.conversation_id == request.conversation_id)
        .order_by(TurnFact.at.desc())
        .limit(HEARD)
    ).all()
    return next((one for one in heard if one == "ru"), request.locale)


def list_languages(coordinator: Coordinator) -> tuple[str, ...]:
    """Those they answer in: as they said, else the one of their own desk."""
    return tuple(coordinator.languages or [coordinator.locale])


def rank(candidates: Collection[Coordinator], wanted: Wanted, load: dict[str, int]) -> list[Coordinator]:
    """Best first: those who speak the language; those with the topic among their skills, then generalists, then
    others; the less busy first; among equals, who was given work the longest time ago. Nobody is left out."""

    def place(one: Coordinator) -> tuple[bool, int, float, datetime, str]:
        foreign = wanted.language not in list_languages(one)
        fits = 0 if wanted.topic and wanted.topic in one.skills else 1 if not one.skills else 2
        return foreign, fits, load.get(one.id, 0) / max(one.most_open, 1), one.assigned_at or LONG_AGO, one.id

    return sorted(candidates, key=place)


def choose(session: Session, wanted: Wanted, *, without: str | None = None) -> Coordinator | None:
    """Among those free now; if nobody is, among those not absent who have room."""
    load = count_load(session)
    at = now(session)
    free = [one for one in find_free(session) if one.id != without]
    if not free:
        free = [
            one
            for one in list_answering(session)
            if one.id != without and not is_absent(one, at) and load.get(one.id, 0) < one.most_open
        ]
    ranked = rank(free, wanted, load)
    return ranked[0] if ranked else None


def choose_present(session: Session, wanted: Wanted) -> Coordinator | None:
    """Only among those who are there now and have room."""
    ranked = rank(find_free(session), wanted, count_load(session))
    return ranked[0] if ranked else None


def suggest(
    session: Session, request: Request, *, without: str | None = None, language: str | None = None
) -> None:
    """Note whom the request suits; the round goes on with the next one, unless work is given out for good."""
    chosen = choose(session, want(session, request, language), without=without)
    request.suggested_id = chosen.id if chosen else None
    if chosen is not None and not settings_of(session).assign:
        chosen.assigned_at = now(session)


def cover_of(session: Session, coordinator: Coordinator, seen: Collection[str] = ()) -> Coordinator:
    """Whoever stands in for an absent coordinator, followed from cover to cover; themselves if nobody does."""
    if not is_absent(coordinator, now(session)) or coordinator.cover_id is None or coordinator.id in seen:
        return coordinator
    cover = session.get(Coordinator, coordinator.cover_id)
    if cover is None or cover.disabled_at is not None:
        return coordinator
    return cover_of(session, cover, {*seen, coordinator.id})
