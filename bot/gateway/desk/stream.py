"""News for an open inbox: that something changed, and a sign of life of whoever looks at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from bot.gateway.conversations import problems
from bot.gateway.desk.authentication import Answering
from bot.gateway.streams import HEARTBEAT, Listener, respond_with_events, write_comment, write_event
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from handoff import events, presence
from handoff.coordinators import note_presence
from handoff.database import word
from handoff.models.coordinator import Coordinator
from handoff.models.outbox import Notification
from handoff.notifying import list_news, newest_notification
from handoff.requests import Actor, count_requests

router = APIRouter(prefix="/api/v1", tags=["coordinators"])
SOON = 5.0
"""Seconds after which somebody who was writing is looked for again."""


@router.get(
    "/requests/events",
    summary="News of the queue (server-sent events)",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
        **problems(401, 403),
    },
)
async def listen(
    actor: Answering,
    request: Request,
    helpdesk: Desk,
    number: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """`counts` events carry how many requests each list holds; each is also the sign to look at the list anew.
    With `number`, whoever listens is shown to colleagues as looking at that request, and `present` tells who else
    looks and who writes. `notice` is news for this coordinator, to be shown on the screen if the browser may."""
    newest = await run_in_threadpool(find_newest, helpdesk, actor)
    return respond_with_events(follow(request, helpdesk, actor, number, newest))


async def follow(
    request: Request, helpdesk: Helpdesk, actor: Actor, number: int | None, newest: int
) -> AsyncIterator[str]:
    """`newest`: the last notification before; what comes after it is news."""
    topics = [events.REQUESTS, events.coordinator_topic(actor.id)]
    seen = events.presence_topic(number) if number else None
    heard, told = set(topics), ""
    yield write_comment("welcome")
    try:
        with Listener(request.app.state.streams, helpdesk.broker, *topics, *([seen] if seen else [])) as listener:
            while not listener.closing:
                if heard & set(topics):
                    yield write_event("counts", await run_in_threadpool(read_counts, helpdesk, actor))
                if events.coordinator_topic(actor.id) in heard:
                    news, newest = await run_in_threadpool(read_news, helpdesk, actor, newest)
                    for one in news:
                        yield write_event("notice", one)
                if not heard:
                    yield write_comment()
                if number is not None:
                    before, told = told, await run_in_threadpool(look_at, helpdesk, actor, number)
                    if told != before:
                        yield told
                elif not heard:
                    await run_in_threadpool(stay_present, helpdesk, actor)
                heard = await listener.wait(SOON if '"writing": true' in told else HEARTBEAT)
    finally:
        if number is not None:
            leaving = run_in_threadpool(leave, helpdesk, actor, number)
            await asyncio.shield(leaving)


def find_newest(helpdesk: Helpdesk, actor: Actor) -> int:
    with helpdesk.database.reading() as session:
        return newest_notification(session, actor.id)


def read_news(helpdesk: Helpdesk, actor: Actor, after: int) -> tuple[list[dict[str, object]], int]:
    """What to show on the screen, in the coordinator's language: what it is about, never what the visitor said."""
    with helpdesk.database.reading() as session:
        locale = session.get_one(Coordinator, actor.id).locale
        news = [describe_news(session, row, locale) for row in list_news(session, actor.id, after)]
        return news, newest_notification(session, actor.id)


def describe_news(session: Session, row: Notification, locale: str) -> dict[str, object]:
    facts = {**row.data, "number": row.request_number}
    return {
        "id": row.id,
        "subject": word(session, locale, f"notify.{row.kind}.subject", **facts),
        "url": f"/inbox/{row.request_number}" if row.request_number else "/inbox",
    }


def look_at(helpdesk: Helpdesk, actor: Actor, number: int) -> str:
    """The `present` event of now. Looking is written down, as a sign of life is."""
    with helpdesk.database.transaction() as session:
        note_presence(session, actor)
        presence.look(session, actor, number)
        others = presence.list_present(session, [number], but=actor.id).get(number, ())
    return write_event("present", [{"name": one.name, "writing": one.writing} for one in others])


def leave(helpdesk: Helpdesk, actor: Actor, number: int) -> None:
    with helpdesk.database.transaction() as session:
        presence.leave(session, actor, number)


def read_counts(helpdesk: Helpdesk, actor: Actor) -> dict[str, int]:
    with helpdesk.database.reading() as session:
        return count_requests(session, actor)


def stay_present(helpdesk: Helpdesk, actor: Actor) -> None:
    with helpdesk.database.transaction() as session:
        note_presence(session, actor)
