from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from handoff import api_tokens, audit, coordinators, identities, own_account, second_factor, sessions
from handoff.coordinators import NewAccount, SignedIn
from handoff.errors import IllegalMove, Invalid, Locked, NotAllowed, NotFound
from handoff.models.coordinator import ApiToken, Coordinator, CoordinatorSession
from handoff.views import Actor
from tests.handoff.world import World

Make = Callable[..., World]
ANNA = "anna@example.org"
NEW = "zilā krūze uz palodzes"


def add(
    world: World, email: str = "anna@example.org", role: str = "coordinator", *, token: bool = False
) -> NewAccount:
    with world.database.transaction() as session:
        return coordinators.add_coordinator(session, email=email, name="Anna", role=role, with_token=token)


def sign_in(
    world: World, password: str, *, email: str = ANNA, code: str | None = None, address: str = "192.0.2.1"
) -> SignedIn:
    return coordinators.sign_in_at(world.database, email=email, password=password, code=code, address=address)


def who(world: World, token: str) -> SignedIn:
    with world.database.reading() as session:
        return coordinators.actor_of_session(session, token)


def test_an_account_signs_in_with_its_one_time_password(world: World) -> None:
    account = add(world, "Anna@Example.org")
    signed = sign_in(world, account.password, email=" ANNA@example.ORG ")
    assert signed.must_change_password
    assert who(world, signed.session_token).actor == signed.actor


def test_wrong_password_and_unknown_address_are_the_same_answer(world: World) -> None:
    add(world)
    refusals = []
    for email in ("anna@example.org", "nobody@example.org"):
        with pytest.raises(NotAllowed) as refused:
            sign_in(world, "wrong", email=email)
        refusals.append((str(refused.value), refused.value.facts))
    assert refusals[0] == refusals[1]


def test_an_account_is_locked_after_five_wrong_tries_then_open_again(world: World) -> None:
    account = add(world)
    for _ in range(5):
        with pytest.raises(NotAllowed):
            sign_in(world, "wrong")
    with pytest.raises(Locked) as locked:
        sign_in(world, account.password, address="198.51.100.7")
    assert 0 < locked.value.retry_after <= 901
    world.clock.advance(seconds=locked.value.retry_after)
    assert sign_in(world, account.password).actor.email == "anna@example.org"


def test_guessing_in_parallel_gets_no_more_tries(world: World) -> None:
    account = add(world)

    def guess(number: int) -> str:
        try:
            sign_in(world, account.password if number == 11 else "wrong")
        except (NotAllowed, Locked) as refused:
            return refused.code
        return "in"

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(guess, range(12)))
    assert answers.count("not_allowed") == 5
    assert answers.count("locked") == 7


def test_one_transaction_signs_in_the_same(world: World) -> None:
    account = add(world)
    with world.database.transaction() as session:
        signed = coordinators.sign_in(
            session, email=ANNA, password=account.password, code=None, address="192.0.2.1"
        )
    assert who(world, signed.session_token).actor == signed.actor
    for _ in range(5):
        with pytest.raises(NotAllowed), world.database.transaction() as session:
            coordinators.sign_in(session, email=ANNA, password="wrong", code=None, address="192.0.2.1")
    with pytest.raises(Locked), world.database.transaction() as session:
        coordinators.sign_in(session, email=ANNA, password=account.password, code=None, address="192.0.2.1")


def test_unknown_accounts_lock_the_same(world: World) -> None:
    for _ in range(5):
        with pytest.raises(NotAllowed):
            sign_in(world, "wrong", email="nobody@example.org")
    with pytest.raises(Locked):
        sign_in(world, "wrong", email="nobody@example.org")


def test_an_address_is_locked_over_all_accounts(make_world: Make) -> None:
    world = make_world(most_failures_address=6)
    account = add(world)
    for number in range(6):
        with pytest.raises(NotAllowed):
            sign_in(world, "wrong", email=f"user{number}@example.org")
    with pytest.raises(Locked):
        sign_in(world, account.password)
    assert sign_in(world, account.password, address="198.51.100.7")


