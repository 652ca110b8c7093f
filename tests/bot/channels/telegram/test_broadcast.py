"""A broadcast cut short goes on: nobody is told twice, nobody is missed, and no conversation waits behind it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.announcer import Announcer
from bot.channels.telegram.people import ensure_conversation
from bot.helpdesk import Helpdesk, Knowledge
from handoff.notices import Wish
from handoff.subscriptions import subscribe
from tests.bot.channels.telegram.rig import HandClock, Rig
from tests.telegram_api import TelegramApi

FIRST, SUBSCRIBERS = 50_000, 240
NEWS = "Jaunais konkurss visiem"


def add_subscribers(helpdesk: Helpdesk, api: TelegramApi, count: int) -> None:
    """Each with a conversation whose greeting has been delivered long ago."""
    for start in range(0, count, 100):
        with helpdesk.database.transaction() as session:
            for chat in range(FIRST + start, FIRST + min(start + 100, count)):
                api.chat(chat)
                add_subscriber(session, chat)


def add_subscriber(session: Any, chat: int) -> None:
    from sqlalchemy import update

    from handoff.models.outbox import Outgoing

    conversation = ensure_conversation(session, chat, "lv")
    session.execute(update(Outgoing).where(Outgoing.address == str(chat)).values(state="sent"))
    subscribe(
        session,
        Wish(),
        channel="telegram",
        address=str(chat),
        locale="lv",
        conversation_id=conversation.id,
    )


def publish(helpdesk: Helpdesk) -> None:
    knowledge = helpdesk.knowledge
    first = knowledge.catalogue.calls[0]
    deadline = helpdesk.clock() + timedelta(days=60)
    news = replace(first, id="visiem", title=NEWS, deadlines=(deadline,))
    catalogue = replace(knowledge.catalogue, calls=(*knowledge.catalogue.calls, news))
    helpdesk.knowledge = Knowledge(catalogue, knowledge.retriever)


def counts(api: TelegramApi, count: int) -> list[int]:
    """How often each was told."""
    chats = [api.chat(chat) for chat in range(FIRST, FIRST + count)]
    return [sum(NEWS in text for text in chat.texts) for chat in chats]


def test_a_broadcast_survives_restarts(helpdesk: Helpdesk, api: TelegramApi, clock: HandClock) -> None:
    announcer = Announcer(helpdesk)
    announcer.observe()
    add_subscribers(helpdesk, api, SUBSCRIBERS)
    clock.move(days=1)
    publish(helpdesk)
    announcer.observe()
    rig = Rig(helpdesk, api, answers=False)
    for reached in (40, 120):
        with rig:
            announcer.tell_some()
            announcer.tell_some()
            api.wait_for(lambda reached=reached: sum(counts(api, SUBSCRIBERS)) >= reached)
    with rig:
        while announcer.tell_some():
            pass
        api.wait_for(lambda: not rig.waiting())
    assert counts(api, SUBSCRIBERS) == [1] * SUBSCRIBERS


def test_a_batch_that_fails_tells_nobody_and_is_made_again(
    helpdesk: Helpdesk, api: TelegramApi, clock: HandClock
) -> None:
    announcer = Announcer(helpdesk)
    announcer.observe()
    add_subscribers(helpdesk, api, 10)
    clock.move(days=1)
    publish(helpdesk)
    announcer.observe()
    told: list[int] = []
    tell = announcer._tell

    def fails_at_the_seventh(session: Any, subscriber: Any, notices: Any) -> None:
        told.append(subscriber.id)
        if len(told) == 7:
            raise RuntimeError("the power went")
        tell(session, subscriber, notices)

    announcer._tell = fails_at_the_seventh  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="the power went"):
        announcer.tell_some()
    with Rig(helpdesk, api, answers=False) as rig:
        assert rig.waiting() == 0
        while announcer.tell_some():
            pass
        api.wait_for(lambda: not rig.waiting())
    assert counts(api, 10) == [1] * 10
