"""Another address for an account: with proof of who asks, confirmed by a note that is good once."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from sqlalchemy import select

from handoff import email_change, second_factor, sessions
from handoff.coordinators import disable_coordinator, reset_password
from handoff.errors import Invalid, Locked, NotAllowed, NotFound
from handoff.models.audit import AuditEntry
from handoff.models.coordinator import Coordinator
from handoff.proving import Proof, prove
from handoff.views import Actor
from tests.handoff.accounts import add, sign_in
from tests.handoff.world import World

Make = Callable[..., World]
NEWER = "anna.jauna@example.org"
HOME = "192.0.2.1"


@pytest.fixture
def world(make_world: Make) -> World:
    """An installation with a secret, by which notes are sealed."""
    return make_world(secret=b"s" * 40)


@pytest.fixture
def anna(world: World) -> Actor:
    return sign_in(world, add(world).password).actor


def ask(world: World, actor: Actor, account: str | None = None, email: str = NEWER) -> str:
    with world.database.transaction() as session:
        change = email_change.ask(session, actor, account or actor.id, email)
        return email_change.seal_change(session, change)


def confirm(world: World, token: str) -> None:
    with world.database.transaction() as session:
        email_change.apply_change(session, email_change.read_change(session, token))


def email_of(world: World, actor: Actor) -> str:
    with world.database.reading() as session:
        return session.get_one(Coordinator, actor.id).email


def acts(world: World) -> list[str]:
    with world.database.reading() as session:
        return [row.action for row in session.scalars(select(AuditEntry)) if row.action.startswith("email")]


def test_the_address_is_the_old_one_until_the_note_is_shown_and_the_note_is_good_once(
    world: World, anna: Actor
) -> None:
    before = email_of(world, anna)
    token = ask(world, anna, email=f" {NEWER.upper()} ")
    assert email_of(world, anna) == before
    confirm(world, token)
    assert email_of(world, anna) == NEWER
    assert acts(world) == ["email.asked", "email.changed"]
    with pytest.raises(NotFound):
        confirm(world, token)


def test_a_note_is_worth_nothing_after_a_day_or_another_password(world: World, anna: Actor) -> None:
    late, changed = ask(world, anna), ask(world, anna)
    world.clock.advance(hours=25)
    with pytest.raises(NotFound):
        confirm(world, late)
    changed = ask(world, anna)
    with world.database.transaction() as session:
        reset_password(session, anna.email)
    with pytest.raises(NotFound):
        confirm(world, changed)
    with pytest.raises(NotFound):
        confirm(world, "gAAAAA" + "x" * 100)


def test_an_administrator_changes_anybodys_and_others_only_their_own(world: World, anna: Actor) -> None:
    boss = world.coordinator("Vija", role="administrator")
    other = world.coordinator("Juris")
    with pytest.raises(NotAllowed):
        ask(world, anna, other.id)
    token = ask(world, boss, other.id)
    confirm(world, token)
    assert email_of(world, other) == NEWER


def test_what_an_administrator_asked_ends_with_the_administrator(world: World) -> None:
    boss, other = world.coordinator("Vija", role="administrator"), world.coordinator("Juris")
    world.coordinator("Zane", role="administrator")
    token = ask(world, boss, other.id)
    with world.database.transaction() as session:
        disable_coordinator(session, boss.email)
    with pytest.raises(NotFound):
        confirm(world, token)


@pytest.mark.parametrize(
    ("email", "reason"), [("zane", "malformed"), ("juris@example.org", "known"), ("anna@example.org", "same")]
)
def test_an_address_that_cannot_be_is_refused(world: World, anna: Actor, email: str, reason: str) -> None:
    world.coordinator("Juris")
    with pytest.raises(Invalid) as refused:
        ask(world, anna, email=email)
    assert refused.value.facts["reason"] == reason


def test_an_address_taken_meanwhile_is_not_taken_away(world: World, anna: Actor) -> None:
    other = world.coordinator("Juris")
    mine, theirs = ask(world, anna), ask(world, other)
    confirm(world, theirs)
    with pytest.raises(Invalid):
        confirm(world, mine)
    assert email_of(world, other) == NEWER


def test_the_proof_is_the_password_and_the_code_and_guessing_is_held_up(world: World, anna: Actor) -> None:
    def show(password: str | None, code: str = "") -> None:
        prove(world.database, anna, Proof(password, code, HOME))

    password = reset(world, anna)
    show(password)
    with world.database.transaction() as session:
        secret, _ = second_factor.begin(session, anna.id)
        code = pyotp.TOTP(secret).at(world.clock.at)
        recovery = second_factor.confirm(session, anna.id, code)
    with pytest.raises(NotAllowed):
        show(password)
    show(password, recovery[0])
    with pytest.raises(NotAllowed):
        show(password, recovery[0])
    show(None, recovery[1])
    for _ in range(3):
        with pytest.raises(Invalid):
            show("nepareiza")
    with pytest.raises(Locked):
        show(password, recovery[2])
    world.clock.advance(hours=1)
    show(password, recovery[2])


def reset(world: World, actor: Actor) -> str:
    with world.database.transaction() as session:
        return reset_password(session, actor.email)


def test_the_new_address_signs_in_and_the_old_does_not(world: World) -> None:
    account = add(world)
    anna = sign_in(world, account.password).actor
    confirm(world, ask(world, anna))

    def enter(email: str) -> str:
        with world.database.transaction() as session:
            return sessions.sign_in(
                session, email=email, password=account.password, code=None, address=HOME
            ).actor.email

    assert enter(NEWER) == NEWER
    with pytest.raises(NotAllowed):
        enter(anna.email)
