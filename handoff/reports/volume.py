"""How much was asked, where and in which language, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from handoff.figures import OUTCOMES
from handoff.models.figures import TurnFact
from handoff.reports.periods import Period

ASKED = ("answered", "calls", "suggested", "offered", "unanswered")
"""Outcomes of questions; asking for a person is not a question to the bot."""
ANSWERED = ("answered", "calls")


def _no_outcomes() -> dict[str, int]:
    return dict.fromkeys(OUTCOMES, 0)


@dataclass(frozen=True, slots=True)
class Tally:
    """`talks` begun, and messages to the bot by how they ended."""

    talks: int = 0
    outcomes: Mapping[str, int] = field(default_factory=_no_outcomes)

    @property
    def questions(self) -> int:
        return sum(self.outcomes[name] for name in ASKED)

    @property
    def answered(self) -> int:
        return sum(self.outcomes[name] for name in ANSWERED)

    def plus(self, outcome: str, count: int, talks: int) -> Tally:
        return Tally(self.talks + talks, {**self.outcomes, outcome: self.outcomes[outcome] + count})


@dataclass(frozen=True, slots=True)
class Volume:
    total: Tally
    channels: Mapping[str, Tally]
    languages: Mapping[str, Tally]
    series: tuple[Tally, ...] = ()
    """One for each bucket of the period."""


TALKS = func.sum(case((TurnFact.begins.is_(True), 1), else_=0))


def within(period: Period) -> ColumnElement[bool]:
    return TurnFact.day.between(period.first, period.last)


def count_volume(session: Session, period: Period) -> Volume:
    total, channels, languages = Tally(), dict[str, Tally](), dict[str, Tally]()
    rows = session.execute(
        select(TurnFact.channel, TurnFact.language, TurnFact.outcome, func.count(), TALKS)
        .where(within(period))
        .group_by(TurnFact.channel, TurnFact.language, TurnFact.outcome)
    )
    for channel, language, outcome, count, talks in rows:
        told = (outcome, int(count), int(talks))
        total = total.plus(*told)
        channels[channel] = channels.get(channel, Tally()).plus(*told)
        languages[language] = languages.get(language, Tally()).plus(*told)
    return Volume(total, _largest_first(channels), _largest_first(languages))


def _largest_first(tallies: Mapping[str, Tally]) -> dict[str, Tally]:
    return dict(sorted(tallies.items(), key=lambda item: (-item[1].talks, -item[1].questions, item[0])))


def count_series(session: Session, period: Period) -> tuple[Tally, ...]:
    series = [Tally() for _ in period.buckets()]
    rows = session.execute(
        select(TurnFact.day, TurnFact.outcome, func.count(), TALKS)
        .where(within(period))
        .group_by(TurnFact.day, TurnFact.outcome)
    )
    for day, outcome, count, talks in rows:
        place = period.place(day)
        series[place] = series[place].plus(outcome, int(count), int(talks))
    return tuple(series)


def find_first_day(session: Session) -> date | None:
    """Since when there is anything to count."""
    return session.scalar(select(func.min(TurnFact.day)))
