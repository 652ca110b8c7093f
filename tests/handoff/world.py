"""People and a clock for tests of the handoff: each method is one thing somebody does, in its own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import count
from uuid import uuid4

from handoff import conversations, requests
from handoff.database import Database
from handoff.messages import Button, Draft, Effect, Message, MessageKind
from handoff.models.coordinator import Coordinator
from handoff.views import Actor, ConversationView, RequestView, Turn

TUESDAY = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)
"""10:00 in Riga: open."""


@dataclass
class ClockInHand:
    """Stands until it is moved."""

    at: datetime = TUESDAY

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


def text(said: str, locale: str = "lv") -> Draft:
    return Draft(MessageKind.TEXT, said, locale)


def handoff(reason: str = "asked", **data: object) -> Draft:
    return Draft(
        MessageKind.HANDOFF, "Nododu koordinatoram.", "lv", effect=Effect("handoff", {"reason": reason, **data})
    )


GREETING = Draft(MessageKind.SMALLTALK, "Labdien!", "lv", buttons=(Button("Jā", "yes"), Button("Nē", "no")))


@dataclass
class World:
    database: Database
    clock: ClockInHand
    tokens: dict[str, str] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def visitor(self, channel: str = "web", external_id: str | None = None, locale: str = "lv") -> str:
        """A conversation, greeted. Gives its id."""
        with self.database.transaction() as session:
            view, token = conversations.open_conversation(
                session,
                channel=channel,
                locale=locale,
                consent="2026-01",
                page="/konkursi",
                greeting=[GREETING],
                external_id=external_id,
            )
        self.tokens[view.id] = token
        return view.id

    def say(
        self,
        conversation: str,
        said: str = "Kā pieteikties?",
        *,
        client_id: str | None = None,
        value: str | None = None,
    ) -> Message:
        with self.database.transaction() as session:
            return conversations.record_visitor_message(
                session, conversation, client_id=client_id or str(uuid4()), text=said, value=value
            ).message

    def lease(self, limit: int = 20) -> list[Turn]:
        with self.database.transaction() as session:
            return conversations.next_turns(session, limit=limit)

    def finish(self, turn: Turn, *drafts: Draft) -> list[Message]:
        with self.database.transaction() as session:
            return conversations.finish_turn(session, turn, drafts or [text("Atbilde")])

    def answer(self, *drafts: Draft) -> list[Message]:
        """The bot answers the one turn that waits."""
        (turn,) = self.lease()
        return self.finish(turn, *drafts)

    def ask_person(self, conversation: str | None = None, reason: str = "asked", **data: object) -> RequestView:
        """A conversation goes to the queue. Gives its request as the inbox shows it."""
        conversation = conversation or self.visitor()
        self.say(conversation, "Gribu runāt ar cilvēku")
        self.answer(handoff(reason, **data))
        with self.database.reading() as session:
            number = conversations.get_conversation(session, conversation).request_number
        assert number is not None
        return self.request(number)

    def coordinator(self, name: str, role: str = "coordinator", **more: object) -> Actor:
        """Without a password: these tests do not sign in."""
        row = Coordinator(
            id=str(uuid4()),
            email=f"{name.lower()}@example.org",
            name=name,
            role=role,
            locale="lv",
            must_change_password=False,
            **{
                "skills": [],
                "most_open": 10,
                "available": True,
                "preferences": {},
                "created_at": self.clock(),
                **more,
            },
        )
        with self.database.transaction() as session:
            session.add(row)
        return Actor(row.id, row.email, row.name, row.role)

    def present(self, *actors: Actor) -> None:
        with self.database.transaction() as session:
            for actor in actors:
                session.get_one(Coordinator, actor.id).seen_at = self.clock()

    def claim(self, actor: Actor, number: int) -> RequestView:
        with self.database.transaction() as session:
            return requests.claim(session, actor, number)

    def reply(
        self,
        actor: Actor,
        number: int,
        said: str = "Labdien!",
        *,
        client_id: str | None = None,
        then_wait: bool = False,
    ) -> Message:
        with self.database.transaction() as session:
            return requests.reply(
                session, actor, number, client_id=client_id or str(uuid4()), text=said, then_wait=then_wait
            )

    def close(self, actor: Actor, number: int, outcome: str = "answered") -> RequestView:
        with self.database.transaction() as session:
            return requests.close(session, actor, number, outcome=outcome)

    def request(self, number: int) -> RequestView:
        with self.database.reading() as session:
            found, _ = requests.list_requests(session, WATCHER, query=str(number), limit=200)
        return next(request for request in found if request.number == number)

    def conversation(self, conversation: str) -> ConversationView:
        with self.database.reading() as session:
            return conversations.get_conversation(session, conversation)

    def messages(self, conversation: str) -> Sequence[Message]:
        with self.database.reading() as session:
            return conversations.list_messages(session, conversation)


WATCHER = Actor("nobody", "nobody@example.org", "Nobody", "administrator")
"""Looks into the inbox without being in the database."""
