"""The visitor's conversation over HTTP: open, say, read, listen, take along, erase."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import AwareDatetime
from starlette.concurrency import run_in_threadpool

from bot.gateway.errors import MEDIA_TYPE
from bot.gateway.languages import preferred_locale
from bot.gateway.places import TOLD_FROM, refuse_early, take_place
from bot.gateway.rates import Rates
from bot.gateway.streams import LOOKS_UNASKED, Listener, respond_with_events, write_comment, write_event
from bot.gateway.visitor_schemas import (
    AcceptedOut,
    ConversationOut,
    MessageOut,
    MessagesOut,
    NewConversation,
    NewMessage,
    OpenedOut,
    ProblemOut,
)
from bot.gateway.visitors import Desk, Own
from bot.helpdesk import Helpdesk
from bot.replies.smalltalk import greeting
from handoff import events
from handoff.conversations import (
    ConversationView,
    Owner,
    get_conversation,
    list_messages,
    open_conversation,
    record_visitor_message,
)
from handoff.editing import list_edited
from handoff.errors import NotFound
from handoff.messages import Author, Message

CHANNEL = "web"
LARGEST_SEQ = 2**31 - 1
PAGE = 500
IN_FLIGHT = timedelta(seconds=30)
"""A change carries the time at which its transaction began, and may be seen that much later."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ProblemOut, "content": {MEDIA_TYPE: {}}} for status in statuses}


router = APIRouter(prefix="/api/v1/conversations", tags=["visitors"])


@router.post("", status_code=201, summary="Begin a conversation", responses=problems(400, 413, 422, 429))
def begin(body: NewConversation, request: Request, helpdesk: Desk, response: Response) -> OpenedOut:
    """The greeting is its first message. The token is given once; keep it, it is the only key."""
    rates_of(request).count_address(request, "conversations")
    locale = body.locale or preferred_locale(request)
    with helpdesk.database.transaction() as session:
        conversation, token = open_conversation(
            session,
            channel=CHANNEL,
            locale=locale,
            consent=body.agreed_to,
            page=body.page,
            greeting=greeting(locale),
        )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"{router.prefix}/{conversation.id}/messages"
    return OpenedOut(conversation=ConversationOut.of(conversation), token=token)


@router.get("/{conversation_id}", summary="Its language and who has it now", responses=problems(401, 404))
def show(conversation: Own) -> ConversationOut:
    return ConversationOut.of(conversation)


@router.post(
    "/{conversation_id}/messages",
    status_code=202,
    summary="Say something or press a button",
    responses=problems(400, 401, 404, 413, 422, 429),
)
def say_message(body: NewMessage, conversation: Own, request: Request, helpdesk: Desk) -> AcceptedOut:
    """Recorded at once, answered soon: the answer comes as later messages of the conversation."""
    rates = rates_of(request)
    rates.count_address(request, "messages")
    rates.count_conversation(request, conversation.id)
    refuse_early(helpdesk, conversation, str(body.id))
    soon = helpdesk.backlog.expect_lately() < TOLD_FROM
    if soon and body.text and body.value is None and conversation.owner is not Owner.COORDINATOR:
        helpdesk.question_vectors.begin(body.text.strip())
    with helpdesk.database.transaction() as session:
        recorded = record_visitor_message(
            session, conversation.id, client_id=str(body.id), text=body.text or "", value=body.value
        )
        place = take_place(helpdesk, session, recorded)
    return AcceptedOut(
        message=MessageOut.of(recorded.message),
        owner=recorded.conversation.owner.value,
        duplicate=recorded.duplicate,
        place=place,
    )


@router.get(
    "/{conversation_id}/messages",
    summary="What was said, in order",
    responses=problems(401, 404, 422, 429),
)
def read(
    conversation: Own,
    request: Request,
    helpdesk: Desk,
    after: Annotated[int, Query(ge=0, le=LARGEST_SEQ, description="Only messages with a greater seq.")] = 0,
    since: Annotated[
        AwareDatetime | None, Query(description="The last answer's `as_of`: tells what was changed from then on.")
    ] = None,
) -> JSONResponse:
    rates_of(request).count_address(request, "readings")
    moment = helpdesk.clock()
    messages, now, edited = read_news(helpdesk, conversation.id, after, since)
    told = MessagesOut(
        messages=[MessageOut.of(one) for one in messages],
        owner=now.owner.value,
        edited=[MessageOut.of(one) for one in edited],
        as_of=moment,
    )
    return JSONResponse(told.model_dump(mode="json"), headers={"Cache-Control": "no-store"})


@router.get(
    "/{conversation_id}/events",
    summary="The same as they come (server-sent events)",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
        **problems(401, 404, 422),
    },
)
async def listen(
    conversation: Own,
    request: Request,
    helpdesk: Desk,
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[int, Query(ge=0, le=LARGEST_SEQ)] = 0,
    since: Annotated[AwareDatetime | None, Query()] = None,
) -> Response:
    """`message` events carry a message each, with its `seq` as the event's id; `owner` tells who has the
    conversation; `typing` that a coordinator is writing; `edited` carries a message with other words than before;
    `gone` that the conversation was erased. `since` tells first what was changed while nobody listened."""
    request.app.state.streams.admit(events.conversation_topic(conversation.id))
    if last_event_id and last_event_id.isdecimal() and int(last_event_id) <= LARGEST_SEQ:
        after = int(last_event_id)
    return respond_with_events(follow(request, helpdesk, conversation, after, since))


async def follow(
    request: Request, helpdesk: Helpdesk, conversation: ConversationView, after: int, since: datetime | None
) -> AsyncIterator[str]:
    topic, typing = events.conversation_topic(conversation.id), events.typing_topic(conversation.id)
    owner, looked_at, told = "", since or helpdesk.clock(), dict[str, str]()
    yield write_comment("welcome")
    with Listener(request.app.state.streams, helpdesk.broker, topic, typing) as listener:
        heard, silent = {topic}, 0
        while not listener.closing:
            if typing in heard:
                yield write_event("typing", {"author": Author.COORDINATOR.value})
            if heard - {typing} or (not heard and silent % LOOKS_UNASKED == 0):
                since, looked_at = looked_at, helpdesk.clock()
                try:
                    news, now, edited = await run_in_threadpool(read_news, helpdesk, conversation.id, after, since)
                except NotFound:
                    yield write_event("gone", {})
                    return
                for message in edited:
                    if told.get(message.id) != message.text:
                        told[message.id] = message.text
                        yield write_event("edited", MessageOut.of(message).model_dump(mode="json"))
                for message in news:
                    after = message.seq
                    yield write_event("message", MessageOut.of(message).model_dump(mode="json"), id=after)
                if now.owner.value != owner:
                    owner = now.owner.value
                    yield write_event("owner", {"owner": owner})
            heard = await listener.wait()
            silent = 0 if heard else silent + 1
            if not heard:
                yield write_comment()


def read_news(
    helpdesk: Helpdesk, conversation_id: str, after: int, since: datetime | None
) -> tuple[list[Message], ConversationView, list[Message]]:
    """The messages after that one; the conversation; and earlier messages that were changed since that moment."""
    with helpdesk.database.reading() as session:
        conversation = get_conversation(session, conversation_id)
        edited = list_edited(session, conversation_id, since - IN_FLIGHT) if since else []
        messages = list_messages(session, conversation_id, after=after, limit=PAGE)
        return messages, conversation, [one for one in edited if one.seq <= after]


def rates_of(request: Request) -> Rates:
    rates: Rates = request.app.state.rates
    return rates