def test_a_success_forgets_the_failures_before_it(world: World) -> None:
    account = add(world)
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(NotAllowed):
                sign_in(world, "wrong")
        sign_in(world, account.password)


def test_a_session_in_use_asks_to_be_noted_once_a_minute(world: World) -> None:
    token = sign_in(world, add(world).password).session_token
    assert who(world, token).noted
    world.clock.advance(minutes=1)
    assert not who(world, token).noted
    with world.database.transaction() as session:
        sessions.note_use(session, token)
    assert who(world, token).noted


def test_a_session_ends_when_idle_when_old_and_when_signed_out(make_world: Make) -> None:
    world = make_world(session_idle=timedelta(hours=1), session_longest=timedelta(hours=5))
    account = add(world)
    idle = sign_in(world, account.password).session_token
    world.clock.advance(minutes=59)
    who(world, idle)
    world.clock.advance(minutes=1)
    with pytest.raises(NotAllowed):
        who(world, idle)
    used = sign_in(world, account.password).session_token
    for _ in range(5):
        world.clock.advance(minutes=59)
        with world.database.transaction() as session:
            sessions.note_use(session, used)
        who(world, used)
    world.clock.advance(minutes=6)
    with pytest.raises(NotAllowed):
        who(world, used)
    out = sign_in(world, account.password).session_token
    with world.database.transaction() as session:
        coordinators.sign_out(session, out)
    with pytest.raises(NotAllowed):
        who(world, out)


def test_tokens_and_passwords_are_kept_as_hashes_only(world: World) -> None:
    account = add(world, token=True)
    signed = sign_in(world, account.password)
    with world.database.reading() as session:
        kept = [
            *session.scalars(select(CoordinatorSession.digest)),
            *session.scalars(select(ApiToken.digest)),
            *session.scalars(select(Coordinator.password_hash)),
        ]
    assert account.token
    for secret in (account.password, account.token, signed.session_token):
        assert all(secret not in (held or "") for held in kept)
    assert any((held or "").startswith("$argon2id$") for held in kept)


def test_a_personal_token_names_its_holder_until_revoked(world: World) -> None:
    account = add(world, token=True)
    assert account.token
    with world.database.reading() as session:
        actor = coordinators.actor_of_token(session, account.token)
        (held,) = coordinators.list_tokens(session, actor.id)
    with world.database.transaction() as session:
        coordinators.revoke_token(session, actor, held.digest)
    with world.database.reading() as session, pytest.raises(NotAllowed):
        coordinators.actor_of_token(session, account.token)


def test_a_token_of_another_cannot_be_revoked(world: World) -> None:
    account = add(world, token=True)
    berta = world.coordinator("Berta")
    assert account.token
    with world.database.reading() as session:
        digest = coordinators.list_tokens(session, coordinators.actor_of_token(session, account.token).id)[
            0
        ].digest
    with world.database.transaction() as session, pytest.raises(NotFound):
        coordinators.revoke_token(session, berta, digest)


def test_a_token_expires(world: World) -> None:
    anna = world.coordinator("Anna")
    with world.database.transaction() as session:
        token = api_tokens.issue_token(
            session, anna.id, "script", by=anna.id, expires_at=world.clock.at.replace(day=25)
        )
    with world.database.reading() as session:
        assert coordinators.actor_of_token(session, token).id == anna.id
    world.clock.advance(days=1)
    with world.database.reading() as session, pytest.raises(NotAllowed):
        coordinators.actor_of_token(session, token)


def test_a_disabled_account_neither_signs_in_nor_goes_on(world: World) -> None:
    account = add(world, token=True)
    signed = sign_in(world, account.password)
    with world.database.transaction() as session:
        coordinators.disable_coordinator(session, "anna@example.org")
    with pytest.raises(NotAllowed):
        who(world, signed.session_token)
    with pytest.raises(NotAllowed):
        sign_in(world, account.password)
    assert account.token
    with world.database.reading() as session, pytest.raises(NotAllowed):
        coordinators.actor_of_token(session, account.token)


