"""What people thought of the bot's answers and of how people treated their request, apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff import ratings
from handoff.database import settings_of
from handoff.models.message import Feedback
from handoff.reports.periods import Period

REASONS = ("off_topic", "wrong", "outdated", "unclear")
"""Why an answer did not help, where a button was pressed; a person's own words are not counted."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    helpful: int = 0
    unhelpful: int = 0

    @property
    def given(self) -> int:
        return self.helpful + self.unhelpful


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """`scores`: how many gave a closed request 1 to 5; `why` and `reasons`: what people's and the bot's low marks
    were for."""

    bot: Verdicts
    people: Verdicts
    scores: Mapping[int, int]
    reasons: Mapping[str, int]
    why: Mapping[str, int]

    @property
    def rated(self) -> int:
        return sum(self.scores.values())

    @property
    def mean(self) -> float | None:
        return sum(score * count for score, count in self.scores.items()) / self.rated if self.rated else None


def count_satisfaction(session: Session, period: Period) -> Satisfaction:
    begin, end = period.instants(ZoneInfo(settings_of(session).timezone))
    given = (Feedback.created_at >= begin, Feedback.created_at < end)
    rows = session.execute(
        select(Feedback.about, Feedback.helpful, Feedback.score, func.count())
        .where(*given)
        .group_by(Feedback.about, Feedback.helpful, Feedback.score)
    )
    verdicts: Counter[tuple[str, bool]] = Counter()
    scores = dict.fromkeys(range(1, 6), 0)
    for about, helpful, score, count in rows:
        if score in scores:
            scores[score] += int(count)
        elif helpful is not None:
            verdicts[about, bool(helpful)] += int(count)
    codes = {"bot": REASONS, "request": ratings.REASONS}
    reasons: dict[str, Counter[str]] = {about: Counter() for about in codes}
    for about, reason, count in session.execute(
        select(Feedback.about, Feedback.reason, func.count())
        .where(*given, Feedback.about.in_(codes), Feedback.reason.in_((*REASONS, *ratings.REASONS)))
        .group_by(Feedback.about, Feedback.reason)
    ):
        if reason in codes[about]:
            reasons[about][reason] += int(count)
    return Satisfaction(
        Verdicts(verdicts["bot", True], verdicts["bot", False]),
        Verdicts(verdicts["coordinator", True], verdicts["coordinator", False]),
        scores,
        dict(reasons["bot"].most_common()),
        dict(reasons["request"].most_common()),
    )
