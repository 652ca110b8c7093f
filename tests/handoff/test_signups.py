"""Subscribing by e-mail: confirmed by the owner of the address or not at all, on both databases."""

from __future__ import annotations

from threading import Thread

import pytest
from sqlalchemy import select

from handoff import outbox, retention, signups
from handoff.addresses import name_mailbox, take_address
from handoff.by_address import count_address, export_address, forget_address
from handoff.errors import HandoffError, Invalid, NotFound
from handoff.models.outbox import Outgoing
from handoff.models.signup import SignUp
from handoff.models.subscription import Subscriber
from handoff.notices import Wish
from handoff.signups import CHANNEL, LETTERS, Choice
from handoff.subscriptions import (
    Subscribed,
    SubscriberView,
    end_all,
    find_subscriber,
    list_subscriptions,
    subscribe,
)
from tests.handoff.world import World

ANNA = "anna@example.org"
AGEING = Wish(theme="ageing")


def begin(world: World, address: str = ANNA, wish: Wish = AGEING) -> str | None:
    with world.database.transaction() as session:
        return signups.begin(session, address, Choice(wish, (7, 1), weekly=True), "lv")


def token_for(world: World, address: str = ANNA, wish: Wish = AGEING) -> str:
    token = begin(world, address, wish)
    assert token
    return token


def confirm(world: World, token: str) -> Subscribed:
    with world.database.transaction() as session:
        return signups.confirm(session, token)


def subscriber(world: World, address: str = ANNA) -> SubscriberView | None:
    with world.database.reading() as session:
        return find_subscriber(session, CHANNEL, address)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Anna@Example.ORG ", "anna@example.org"),
        ("jānis@example.org", None),
        ("anna@pašvaldība.lv", "anna@xn--pavaldba-fjb94c.lv"),
        ("anna@example", None),
        ("anna@example..org", None),
        ("anna@@example.org", None),
        ("a b@example.org", None),
        ("anna@example.org\r\nBcc: all@example.org", None),
        (f"{'a' * 65}@example.org", None),
        (f"anna@{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 63}.org", None),
        ("anna@127.0.0.1", None),
    ],
)
def test_an_address_is_kept_in_one_way_or_refused(written: str, kept: str | None) -> None:
    try:
        assert take_address(written) == kept
    except Invalid:
        assert kept is None


def test_letters_with_a_plus_go_to_one_mailbox() -> None:
    assert name_mailbox("anna+konkursi@example.org") == name_mailbox(ANNA)
    assert name_mailbox("anna@example.com") != name_mailbox(ANNA)


def test_nobody_is_subscribed_before_they_confirm(world: World) -> None:
    token = token_for(world)
    assert subscriber(world) is None
    told = confirm(world, token)
    assert told.created
    known = subscriber(world)
    assert known
    assert (known.confirmed, known.days, known.weekly) == (True, (7, 1), True)


def test_only_a_digest_of_the_token_is_kept(world: World) -> None:
    token = token_for(world)
    with world.database.reading() as session:
        row = session.scalars(select(SignUp)).one()
        assert token not in {str(getattr(row, column.key)) for column in SignUp.__table__.columns}


def test_a_link_confirms_once_and_forgets_the_address(world: World) -> None:
    token = token_for(world)
    confirm(world, token)
    with pytest.raises(NotFound):
        confirm(world, token)
    with world.database.reading() as session:
        assert signups.find(session, token).used
        assert session.scalars(select(SignUp.address)).all() == [""]
        assert len(list_subscriptions(session, CHANNEL, ANNA)) == 1


def test_an_old_link_and_an_invented_one_confirm_nothing(world: World) -> None:
    token = token_for(world)
    world.clock.advance(hours=49)
    for wrong in (token, "x" * 32, ""):
        with pytest.raises(NotFound):
            confirm(world, wrong)
        with world.database.reading() as session, pytest.raises(NotFound):
            signups.find(session, wrong)
    assert subscriber(world) is None


