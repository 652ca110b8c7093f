"""Subscriptions and the round that tells them, on both databases."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from handoff.broadcast import Watch, observe_calls, tell_batch
from handoff.errors import Invalid, NotFound
from handoff.messages import Draft, Effect, MessageKind
from handoff.models.subscription import GivenNotice
from handoff.notices import Notice, NoticeKind, Wish
from handoff.subscriptions import (
    MOST,
    Subscribed,
    SubscriberView,
    end_all,
    end_subscription,
    find_subscriber,
    list_subscriptions,
    set_days,
    subscribe,
)
from knowledge.call import FundingCall
from knowledge.vocabulary import load_vocabularies
from tests.handoff.test_notices import call
from tests.handoff.world import World

T = "telegram"


def add(world: World, address: str = "7", wish: Wish = Wish()) -> Subscribed:
    with world.database.transaction() as session:
        return subscribe(session, wish, channel=T, address=address, locale="lv")


def tell(world: World, *calls: FundingCall) -> list[tuple[str, NoticeKind]]:
    """One day's round; who was told of what."""
    told: list[tuple[str, NoticeKind]] = []

    def note(_: Any, subscriber: SubscriberView, notices: Sequence[Notice]) -> None:
        told.extend((subscriber.address, notice.kind) for notice in notices)

    watched = Watch({one.id: one for one in calls}, load_vocabularies()["region"], ZoneInfo("Europe/Riga"))
    with world.database.transaction() as session:
        observe_calls(session, calls)
    count = 1
    while count:
        with world.database.transaction() as session:
            count = tell_batch(session, watched, note, channels=[T], limit=2)
    return told


def test_the_same_wish_is_held_once(world: World) -> None:
    assert add(world).created
    assert not add(world).created
    assert add(world, wish=Wish(theme="ageing")).created


def test_there_is_a_limit(world: World) -> None:
    for number in range(MOST):
        add(world, wish=Wish(call_id=str(number)))
    with pytest.raises(Invalid):
        add(world)


def test_only_their_own_can_be_ended(world: World) -> None:
    mine = add(world).subscription
    add(world, "8")
    with world.database.transaction() as session:
        with pytest.raises(NotFound):
            end_subscription(session, T, "8", mine.id)
        end_subscription(session, T, "7", mine.id)
        assert list_subscriptions(session, T, "7") == []


def test_ending_all_and_beginning_again(world: World) -> None:
    add(world)
    with world.database.transaction() as session:
        assert end_all(session, T, "7", reason="blocked") == 1
    assert add(world).created
    world.clock.advance(days=1)
    assert tell(world, call()) == []


def test_days_must_be_offered_ones(world: World) -> None:
    add(world)
    with world.database.transaction() as session:
        with pytest.raises(Invalid):
            set_days(session, T, "7", {3})
        set_days(session, T, "7", {1})
        found = find_subscriber(session, T, "7")
    assert found is not None
    assert found.days == (1,)


def test_the_first_look_at_calls_is_no_news(world: World) -> None:
    add(world)
    assert tell(world, call()) == []


def test_each_is_told_once_however_often_the_round_is_made(world: World) -> None:
    tell(world, call())
    for address in ("1", "2", "3", "4", "5"):
        add(world, address)
    world.clock.advance(days=1)
    new = call(id="jauns")
    assert sorted(tell(world, call(), new)) == [(address, NoticeKind.NEW) for address in "12345"]
    assert tell(world, call(), new) == []
    world.clock.advance(days=1)
    assert tell(world, call(), new) == []


def test_unconfirmed_ones_are_not_told(world: World) -> None:
    tell(world, call())
    with world.database.transaction() as session:
        subscribe(session, Wish(), channel="email", address="a@example.lv", locale="lv", confirmed=False)
    world.clock.advance(days=1)
    assert tell(world, call(), call(id="jauns")) == []


def test_what_cannot_be_told_does_not_count_as_told(world: World) -> None:
    tell(world, call())
    with world.database.transaction() as session:
        subscribe(session, Wish(), channel="email", address="a@example.lv", locale="lv")
    world.clock.advance(days=1)
    assert tell(world, call(), call(id="jauns")) == []
    with world.database.reading() as session:
        assert session.scalars(select(GivenNotice)).all() == []


def test_a_turn_is_answered_even_if_there_is_no_room_for_another_wish(world: World) -> None:
    talk = world.visitor(T, "7")
    for number in range(MOST):
        add(world, wish=Wish(call_id=str(number)))
    world.say(talk)
    told = world.answer(Draft(MessageKind.TEXT, "abonēts", "lv", effect=Effect("subscribe", {"theme": "ageing"})))
    assert [message.text for message in told] == ["subscriptions_full"]
    with world.database.reading() as session:
        assert len(list_subscriptions(session, T, "7")) == MOST
