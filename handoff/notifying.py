"""What coordinators must not miss: rows for the inbox, and e-mail or a chat message as each of them wants it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from handoff import events, outbox
from handoff.assignment import cover_of
from handoff.availability import list_answering
from handoff.database import count_changed, now, settings_of, word
from handoff.errors import Invalid
from handoff.models.coordinator import Coordinator
from handoff.models.outbox import Notification
from handoff.models.request import Request

KINDS = (
    "opened",
    "message",
    "assigned",
    "warning",
    "breach",
    "unclaimed",
    "taken_back",
    "reminder",
    "mention",
    "failed",
)
WAYS = ("email", "telegram", "browser")
URGENT = ("breach", "unclaimed", "reminder")
"""Sent at once even to those who want a digest."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """`email`, `telegram`: which kinds go out there; `browser`: which an open inbox shows on the screen; `quiet`:
    local time in which nothing goes out at once.

    What comes in quiet hours, or all of it with `digest`, is gathered and sent later as one message.
    """

    email: tuple[str, ...] = ("opened", "assigned", "warning", "breach", "unclaimed", "reminder", "mention")
    telegram: tuple[str, ...] = KINDS
    browser: tuple[str, ...] = ("opened", "message", "assigned", "breach", "reminder", "mention")
    telegram_chat: str | None = None
    quiet: tuple[time, time] | None = (time(20), time(7))
    digest: bool = False


def read_preferences(coordinator: Coordinator) -> Preferences:
    told = coordinator.preferences or {}
    quiet = told.get("quiet", "default")
    base = Preferences()
    return Preferences(
        email=tuple(told.get("email", base.email)),
        telegram=tuple(told.get("telegram", base.telegram)),
        browser=tuple(told.get("browser", base.browser)),
        telegram_chat=told.get("telegram_chat"),
        quiet=base.quiet if quiet == "default" else _read_span(quiet),
        digest=bool(told.get("digest", False)),
    )


def _read_span(told: Sequence[str] | None) -> tuple[time, time] | None:
    return (time.fromisoformat(told[0]), time.fromisoformat(told[1])) if told else None


def is_quiet(preferences: Preferences, at: datetime, zone: ZoneInfo) -> bool:
    """A span may cross midnight."""
    if preferences.quiet is None:
        return False
    begin, end = preferences.quiet
    local = at.astimezone(zone).time()
    return begin <= local < end if begin <= end else local >= begin or local < end


def notify(
    session: Session,
    coordinators: Iterable[Coordinator],
    kind: str,
    request: Request | None,
    *,
    dedupe: str,
    **facts: Any,
) -> int:
    """Once per coordinator and `dedupe`; whoever is absent is covered. Gives how many rows are new."""
    receivers = {one.id: one for one in (cover_of(session, absent) for absent in coordinators)}
    told = set(
        session.scalars(
            select(Notification.coordinator_id).where(
                Notification.dedupe == dedupe, Notification.coordinator_id.in_(receivers)
            )
        )
    )
    fresh = [one for one in receivers.values() if one.id not in told and one.disabled_at is None]
    for one in fresh:
        _notify_one(session, one, kind, request, dedupe, facts)
    return len(fresh)


def _notify_one(
    session: Session, one: Coordinator, kind: str, request: Request | None, dedupe: str, facts: dict[str, Any]
) -> None:
    preferences = read_preferences(one)
    quiet = is_quiet(preferences, now(session), ZoneInfo(settings_of(session).timezone))
    later = quiet or (preferences.digest and kind not in URGENT)
    wanted = kind in preferences.email or (kind in preferences.telegram and bool(preferences.telegram_chat))
    row = Notification(
        coordinator_id=one.id,
        kind=kind,
        request_number=request.number if request else None,
        dedupe=dedupe,
        data=facts,
        created_at=now(session),
        digest=later and wanted,
    )
    session.add(row)
    session.flush()
    events.note(session, events.coordinator_topic(one.id))
    if not later:
        send_out(session, one, preferences, kind, f"notification:{row.id}", request, facts)


def send_out(
    session: Session,
    one: Coordinator,
    preferences: Preferences,
    kind: str,
    dedupe: str,
    request: Request | None,
    facts: dict[str, Any],
) -> None:
    """Into the outbox, in the coordinator's language: what it is about, never what the visitor said."""
    told = dict(facts, number=request.number if request else None, topic=request.topic if request else None)
    subject = word(session, one.locale, f"notify.{kind}.subject", **told)
    body = word(session, one.locale, f"notify.{kind}.body", **told)
    payload = {"subject": subject, "text": body, "request": told["number"], "locale": one.locale, "kind": kind}
    if settings_of(session).mails and (kind in preferences.email or kind == "digest"):
        outbox.put(session, "email", one.email, "notification", f"{dedupe}:email", payload)
    if preferences.telegram_chat and (kind in preferences.telegram or kind == "digest"):
        outbox.put(session, "telegram", preferences.telegram_chat, "notification", f"{dedupe}:telegram", payload)


