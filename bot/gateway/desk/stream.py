"""News for an open inbox: that something changed, and a sign of life of whoever looks at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from bot.gateway.conversations import problems
from bot.gateway.desk.authentication import Answering
from bot.gateway.streams import Listener, respond_with_events, write_comment, write_event
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from handoff import events
from handoff.coordinators import note_presence
from handoff.requests import Actor, count_requests

router = APIRouter(prefix="/api/v1", tags=["coordinators"])


@router.get(
    "/requests/events",
    summary="News of the queue (server-sent events)",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
        **problems(401, 403),
    },
)
async def listen(actor: Answering, request: Request, helpdesk: Desk) -> Response:
    """`counts` events carry how many requests each list holds; each is also the sign to look at the list anew."""
    return respond_with_events(follow(request, helpdesk, actor))


async def follow(request: Request, helpdesk: Helpdesk, actor: Actor) -> AsyncIterator[str]:
    topics = (events.REQUESTS, events.coordinator_topic(actor.id))
    yield write_comment("welcome")
    with Listener(request.app.state.streams, helpdesk.broker, *topics) as listener:
        heard = set(topics)
        while not listener.closing:
            if heard:
                yield write_event("counts", await run_in_threadpool(read_counts, helpdesk, actor))
            else:
                await run_in_threadpool(stay_present, helpdesk, actor)
                yield write_comment()
            heard = await listener.wait()


def read_counts(helpdesk: Helpdesk, actor: Actor) -> dict[str, int]:
    with helpdesk.database.reading() as session:
        return count_requests(session, actor)


def stay_present(helpdesk: Helpdesk, actor: Actor) -> None:
    with helpdesk.database.transaction() as session:
        note_presence(session, actor)
