"""A coordinator's own account: the password, the sessions, the tokens, the notifications."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from handoff import api_tokens, links, own_account, sessions
from handoff.errors import Invalid, Locked, NotAllowed, NotFound
from handoff.models.coordinator import Coordinator
from handoff.notifying import list_news, newest_notification, read_preferences
from handoff.views import Actor
from tests.handoff.accounts import NEW, add, sign_in, who
from tests.handoff.world import World

Make = Callable[..., World]
HOME = "192.0.2.1"


def change(world: World, actor: Actor, old: str, new: str = NEW) -> None:
    own_account.change_password(world.database, actor, old=old, new=new, address=HOME)


def test_guessing_the_old_password_is_held_up_and_the_sign_in_is_not(world: World) -> None:
    account = add(world)
    actor = sign_in(world, account.password).actor

    def guess(number: int) -> str:
        try:
            change(world, actor, f"wrong {number}")
        except (Invalid, Locked) as refused:
            return refused.code
        return "changed"

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(guess, range(8)))
    assert (told.count("invalid"), told.count("locked")) == (5, 3)
    with pytest.raises(Locked):
        change(world, actor, account.password)
    assert sign_in(world, account.password, address="198.51.100.7")
    world.clock.advance(minutes=16)
    change(world, actor, account.password)


def test_weak_choices_do_not_count_as_guesses(world: World) -> None:
    account = add(world)
    actor = sign_in(world, account.password).actor
    for _ in range(7):
        with pytest.raises(Invalid):
            change(world, actor, account.password, "short")
    change(world, actor, account.password)


def test_sessions_are_listed_and_ended_by_their_owner_alone(make_world: Make) -> None:
    world = make_world(session_idle=timedelta(hours=1))
    account = add(world)
    old = sign_in(world, account.password)
    world.clock.advance(minutes=61)
    other = sign_in(world, account.password)
    world.clock.advance(minutes=1)
    own = sign_in(world, account.password)
    with world.database.reading() as session:
        listed = own_account.list_own_sessions(session, own.actor, own.session_token)
    assert [one.current for one in listed] == [True, False]
    assert own.session_token not in {one.key for one in listed}
    stranger = world.coordinator("Berta")
    with pytest.raises(NotFound), world.database.transaction() as session:
        own_account.end_own_session(session, stranger, listed[1].key)
    who(world, other.session_token)
    with world.database.transaction() as session:
        own_account.end_own_session(session, own.actor, listed[1].key)
        assert own_account.end_other_sessions(session, own.actor, own.session_token) == 1
    for ended in (old, other):
        with pytest.raises(NotAllowed):
            who(world, ended.session_token)
    who(world, own.session_token)


def test_a_token_says_when_it_was_last_used_once_a_minute(world: World) -> None:
    anna = world.coordinator("Anna")
    with world.database.transaction() as session:
        token = own_account.issue_own_token(session, anna, " skripts ", None)

    def use() -> bool:
        with world.database.transaction() as session:
            noted = api_tokens.look_up(session, token).noted
            api_tokens.note_token_use(session, token)
        return noted

    def last() -> object:
        with world.database.reading() as session:
            (row,) = api_tokens.list_tokens(session, anna.id)
            return row.name, row.used_at

    assert last() == ("skripts", None)
    first = world.clock()
    assert not use()
    assert last() == ("skripts", first)
    world.clock.advance(seconds=59)
    assert use()
    assert last() == ("skripts", first)
    world.clock.advance(seconds=1)
    assert not use()
    assert last() == ("skripts", world.clock())


def test_a_token_needs_a_name_a_time_to_come_and_room(world: World) -> None:
    anna = world.coordinator("Anna")
    with world.database.transaction() as session:
        for name, expires in (("  ", None), ("x", world.clock())):
            with pytest.raises(Invalid):
                own_account.issue_own_token(session, anna, name, expires)
        for number in range(own_account.MOST_TOKENS):
            own_account.issue_own_token(session, anna, str(number), world.clock() + timedelta(days=1))
        with pytest.raises(Invalid) as refused:
            own_account.issue_own_token(session, anna, "x", None)
    assert refused.value.facts["reason"] == "too_many_tokens"


def test_saving_how_one_is_told_keeps_the_chat_linked(world: World) -> None:
    anna = world.coordinator("Anna")
    with world.database.transaction() as session:
        links.redeem_link_code(session, links.make_link_code(session, anna.id), "77")
    with world.database.transaction() as session:
        own_account.set_preferences(session, anna, {"email": [], "telegram_chat": "12", "quiet": None})
    with world.database.reading() as session:
        kept = read_preferences(session.get_one(Coordinator, anna.id))
    assert (kept.telegram_chat, kept.email, kept.quiet) == ("77", (), None)
    with world.database.transaction() as session:
        assert own_account.unlink_own_chat(session, anna)
        assert not own_account.unlink_own_chat(session, anna)
        assert links.find_linked(session, "77") is None
    with world.database.reading() as session:
        assert read_preferences(session.get_one(Coordinator, anna.id)).telegram_chat is None


def test_the_screen_shows_what_is_wanted_new_and_not_in_quiet_hours(world: World) -> None:
    anna = world.coordinator("Anna")
    with world.database.reading() as session:
        assert newest_notification(session, anna.id) == 0
    world.ask_person()

    def news(after: int = 0) -> list[str]:
        with world.database.reading() as session:
            return [row.kind for row in list_news(session, anna.id, after)]

    assert news() == ["opened"]
    with world.database.reading() as session:
        newest = newest_notification(session, anna.id)
    assert news(newest) == []
    for told, expected in (({"browser": ["mention"]}, []), ({"quiet": ["09:00", "12:00"]}, []), ({}, ["opened"])):
        with world.database.transaction() as session:
            own_account.set_preferences(session, anna, told)
        assert news() == expected


def test_a_session_noted_by_another_is_not_ended_by_a_key_made_up(world: World) -> None:
    actor = sign_in(world, add(world).password).actor
    with pytest.raises(NotFound), world.database.transaction() as session:
        own_account.end_own_session(session, actor, "0" * 64)
    with world.database.reading() as session:
        assert len(sessions.list_sessions(session, actor.id)) == 1
