"""One report: everything counted for a period, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from handoff.permissions import require_reading
from handoff.reports.gaps import GapGroup, find_gaps
from handoff.reports.people import Load, Requests, count_load, count_requests
from handoff.reports.periods import Period
from handoff.reports.satisfaction import Satisfaction, count_satisfaction
from handoff.reports.subjects import Interest, Subjects, count_documents, count_interest, count_subjects
from handoff.reports.volume import Tally, Volume, count_series, count_volume, find_first_day
from handoff.views import Actor


@dataclass(frozen=True, slots=True)
class Summary:
    """`gap_groups` is how many groups of unanswered questions there are; `gaps` the largest of them. `since` is
    the first day of which there are figures at all."""

    period: Period
    volume: Volume
    before: Tally
    requests: Requests
    requests_before: Requests
    satisfaction: Satisfaction
    satisfaction_before: Satisfaction
    subjects: Subjects
    documents: tuple[tuple[str, int], ...]
    interest: tuple[Interest, ...]
    gaps: tuple[GapGroup, ...]
    gap_groups: int
    load: Load
    since: date | None

    @property
    def is_empty(self) -> bool:
        total = self.volume.total
        return not (total.talks or any(total.outcomes.values()) or self.requests.opened or self.requests.closed)


def summarise(session: Session, actor: Actor, period: Period) -> Summary:
    """Raises NotAllowed for who may not read reports."""
    require_reading(actor)
    before = period.before()
    gaps, groups = find_gaps(session, period)
    return Summary(
        period=period,
        volume=replace(count_volume(session, period), series=count_series(session, period)),
        before=count_volume(session, before).total,
        requests=count_requests(session, period),
        requests_before=count_requests(session, before),
        satisfaction=count_satisfaction(session, period),
        satisfaction_before=count_satisfaction(session, before),
        subjects=count_subjects(session, period),
        documents=tuple(count_documents(session, period)),
        interest=tuple(count_interest(session, period)),
        gaps=tuple(gaps),
        gap_groups=groups,
        load=count_load(session, period, named=actor.role == "administrator"),
        since=find_first_day(session),
    )
