"""A year of a helpdesk's life, made up but lifelike: busy on weekdays and in autumn, most answered by the bot."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from handoff import ratings
from handoff.models.base import Base
from handoff.models.conversation import Conversation
from handoff.models.figures import CallInterest, TurnFact
from handoff.models.learning import GroupedQuestion, QuestionGroup
from handoff.models.message import Feedback, MessageRow
from handoff.models.request import Request

RIGA = ZoneInfo("Europe/Riga")
TALKS_A_REQUEST = 3
MONTHS = (0, 8, 7, 9, 10, 9, 6, 3, 5, 10, 13, 12, 8)
"""How busy each month is."""
THEMES = ("ageing", "health", "education", "environment", "employment", None)
REGIONS = ("riga", "vidzeme", "kurzeme", "latgale", "zemgale", None, None, None)
APPLICANTS = ("association", "foundation", "municipality", None, None)
OUTCOMES = ("answered", "calls", "suggested", "offered", "unanswered", "other")
REASONS = ("asked", "low_confidence", "offer_accepted", "legal", "review", "complaint")
GAPS = (
    "Vai kompetences centrs aizdod projektoru semināram?",
    "Vai jūs palīdzat atrast telpas projekta nodarbībām?",
    "Kā saņemt atzinumu par jau pabeigtu projektu?",
    "Vai var nomainīt projekta vadītāju pēc līguma noslēgšanas?",
)


@dataclass
class Year:
    """Rows by table, to be written at once."""

    chance: random.Random
    until: datetime
    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def name(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def pick(self, choices: Sequence[Any], weights: Sequence[float] | None = None) -> Any:
        return self.chance.choices(choices, weights)[0]

    def moment(self) -> datetime:
        """Some working hour of the year before `until`; rarely a weekend."""
        while True:
            at = self.until - timedelta(minutes=self.chance.randrange(1, 365 * 24 * 60))
            local = at.astimezone(RIGA)
            busy = MONTHS[local.month] / 13 * (1 if local.weekday() < 5 else 0.15)
            if 7 <= local.hour < 22 and self.chance.random() < busy:
                return at


def seed_year(
    session: Session, *, until: datetime, requests: int, people: Sequence[str] = (), seed: int = 1
) -> None:
    """So many requests in the year before `until`, and three times as many talks. `people`: coordinators' ids."""
    year = Year(random.Random(seed), until)
    moments = sorted(year.moment() for _ in range(requests * TALKS_A_REQUEST))
    numbers = set(year.chance.sample(range(len(moments)), requests))
    for place, at in enumerate(moments):
        add_talk(year, at, people, asks_person=place in numbers)
    session.execute(insert(QuestionGroup), [{"id": one + 1, "created_at": until} for one in range(len(GAPS))])
    for table in (Conversation, MessageRow, Request, TurnFact, CallInterest, GroupedQuestion, Feedback):
        if year.rows[table]:
            session.execute(insert(table), year.rows[table])


def add_talk(year: Year, at: datetime, people: Sequence[str], *, asks_person: bool) -> None:
    here, turns = year.name(), year.chance.randint(1, 3)
    channel = year.pick(("web", "telegram"), (4, 1))
    language = year.pick(("lv", "en", "ru"), (16, 3, 1))
    locale = language if language != "ru" else "lv"
    year.rows[Conversation].append(
        {
            "id": here, "channel": channel, "locale": locale, "consent": "2026-11", "consented_at": at,
            "last_seq": turns + asks_person, "created_at": at, "active_at": at,
        }
    )  # fmt: skip
    told = {
        "channel": channel, "language": language, "theme": year.pick(THEMES, (9, 6, 4, 3, 3, 6)),
        "region": year.pick(REGIONS), "applicant": year.pick(APPLICANTS),
    }  # fmt: skip
    for turn in range(turns):
        outcome = year.pick(OUTCOMES, (60, 12, 9, 4, 9, 6))
        add_turn(year, here, at + timedelta(minutes=turn), turn, outcome, told)
    if asks_person:
        number = add_request(year, here, at, people, channel, locale, told["theme"])
        add_turn(year, here, at + timedelta(minutes=turns), turns, "handed_over", told, number)