def request_opened(session: Session, request: Request) -> None:
    notify(
        session,
        list_answering(session),
        "opened",
        request,
        dedupe=f"opened:{request.number}:{int(request.queued_at.timestamp())}",
    )


def visitor_wrote(session: Session, request: Request, seq: int) -> None:
    """To whoever has it; if nobody, to everybody, once per quarter of an hour rather than per line."""
    if request.assignee_id is not None:
        receivers: list[Coordinator] = [*_existing(session, request.assignee_id)]
        dedupe = f"message:{request.number}:{seq}"
    else:
        receivers = list(list_answering(session))
        dedupe = f"message:{request.number}:{int(now(session).timestamp()) // 900}"
    notify(session, receivers, "message", request, dedupe=dedupe)


def _existing(session: Session, coordinator_id: str) -> list[Coordinator]:
    found = session.get(Coordinator, coordinator_id)
    return [found] if found else []


def list_news(session: Session, coordinator_id: str, after: int) -> Sequence[Notification]:
    """What an open inbox shows on the screen, oldest first: unread, asked for, and nothing in quiet hours."""
    preferences = read_preferences(session.get_one(Coordinator, coordinator_id))
    rows = session.scalars(
        select(Notification)
        .where(
            Notification.coordinator_id == coordinator_id,
            Notification.id > after,
            Notification.read_at.is_(None),
            Notification.kind.in_(preferences.browser),
        )
        .order_by(Notification.id)
        .limit(10)
    ).all()
    quiet = is_quiet(preferences, now(session), ZoneInfo(settings_of(session).timezone))
    return [] if quiet else rows


def newest_notification(session: Session, coordinator_id: str) -> int:
    """Its id, 0 if there has been none."""
    query = select(func.max(Notification.id)).where(Notification.coordinator_id == coordinator_id)
    return int(session.scalar(query) or 0)


def list_notifications(
    session: Session, coordinator_id: str, *, unread: bool = True, limit: int = 50
) -> Sequence[Notification]:
    query = select(Notification).where(Notification.coordinator_id == coordinator_id)
    if unread:
        query = query.where(Notification.read_at.is_(None))
    return session.scalars(query.order_by(Notification.id.desc()).limit(limit)).all()


def mark_read(session: Session, coordinator_id: str, *, request_number: int | None = None) -> int:
    query = update(Notification).where(
        Notification.coordinator_id == coordinator_id, Notification.read_at.is_(None)
    )
    if request_number is not None:
        query = query.where(Notification.request_number == request_number)
    marked = count_changed(session, query.values(read_at=now(session), digest=False))
    events.note(session, events.coordinator_topic(coordinator_id))
    return marked


def put_back(session: Session, request: Request, action: str, before: str | None) -> None:
    """Everybody but the one it was taken from, who hears of it only if they did not do it themselves."""
    moment = int(now(session).timestamp())
    others = [one for one in list_answering(session) if one.id != before]
    notify(session, others, "opened", request, dedupe=f"opened:{request.number}:{moment}")
    if action == "taken_back" and before is not None:
        notify(session, _existing(session, before), action, request, dedupe=f"{action}:{request.number}:{moment}")


def keep_chat(coordinator: Coordinator) -> dict[str, str]:
    """The chat that is linked: it is the link's to change (handoff.links), not the settings'."""
    linked = (coordinator.preferences or {}).get("telegram_chat")
    return {"telegram_chat": str(linked)} if linked else {}


def check_preferences(told: dict[str, Any]) -> dict[str, Any]:
    """Bounded and known, ready to keep. Raises Invalid naming the field."""
    kept: dict[str, Any] = {"digest": bool(told.get("digest", False))}
    for way in WAYS:
        if way in told:
            kinds = [str(kind) for kind in told[way]]
            if not set(kinds) <= set(KINDS):
                raise Invalid("no such kind of notification", field=way, reason="unknown")
            kept[way] = kinds
    if told.get("telegram_chat"):
        kept["telegram_chat"] = str(told["telegram_chat"])[:64]
    if "quiet" in told:
        kept["quiet"] = _check_quiet(told["quiet"])
    return kept


def _check_quiet(told: Any) -> list[str] | None:
    if not told:
        return None
    try:
        begin, end = (time.fromisoformat(str(at)) for at in told)
    except ValueError as error:
        raise Invalid("quiet hours are two times of day", field="quiet", reason="malformed") from error
    return [begin.isoformat("minutes"), end.isoformat("minutes")]
