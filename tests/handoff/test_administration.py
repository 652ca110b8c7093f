"""Administrators' work: accounts, closures, and nobody locked out by a slip."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from handoff import administration, audit, requests, second_factor, sessions
from handoff.administration import Changes
from handoff.errors import Invalid, Locked, NotAllowed, NotFound
from handoff.views import Actor
from tests.handoff.world import World

ACTS = {
    name: act
    for name, act in vars(administration).items()
    if inspect.isfunction(act)
    and act.__module__ == administration.__name__
    and "actor" in inspect.signature(act).parameters
    and name != "find_other"
}


def make(role: str = "coordinator", **changed: Any) -> Changes:
    return Changes(**{"name": "Zane", "role": role, "locale": "lv", "skills": [], "most_open": 10, **changed})


def do(world: World, act: Callable[..., Any], *given: Any, **more: Any) -> Any:
    with world.database.transaction() as session:
        return act(session, *given, **more)


@pytest.fixture
def boss(world: World) -> Actor:
    return world.coordinator("Vija", "administrator")


@pytest.mark.parametrize("name", ACTS)
def test_every_act_is_for_administrators(world: World, name: str) -> None:
    target = world.coordinator("Mārtiņš")
    signature = inspect.signature(ACTS[name])
    given = {
        one.name: target.id if one.name == "account_id" else None
        for one in signature.parameters.values()
        if one.name not in ("session", "actor") and one.default is one.empty
    }
    for role in ("coordinator", "editor", "viewer"):
        actor = world.coordinator(role.capitalize(), role)
        with pytest.raises(NotAllowed), world.database.transaction() as session:
            ACTS[name](session, actor, **given)


def test_a_new_account_has_a_one_time_password_and_its_themes(world: World, boss: Actor) -> None:
    given = make("editor", skills=["health", "ageing"], locale="en", most_open=3)
    made_id, account = do(world, administration.add_account, boss, "Zane@Example.org", given)
    kept = do(world, administration.get_account, boss, made_id)
    assert (kept.email, kept.name, kept.role, kept.locale) == ("zane@example.org", "Zane", "editor", "en")
    assert (kept.skills, kept.most_open, kept.must_change_password) == (("ageing", "health"), 3, True)
    entered = sign_in(world, account.email, account.password)
    assert entered.must_change_password
    with pytest.raises(Invalid) as refused:
        do(world, administration.add_account, boss, "zane@example.org", given)
    assert refused.value.facts["reason"] == "known"


def sign_in(world: World, email: str, password: str, code: str | None = None) -> Any:
    return sessions.sign_in_at(world.database, email=email, password=password, code=code, address="192.0.2.1")


def test_what_is_changed_is_named_on_record_and_nothing_else(world: World, boss: Actor) -> None:
    anna = world.coordinator("Anna")
    for _ in range(2):
        do(world, administration.change_account, boss, anna.id, make(name="Anna Z.", most_open=4))
    with world.database.reading() as session:
        (entry,) = audit.list_entries(session, action="coordinator.changed")
    assert (entry.actor, entry.subject) == (boss.id, f"coordinator:{anna.id}")
    assert entry.details == {"fields": ["name", "most_open"]}
    with pytest.raises(Invalid):
        do(world, administration.change_account, boss, anna.id, make(name="  "))


def test_a_deactivated_colleagues_requests_go_where_they_are_sent(world: World, boss: Actor) -> None:
    anna, berta = world.coordinator("Anna"), world.coordinator("Berta")
    first, second = world.ask_person().number, world.ask_person().number
    for number in (first, second):
        world.claim(anna, number)
    with world.database.transaction() as session:
        requests.wait_for_visitor(session, anna, second)
    assert do(world, administration.get_account, boss, anna.id).open_requests == 2
    for wrong in (anna.email, "nobody@example.org"):
        with pytest.raises(Invalid):
            do(world, administration.deactivate_account, boss, anna.id, to=wrong)
    do(world, administration.deactivate_account, boss, anna.id, to=berta.email)
    assert [world.request(number).assignee for number in (first, second)] == [berta.email] * 2
    do(world, administration.deactivate_account, boss, berta.id)
    assert [world.request(number).state for number in (first, second)] == ["new"] * 2


def test_who_becomes_a_viewer_keeps_no_request(world: World, boss: Actor) -> None:
    anna = world.coordinator("Anna")
    number = world.ask_person().number
    world.claim(anna, number)
    do(world, administration.change_account, boss, anna.id, make("viewer", name="Anna"))
    assert (world.request(number).state, world.request(number).assignee) == ("new", None)


def test_nobody_takes_their_own_way_in_away(world: World, boss: Actor) -> None:
    world.coordinator("Otra", "administrator")
    for act in ("deactivate_account", "activate_account", "reset_password", "reset_second_factor"):
        with pytest.raises(NotAllowed) as refused:
            do(world, ACTS[act], boss, boss.id)
        assert refused.value.facts["reason"] == "own_account"
    with pytest.raises(NotAllowed):
        do(world, administration.change_account, boss, boss.id, make("viewer"))
    do(world, administration.change_account, boss, boss.id, make("administrator", name="Vija V."))
    assert do(world, administration.get_account, boss, boss.id).name == "Vija V."


def test_an_administrator_is_always_left(world: World, boss: Actor) -> None:
    """Two who take each other's role: the second is refused by what the first has done."""
    other = world.coordinator("Otra", "administrator")
    do(world, administration.change_account, boss, other.id, make("editor", name="Otra"))
    with pytest.raises(Exception, match="last administrator"):
        do(world, administration.deactivate_account, other, boss.id)