def test_the_last_administrator_stays(world: World) -> None:
    add(world, role="administrator")
    for change in (
        lambda session: coordinators.disable_coordinator(session, "anna@example.org"),
        lambda session: coordinators.change_role(session, "anna@example.org", "viewer", by="cli"),
    ):
        with pytest.raises(IllegalMove), world.database.transaction() as session:
            change(session)
    add(world, "berta@example.org", role="administrator")
    with world.database.transaction() as session:
        coordinators.disable_coordinator(session, "anna@example.org")


@pytest.mark.parametrize(
    ("email", "role"),
    [("anna", "coordinator"), ("a@b", "coordinator"), ("a b@c.lv", "coordinator"), ("ok@c.lv", "boss")],
)
def test_a_malformed_account_is_refused(world: World, email: str, role: str) -> None:
    with pytest.raises(Invalid):
        add(world, email, role)


def test_an_address_is_used_once(world: World) -> None:
    add(world)
    with pytest.raises(Invalid):
        add(world, "ANNA@example.org")


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("short", "too_short"),
        ("aaaaaaaaaaaaaa", "too_common"),
        ("Parole123456", "too_common"),
        ("x" * 201, "too_long"),
    ],
)
def test_a_weak_password_is_refused(world: World, new: str, reason: str) -> None:
    account = add(world)
    actor = sign_in(world, account.password).actor
    with pytest.raises(Invalid) as refused:
        own_account.change_password(world.database, actor, old=account.password, new=new, address="192.0.2.1")
    assert refused.value.facts["reason"] == reason


def test_a_changed_password_ends_other_sessions(world: World) -> None:
    account = add(world)
    other, own = sign_in(world, account.password), sign_in(world, account.password)
    own_account.change_password(
        world.database, own.actor, old=account.password, new=NEW, address="192.0.2.1", keep=own.session_token
    )
    assert not who(world, own.session_token).must_change_password
    with pytest.raises(NotAllowed):
        who(world, other.session_token)
    assert sign_in(world, NEW)


def set_up_factor(world: World, actor: Actor) -> tuple[pyotp.TOTP, list[str]]:
    with world.database.transaction() as session:
        secret, address = second_factor.begin(session, actor.id)
    assert address.startswith("otpauth://totp/")
    totp = pyotp.TOTP(secret)
    with world.database.transaction() as session:
        codes = second_factor.confirm(session, actor.id, totp.at(world.clock.at))
    return totp, codes


def test_a_second_factor_is_asked_for_once_confirmed(world: World) -> None:
    account = add(world)
    totp, _ = set_up_factor(world, sign_in(world, account.password).actor)
    world.clock.advance(minutes=1)
    with pytest.raises(NotAllowed) as refused:
        sign_in(world, account.password)
    assert refused.value.facts["reason"] == "code_needed"
    with pytest.raises(NotAllowed):
        sign_in(world, account.password, code="000000")
    code = totp.at(world.clock.at)
    assert sign_in(world, account.password, code=f" {code[:3]} {code[3:]} ")


def test_a_code_counts_once(world: World) -> None:
    account = add(world)
    totp, _ = set_up_factor(world, sign_in(world, account.password).actor)
    world.clock.advance(minutes=1)
    code = totp.at(world.clock.at)
    sign_in(world, account.password, code=code)
    with pytest.raises(NotAllowed):
        sign_in(world, account.password, code=code)


def test_a_recovery_code_counts_once(world: World) -> None:
    account = add(world)
    _, codes = set_up_factor(world, sign_in(world, account.password).actor)
    assert len(set(codes)) == 10
    sign_in(world, account.password, code=codes[0])
    with pytest.raises(NotAllowed):
        sign_in(world, account.password, code=codes[0])
    assert sign_in(world, account.password, code=codes[1])