def test_a_link_pressed_twice_at_once_confirms_once(world: World) -> None:
    tokens = [token_for(world), token_for(world, wish=Wish(theme="youth"))]
    told: list[bool] = []

    def press(token: str) -> None:
        try:
            told.append(confirm(world, token).created)
        except HandoffError:
            told.append(False)

    presses = [Thread(target=press, args=(token,)) for token in tokens * 2]
    for press_ in presses:
        press_.start()
    for press_ in presses:
        press_.join()
    assert sorted(told) == [False, False, True, True]
    with world.database.reading() as session:
        assert len(session.scalars(select(Subscriber)).all()) == 1


def test_a_mailbox_gets_few_letters_a_day_however_often_it_is_named(world: World) -> None:
    made = [begin(world, f"anna+{number}@example.org") for number in range(LETTERS + 3)]
    assert sum(token is not None for token in made) == LETTERS
    assert begin(world, "berta@example.org")
    world.clock.advance(hours=25)
    assert begin(world)


def test_confirming_letters_does_not_buy_more_of_them(world: World) -> None:
    for _ in range(LETTERS):
        confirm(world, token_for(world))
    assert begin(world) is None


def test_unconfirmed_addresses_are_deleted_after_a_week(world: World) -> None:
    token_for(world)
    confirm(world, token_for(world, "berta@example.org"))
    world.clock.advance(days=8)
    report = retention.apply(world.database)
    assert report.deleted["sign_ups"] == 2
    assert {kind.name: kind.due for kind in report.kinds}["sign_ups"] == 2
    with world.database.reading() as session:
        assert not session.scalars(select(SignUp)).all()
    assert subscriber(world, "berta@example.org")


def test_an_address_that_cannot_be_reached_is_forgotten_in_time(world: World) -> None:
    confirm(world, token_for(world))
    with world.database.transaction() as session:
        end_all(session, CHANNEL, ANNA, reason="no_mailbox")
        subscribe(session, AGEING, channel="telegram", address="7", locale="lv")
        end_all(session, "telegram", "7", reason="blocked")
    world.clock.advance(days=29)
    assert retention.apply(world.database).deleted["subscribers"] == 0
    world.clock.advance(days=2)
    assert retention.apply(world.database).deleted["subscribers"] == 1
    assert subscriber(world) is None


def test_everything_of_an_address_is_given_out_and_taken_away(world: World) -> None:
    confirm(world, token_for(world))
    token_for(world, wish=Wish(theme="youth"))
    with world.database.transaction() as session:
        outbox.put(session, CHANNEL, ANNA, "news", "n1", {"text": "jaunumi"})
        outbox.put(session, CHANNEL, ANNA, "notification", "n2", {"text": "pieteikums"})
        told = export_address(session, " Anna@example.org")
        assert told
        assert told["subscriber"]["subscriptions"][0]["theme"] == "ageing"
        assert told["sign_ups"][0]["theme"] == "youth"
        assert count_address(session, ANNA) == 2
    with world.database.transaction() as session:
        assert forget_address(session, ANNA) == 2
    with world.database.transaction() as session:
        assert forget_address(session, ANNA) == 0
        assert export_address(session, ANNA) is None
        rows = {row.kind: (row.state, row.address, row.payload) for row in session.scalars(select(Outgoing))}
    assert rows["news"] == ("cancelled", "", {})
    assert rows["notification"][:2] == ("waiting", ANNA)


def test_what_is_no_address_names_nobody(world: World) -> None:
    confirm(world, token_for(world))
    with world.database.transaction() as session:
        assert forget_address(session, "") == 0
        assert count_address(session, "29 123 456") == 0
        assert export_address(session, "anna") is None
    assert subscriber(world)


def test_a_spent_letter_keeps_no_link(world: World) -> None:
    with world.database.transaction() as session:
        outbox.put(session, CHANNEL, ANNA, "confirmation", "c1", {"text": "https://…/token"})
    with world.database.transaction() as session:
        (row,) = outbox.lease_deliveries(session, [CHANNEL])
        outbox.mark_failed(session, row, "busy", permanent=False)
    world.clock.advance(minutes=5)
    with world.database.transaction() as session:
        (row,) = outbox.lease_deliveries(session, [CHANNEL])
        assert row.payload
        outbox.mark_sent(session, row)
    with world.database.reading() as session:
        assert session.scalars(select(Outgoing.payload)).all() == [{}]
