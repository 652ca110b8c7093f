"""Who should take a request: skills, then load, then whose turn it is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timezone

from sqlalchemy.orm import Session

from handoff.availability import count_load, find_free, is_absent, list_answering
from handoff.database import now, settings_of
from handoff.models.coordinator import Coordinator
from handoff.models.request import Request

LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


def rank(candidates: Collection[Coordinator], topic: str | None, load: dict[str, int]) -> list[Coordinator]:
    """Best first: those with the topic among their skills, then generalists, then others; the less busy first;
    among equals, who was given work the longest time ago."""

    def place(one: Coordinator) -> tuple[int, float, datetime, str]:
        fits = 0 if topic and topic in one.skills else 1 if not one.skills else 2
        return fits, load.get(one.id, 0) / max(one.most_open, 1), one.assigned_at or LONG_AGO, one.id

    return sorted(candidates, key=place)


def choose(session: Session, topic: str | None, *, without: str | None = None) -> Coordinator | None:
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
    ranked = rank(free, topic, load)
    return ranked[0] if ranked else None


def choose_present(session: Session, topic: str | None) -> Coordinator | None:
    """Only among those who are there now and have room."""
    ranked = rank(find_free(session), topic, count_load(session))
    return ranked[0] if ranked else None


def suggest(session: Session, request: Request, *, without: str | None = None) -> None:
    """Note whom the request suits; the round goes on with the next one, unless work is given out for good."""
    chosen = choose(session, request.topic, without=without)
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
