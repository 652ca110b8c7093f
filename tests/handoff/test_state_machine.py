"""Visitors, the bot, two coordinators, workers that die and time, in any order: what must always hold does."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff import outbox, requests
from handoff.database import Database
from handoff.errors import AlreadyClaimed, IllegalMove, NotFound, StaleEpoch
from handoff.messages import Author, Draft, Effect, Message, MessageKind
from handoff.models.conversation import Conversation, OwnerChange
from handoff.models.message import MessageRow, TurnRow
from handoff.models.outbox import Outgoing
from handoff.models.request import Request, RequestEvent
from handoff.outbox import Delivery
from handoff.settings import HandoffSettings
from handoff.sweeping import sweep
from handoff.views import Actor, Owner, Turn
from tests.handoff.conftest import ENGINES
from tests.handoff.world import ClockInHand, World, handoff, text

RULES = HandoffSettings(take_back_minutes=30, escalate_minutes=10, stranded_minutes=5)
PEOPLE = st.integers(0, 1)
TALKS = st.integers(0, 1)


class Handoff(RuleBasedStateMachine):
    """Two conversations, one on the web and one in a chat. `said` is what was acknowledged, by conversation."""

    url: str
    template: Path | None

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="handoff-machine-"))
        self.clock = ClockInHand()
        self.world = World(Database(self.make_url(), self.clock, RULES), self.clock)
        # Rows of one instant are taken in the order of their ids: with chance ones no run would repeat another.
        numbers = (UUID(int=number) for number in count(1))
        with (
            patch("handoff.conversations.uuid4", numbers.__next__),
            patch("handoff.coordinators.uuid4", numbers.__next__),
        ):
            self.people = [self.world.coordinator("Anna"), self.world.coordinator("Berta")]
            self.talks = [self.world.visitor(), self.world.visitor(channel="telegram", external_id="42")]
        self.said: dict[str, list[str]] = {talk: [] for talk in self.talks}
        self.replied: dict[str, list[str]] = {talk: [] for talk in self.talks}
        self.turns: list[Turn] = []
        self.rows: list[Delivery] = []
        self.arrived: list[str] = []
        self.promised: set[int] = set()
        self.sent_ids: list[tuple[str, str, str]] = []

    def make_url(self) -> str:
        raise NotImplementedError

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.end_well()
            self.world.database.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def end_well(self) -> None:
        """With workers that live, everything that still waits is answered or with a person, and all has left."""
        self.clock.advance(minutes=2)
        while turns := self.world.lease():
            for turn in turns:
                with suppress(StaleEpoch):
                    self.world.finish(turn)
        while True:
            with self.world.database.transaction() as session:
                rows = outbox.lease_deliveries(session, ["telegram"], limit=10)
                for row in rows:
                    self.arrived.append(row.dedupe)
                    outbox.mark_sent(session, row)
            if not rows:
                break
        with self.world.database.reading() as session:
            left = session.scalar(select(func.count()).select_from(TurnRow).where(TurnRow.state == "waiting"))
            assert left == 0
            spoken = session.scalars(
                select(MessageRow.id).where(
                    MessageRow.conversation_id == self.talks[1], MessageRow.author != "visitor"
                )
            )
            assert {f"message:{one}" for one in spoken} <= set(self.arrived)
        self.nothing_waits_unseen()

    # --- who does what ---

    @rule(which=TALKS, client_id=st.uuids().map(str))
    def visitor_writes(self, which: int, client_id: str) -> None:
        talk = self.talks[which]
        self.world.say(talk, f"ziņa {len(self.said[talk])}", client_id=client_id)
        self.said[talk].append(client_id)
        self.sent_ids.append((talk, client_id, "x"))

    @rule(which=TALKS, client_id=st.uuids().map(str))
    def a_person_is_asked_for(self, which: int, client_id: str) -> None:
        """The common way, in one step, so that what comes after it is met often."""
        self.visitor_writes(which, client_id)
        self.clock.advance(minutes=1.1)
        for turn in self.world.lease():
            self._finish(turn, "handoff" if turn.conversation.id == self.talks[which] else "answer")

    @rule(which=TALKS, client_id=st.uuids().map(str), who=PEOPLE, what=st.sampled_from(["claim", "reply"]))
    def a_person_takes_over_while_the_bot_composes(self, which: int, client_id: str, who: int, what: str) -> None:
        self.visitor_writes(which, client_id)
        leased = self.world.lease()
        with self.world.database.reading() as session:
            number = session.scalar(
                select(Request.number).where(Request.conversation_id == self.talks[which], Request.state == "new")
            )
        if number is not None:
            self._act(what, self.people[who], self.people[1 - who], number)
        for turn in leased:
            self._finish(turn, "answer")

    @precondition(lambda self: self.sent_ids)
    @rule(data=st.data())
    def visitor_sends_it_again(self, data: st.DataObject) -> None:
        talk, client_id, _ = data.draw(st.sampled_from(self.sent_ids))
        self.world.say(talk, "tas pats", client_id=client_id)

    @rule(which=TALKS)
    def visitor_withdraws(self, which: int) -> None:
        with self.world.database.transaction() as session, suppress(NotFound):
            requests.withdraw(session, self.talks[which])

    @rule(limit=st.integers(1, 3))
    def worker_leases(self, limit: int) -> None:
        """PostgreSQL gives the rows that it updated in any order."""
        self.turns += sorted(self.world.lease(limit), key=lambda turn: (turn.conversation.id, turn.message.seq))

    @precondition(lambda self: self.turns)
    @rule(data=st.data(), how=st.sampled_from(["answer", "handoff", "withdraw"]))
    def bot_answers(self, data: st.DataObject, how: str) -> None:
        """Perhaps long after the lease ran out, or twice."""
        turn = data.draw(st.sampled_from(self.turns))
        self._finish(turn, how)

    def _finish(self, turn: Turn, how: str) -> None:
        drafts = {
            "answer": text("atbilde"),
            "handoff": handoff(),
            "withdraw": Draft(MessageKind.SMALLTALK, "Atsaukts.", "lv", effect=Effect("withdraw")),
        }
        before = self.world.conversation(turn.conversation.id)
        try:
            recorded = self.world.finish(turn, drafts[how])
        except StaleEpoch:
            assert before.epoch != turn.conversation.epoch
            event("stale answer thrown away")
            return
        if recorded:
            assert before.owner is not Owner.COORDINATOR, "a bot word after a takeover"
            assert before.epoch == turn.conversation.epoch
        event(f"bot {how}" if recorded else "answered before")
        if recorded and how == "handoff":
            self.promised.add(recorded[0].data["request"]["number"])

    @rule()
    def worker_dies(self) -> None:
        """Whatever it held is forgotten; only the rows are left."""
        self.turns, self.rows = [], []

    @rule(
        who=PEOPLE,
        what=st.sampled_from(["claim", "reply", "release", "wait", "close", "reopen", "transfer", "remind"]),
        data=st.data(),
    )
    def coordinator_acts(self, who: int, what: str, data: st.DataObject) -> None:
        numbers = self._numbers()
        if not numbers:
            return
        number = data.draw(st.sampled_from(numbers))
        self._act(what, self.people[who], self.people[1 - who], number)

    def _act(self, what: str, actor: Actor, colleague: Actor, number: int) -> None:
        client_id = str(uuid4())
        moves: dict[str, Callable[[Session], object]] = {
            "claim": lambda session: requests.claim(session, actor, number),
            "reply": lambda session: requests.reply(session, actor, number, client_id=client_id, text="labdien"),
            "release": lambda session: requests.release(session, actor, number),
            "wait": lambda session: requests.wait_for_visitor(session, actor, number),
            "close": lambda session: requests.close(session, actor, number, outcome="answered"),
            "reopen": lambda session: requests.reopen(session, actor, number),
            "transfer": lambda session: requests.transfer(session, actor, number, colleague.email),
            "remind": lambda session: requests.remind(session, actor, number, self.clock.at.replace(year=2027)),
        }
        try:
            with self.world.database.transaction() as session:
                done = moves[what](session)
        except (AlreadyClaimed, IllegalMove):
            event(f"{what} refused")
            return
        event(what)
        if isinstance(done, Message):
            self.replied[done.conversation_id].append(client_id)

    @rule(minutes=st.sampled_from([0.5, 1.1, 6, 45, 24 * 60]))
    def time_passes(self, minutes: float) -> None:
        self.clock.advance(minutes=minutes)

    @rule()
    def sweeper_runs(self) -> None:
        sweep(self.world.database)

    @rule()
    def courier_leases(self) -> None:
        with self.world.database.transaction() as session:
            self.rows += sorted(outbox.lease_deliveries(session, ["telegram"], limit=3), key=lambda row: row.id)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), how=st.sampled_from(["sent", "sent", "failed", "crashed"]))
    def courier_reports(self, data: st.DataObject, how: str) -> None:
        row = self.rows.pop(data.draw(st.integers(0, len(self.rows) - 1)))
        if how in ("sent", "crashed"):
            self.arrived.append(row.dedupe)
        with self.world.database.transaction() as session:
            if how == "sent":
                outbox.mark_sent(session, row)
            elif how == "failed":
                outbox.mark_failed(session, row, "network", permanent=False, retry_after=1)

    @rule()
    def everything_starts_again(self) -> None:
        """Every process dies: nothing but the database is left."""
        self.worker_dies()
        url = self.world.database.url
        self.world.database.close()
        self.world.database = Database(url, self.clock, RULES)

    # --- what always holds ---

    def _numbers(self) -> list[int]:
        with self.world.database.reading() as session:
            return list(session.scalars(select(Request.number).order_by(Request.number)))

    @invariant()
    def one_owner_who_agrees_with_the_request(self) -> None:
        expected = {
            None: Owner.BOT,
            "new": Owner.QUEUE,
            "claimed": Owner.COORDINATOR,
            "waiting": Owner.COORDINATOR,
        }
        with self.world.database.reading() as session:
            for conversation in session.scalars(select(Conversation)):
                states = session.scalars(
                    select(Request.state).where(
                        Request.conversation_id == conversation.id, Request.state != "closed"
                    )
                ).all()
                assert len(states) <= 1
                assert conversation.owner == expected[states[0] if states else None]

    @invariant()
    def epochs_grow_by_one_and_are_kept(self) -> None:
        with self.world.database.reading() as session:
            for conversation in session.scalars(select(Conversation)):
                kept = session.scalars(
                    select(OwnerChange)
                    .where(OwnerChange.conversation_id == conversation.id)
                    .order_by(OwnerChange.epoch)
                ).all()
                assert [change.epoch for change in kept] == list(range(2, conversation.epoch + 1))
                owners = ["bot", *(change.after for change in kept)]
                assert [change.before for change in kept] == owners[:-1]
                assert conversation.owner == owners[-1]

    @invariant()
    def every_message_exactly_once_and_in_order(self) -> None:
        with self.world.database.reading() as session:
            for talk in self.talks:
                rows = session.scalars(
                    select(MessageRow).where(MessageRow.conversation_id == talk).order_by(MessageRow.seq)
                ).all()
                assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
                by = {author: [r.client_id for r in rows if r.author == author] for author in Author}
                assert by[Author.VISITOR] == self.said[talk]
                assert by[Author.COORDINATOR] == self.replied[talk]

    @invariant()
    def the_bot_is_silent_while_a_coordinator_has_it(self) -> None:
        """From the record alone: no bot message lies between a takeover and the next change of owner."""
        with self.world.database.reading() as session:
            for talk in self.talks:
                held = False
                for row in session.scalars(
                    select(MessageRow).where(MessageRow.conversation_id == talk).order_by(MessageRow.seq)
                ):
                    if row.author == "system" and "owner" in row.data:
                        held = row.data["owner"] == "coordinator"
                    assert not (held and row.author == "bot")

    @invariant()
    def every_promised_request_is_there_with_its_beginning(self) -> None:
        with self.world.database.reading() as session:
            numbers = set(session.scalars(select(Request.number)))
            assert self.promised <= numbers
            opened = session.scalars(
                select(RequestEvent.request_number).where(RequestEvent.action == "opened")
            ).all()
            assert sorted(opened) == sorted(numbers)

    @invariant()
    def nothing_waits_unseen(self) -> None:
        """A visitor's word is answered, or waits for a worker, or a person's request is open and can be seen."""
        with self.world.database.reading() as session:
            waiting = session.scalars(select(TurnRow).where(TurnRow.state == "waiting")).all()
            for turn in waiting:
                owner = session.get_one(Conversation, turn.conversation_id).owner
                assert owner != Owner.COORDINATOR
                later = session.scalars(
                    select(TurnRow.state).where(
                        TurnRow.conversation_id == turn.conversation_id, TurnRow.seq > turn.seq
                    )
                ).all()
                assert "done" not in later, "answered out of order"
            listed, total = requests.list_requests(session, self.people[0], state="open", limit=200)
            assert total == session.scalar(
                select(func.count()).select_from(Request).where(Request.state != "closed")
            )
            assert sorted(r.position for r in listed if r.position) == list(
                range(1, sum(r.state == "new" for r in listed) + 1)
            )

    @invariant()
    def what_was_said_in_a_chat_leaves_once(self) -> None:
        with self.world.database.reading() as session:
            spoken = session.scalars(
                select(MessageRow.id).where(
                    MessageRow.conversation_id == self.talks[1], MessageRow.author != "visitor"
                )
            ).all()
            rows = session.scalars(select(Outgoing.message_id)).all()
            assert sorted(rows) == sorted(spoken)


@contextmanager
def machine(request: pytest.FixtureRequest, engine: str) -> Iterator[type[Handoff]]:
    made: list[str] = []
    if engine == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")

        class OnSqlite(Handoff):
            def make_url(self) -> str:
                shutil.copy(template, self.folder / "d.sqlite3")
                return f"sqlite:///{self.folder / 'd.sqlite3'}"

        yield OnSqlite
        return
    server, name = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")

    class OnPostgres(Handoff):
        def make_url(self) -> str:
            made.append(server.create(name))
            return str(server.url(made[-1]))

        def teardown(self) -> None:
            super().teardown()
            while made:
                server.drop(made.pop())

    yield OnPostgres


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.timeout(7200)
def test_nobody_is_lost_whatever_happens(request: pytest.FixtureRequest, engine: str) -> None:
    examples = int(os.environ.get("MACHINE_RUNS", "40" if engine == "sqlite" else "12"))
    with machine(request, engine) as made:
        run_state_machine_as_test(
            made,
            settings=settings(
                max_examples=examples,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                print_blob=True,
            ),
        )