def add_turn(
    year: Year, here: str, at: datetime, turn: int, outcome: str, told: dict[str, Any], number: int | None = None
) -> None:
    said, day = year.name(), at.astimezone(RIGA).date()
    gap = year.chance.randrange(len(GAPS)) if outcome == "unanswered" else None
    text = GAPS[gap] if gap is not None else "Kā pieteikties projektu konkursam?"
    year.rows[MessageRow].append(
        {
            "id": said, "conversation_id": here, "seq": turn + 1, "session_no": 1, "author": "visitor",
            "kind": "text", "text": text, "locale": told["language"], "buttons": [], "sources": [], "data": {},
            "evidence": {}, "created_at": at,
        }
    )  # fmt: skip
    year.rows[TurnFact].append(
        {
            **told, "message_id": said, "conversation_id": here, "at": at, "day": day, "talk": 1,
            "begins": turn == 0, "outcome": outcome, "request_number": number,
            "document": f"lv/{year.pick(('kas-ir-sociala-inovacija', 'kas-man-atbild'))}"
            if outcome == "answered" else None,
        }
    )  # fmt: skip
    if gap is not None:
        year.rows[GroupedQuestion].append(
            {
                "group_id": gap + 1, "message_id": said, "why": "unanswered", "cause": year.name(),
                "language": told["language"], "asked_at": at,
            }
        )  # fmt: skip
    if outcome == "calls":
        call = year.chance.randint(1, 6)
        facts = {
            "conversation_id": here,
            "day": day,
            "call_id": f"call-{call}",
            "title": f"Projektu konkurss Nr. {call}",
        }
        kinds = ("shown", "asked", "subscribed")[: year.chance.randint(1, 3)]
        year.rows[CallInterest] += [{**facts, "kind": kind} for kind in kinds]
    if outcome == "answered" and year.chance.random() < 0.25:
        helpful = year.chance.random() < 0.82
        reason = None if helpful else year.pick(("off_topic", "wrong", "outdated", "unclear"))
        year.rows[Feedback].append(
            {
                "conversation_id": here, "message_id": said, "about": "bot", "helpful": helpful, "reason": reason,
                "created_at": at,
            }
        )  # fmt: skip


def add_request(
    year: Year, here: str, at: datetime, people: Sequence[str], channel: str, locale: str, theme: str | None
) -> int:
    number = len(year.rows[Request]) + 1
    closed = bool(people) and at < year.until - timedelta(days=3)
    first = year.chance.lognormvariate(4.0, 0.8) if closed else None
    minutes = (first or 0) + year.chance.lognormvariate(5.5, 1.0) if closed else 0.0
    ended = at + timedelta(minutes=minutes * 3)
    year.rows[Request].append(
        {
            "number": number, "conversation_id": here, "session_no": 1, "opened_seq": 1,
            "state": "closed" if closed else "new", "reason": year.pick(REASONS, (40, 25, 15, 8, 6, 6)),
            "topic": theme, "summary": "", "form": {}, "locale": locale, "channel": channel,
            "assignee_id": year.pick(people) if closed else None,
            "outcome": year.pick(("answered", "referred", "no_answer", "withdrawn"), (75, 15, 5, 5))
            if closed else None,
            "created_at": at, "updated_at": at, "queued_at": at,
            "closed_at": min(ended, year.until) if closed else None,
            "first_reply_at": at if closed else None, "first_reply_minutes": first, "active_minutes": minutes,
        }
    )  # fmt: skip
    if closed and year.chance.random() < 0.3:
        score = year.pick((1, 2, 3, 4, 5), (1, 1, 3, 9, 16))
        year.rows[Feedback].append(
            {
                "conversation_id": here, "request_number": number, "about": "request", "score": score,
                "reason": year.pick(ratings.REASONS) if score <= 2 else None, "created_at": ended,
            }
        )  # fmt: skip
    return number