def test_resetting_opens_a_locked_account_and_ends_its_sessions(world: World, boss: Actor) -> None:
    made_id, account = do(world, administration.add_account, boss, "zane@example.org", make())
    entered = sign_in(world, account.email, account.password)
    for _ in range(world.database.settings.most_failures):
        with pytest.raises(NotAllowed):
            sign_in(world, account.email, "nepareiza parole")
    with pytest.raises(Locked):
        sign_in(world, account.email, account.password)
    until = do(world, administration.get_account, boss, made_id).locked_until
    assert until == world.clock() + world.database.settings.locked_for
    do(world, administration.unlock_account, boss, made_id)
    assert do(world, administration.get_account, boss, made_id).locked_until is None
    assert sign_in(world, account.email, account.password)
    fresh = do(world, administration.reset_password, boss, made_id)
    with pytest.raises(NotAllowed):
        do(world, sessions.actor_of_session, entered.session_token)
    assert sign_in(world, account.email, fresh).must_change_password


def test_a_lost_telephone_is_forgotten_and_its_sessions_end(world: World, boss: Actor) -> None:
    made_id, account = do(world, administration.add_account, boss, "zane@example.org", make())
    entered = sign_in(world, account.email, account.password)
    do(world, second_factor.begin, made_id)
    do(world, administration.reset_second_factor, boss, made_id)
    assert not do(world, administration.get_account, boss, made_id).second_factor
    with pytest.raises(NotAllowed):
        do(world, sessions.actor_of_session, entered.session_token)


def test_an_account_in_use_again_gets_a_new_password(world: World, boss: Actor) -> None:
    made_id, account = do(world, administration.add_account, boss, "zane@example.org", make())
    do(world, administration.deactivate_account, boss, made_id)
    with pytest.raises(NotAllowed):
        sign_in(world, account.email, account.password)
    fresh = do(world, administration.activate_account, boss, made_id)
    with pytest.raises(NotAllowed):
        sign_in(world, account.email, account.password)
    assert sign_in(world, account.email, fresh).must_change_password


def test_a_day_off_moves_what_is_due_and_moves_it_back(world: World, boss: Actor) -> None:
    number = world.ask_person().number
    today = world.clock().date()
    before = world.request(number).due_at
    closure = do(world, administration.add_closure, boss, today, today + timedelta(days=1), reason_lv="Mācības")
    later = world.request(number).due_at
    assert before
    assert later
    assert later - before > timedelta(hours=40)
    do(world, administration.remove_closure, boss, closure)
    assert world.request(number).due_at == before
    with pytest.raises(NotFound):
        do(world, administration.remove_closure, boss, closure)
    with pytest.raises(Invalid):
        do(world, administration.add_closure, boss, date(2020, 1, 1), date(2020, 1, 2))