def test_guessing_codes_locks_the_account(world: World) -> None:
    account = add(world)
    set_up_factor(world, sign_in(world, account.password).actor)
    for _ in range(5):
        with pytest.raises(NotAllowed):
            sign_in(world, account.password, code="000000")
    with pytest.raises(Locked):
        sign_in(world, account.password, code="000000")


def test_second_factors_are_sealed_with_the_installations_secret(make_world: Make) -> None:
    world = make_world(secret=b"of this installation")
    anna = world.coordinator("Anna")
    with world.database.transaction() as session:
        secret, _ = second_factor.begin(session, anna.id)
        kept = session.get_one(Coordinator, anna.id).totp_secret or ""
    assert secret not in kept
    elsewhere = make_world(secret=b"of another")
    with elsewhere.database.transaction() as session, pytest.raises(NotAllowed):
        second_factor.confirm(session, anna.id, "123456")


def test_an_identity_provider_binds_an_account_once(world: World) -> None:
    add(world)

    def come(subject: str, email: str | None, issuer: str = "https://idp.example") -> SignedIn:
        with world.database.transaction() as session:
            return identities.sign_in_subject(
                session, issuer=issuer, subject=subject, email=email, address="192.0.2.1"
            )

    signed = come("1", "Anna@example.org")
    assert signed.actor.email == ANNA
    assert not signed.must_change_password
    assert not who(world, signed.session_token).must_change_password
    assert come("1", None).actor == signed.actor
    for subject, email, issuer in (
        ("2", ANNA, "https://idp.example"),
        ("3", None, "https://idp.example"),
        ("1", None, "https://other.example"),
    ):
        with pytest.raises(NotAllowed):
            come(subject, email, issuer)
    with world.database.transaction() as session:
        identities.link_identity(session, ANNA, issuer="https://other.example", subject="1", by="cli")
    assert come("1", None, "https://other.example").actor == signed.actor
    with pytest.raises(NotAllowed):
        come("1", None)
    berta = add(world, "berta@example.org")
    with world.database.transaction() as session, pytest.raises(Invalid):
        identities.link_identity(session, berta.email, issuer="https://other.example", subject="1", by="cli")
    with world.database.transaction() as session:
        assert identities.unlink_identity(session, ANNA, by="cli")
        assert not identities.unlink_identity(session, ANNA, by="cli")
    with pytest.raises(NotAllowed):
        come("1", None, "https://other.example")


def test_a_disabled_account_does_not_come_in_by_the_provider(world: World) -> None:
    add(world)
    with world.database.transaction() as session:
        coordinators.disable_coordinator(session, ANNA)
    with world.database.transaction() as session, pytest.raises(NotAllowed):
        identities.sign_in_subject(session, issuer="https://idp.example", subject="1", email=ANNA, address="")


def test_a_long_name_of_an_identity_is_kept_short() -> None:
    told = identities.name_subject("https://idp.example/" + "a" * 200, "b" * 200)
    assert len(told) < 100
    assert told != identities.name_subject("https://idp.example/" + "a" * 200, "c" * 200)


def test_the_audit_trail_takes_nothing_back(world: World) -> None:
    add(world)
    with world.database.transaction() as session:
        audit.purge(session, world.clock.at.replace(year=2020))
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DELETE FROM audit_purges"):
        with pytest.raises(DBAPIError), world.database.transaction() as session:
            session.execute(text(statement))


def test_old_entries_go_by_retention_alone(world: World) -> None:
    add(world)
    world.clock.advance(days=400)
    with world.database.transaction() as session:
        assert audit.purge(session, world.clock.at) > 0
    with world.database.reading() as session:
        assert audit.list_entries(session) == []


def test_failed_and_successful_sign_ins_are_on_record(world: World) -> None:
    account = add(world)
    with pytest.raises(NotAllowed):
        sign_in(world, "wrong")
    sign_in(world, account.password)
    with world.database.reading() as session:
        actions = [entry.action for entry in audit.list_entries(session)]
        details = str([(entry.subject, entry.details, entry.actor) for entry in audit.list_entries(session)])
    assert actions[:2] == ["signed_in", "sign_in.failed"]
    assert "anna@" not in details
