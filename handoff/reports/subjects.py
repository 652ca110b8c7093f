"""What was asked about: themes, regions, kinds of applicants, the texts answered from, and funding calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from handoff.models.figures import CallInterest, TurnFact
from handoff.reports.periods import Period
from handoff.reports.volume import ASKED, within
from knowledge.vocabulary import load_vocabularies

FEWEST = 3
"""A municipality asked from less often than this is told with its region only: it might be one person."""
MOST = 15
UNMET = ("suggested", "offered", "unanswered")


@dataclass(frozen=True, slots=True)
class Subject:
    """`asked` messages about it, of which `unmet` questions found no answer and `handed_over` went to a person."""

    code: str
    asked: int
    unmet: int
    handed_over: int = 0


@dataclass(frozen=True, slots=True)
class Region:
    """A planning region and, within it, the municipalities that were named often enough to be told."""

    code: str
    asked: int
    places: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Interest:
    """Conversations in which a call was shown in a list, asked about, subscribed to; each once a day."""

    call_id: str
    title: str
    shown: int
    asked: int
    subscribed: int


@dataclass(frozen=True, slots=True)
class Subjects:
    """`without_theme` are questions about nothing that the vocabulary of themes has a word for."""

    themes: tuple[Subject, ...]
    without_theme: int
    regions: tuple[Region, ...]
    without_region: int
    applicants: tuple[Subject, ...]


def count_subjects(session: Session, period: Period) -> Subjects:
    rows = session.execute(
        select(TurnFact.theme, TurnFact.region, TurnFact.applicant, TurnFact.outcome, func.count())
        .where(within(period))
        .group_by(TurnFact.theme, TurnFact.region, TurnFact.applicant, TurnFact.outcome)
    )
    sums: dict[str, dict[str | None, list[int]]] = {"theme": {}, "region": {}, "applicant": {}}
    for theme, region, applicant, outcome, count in rows:
        if outcome not in (*ASKED, "handed_over"):
            continue
        counts = (count, count * (outcome in UNMET), count * (outcome == "handed_over"))
        for name, code in (("theme", theme), ("region", region), ("applicant", applicant)):
            kept = sums[name].setdefault(code, [0, 0, 0])
            for place, more in enumerate(counts):
                kept[place] += int(more)
    regions = {code: counts[0] for code, counts in sums["region"].items()}
    return Subjects(
        themes=_tell(sums["theme"]),
        without_theme=sums["theme"].get(None, [0])[0],
        regions=_gather_regions(regions),
        without_region=regions.get(None, 0),
        applicants=_tell(sums["applicant"]),
    )


def _tell(sums: Mapping[str | None, Sequence[int]]) -> tuple[Subject, ...]:
    told = [Subject(code, *counts) for code, counts in sums.items() if code is not None]
    return tuple(sorted(told, key=lambda subject: (-subject.asked, subject.code)))


def find_planning_region(code: str | None) -> str | None:
    """The region a municipality lies in; the code itself for a region or for the whole country."""
    terms = load_vocabularies()["region"].terms
    while code in terms and (parent := terms[code].parent) not in (None, "latvia"):
        code = parent
    return code


def _gather_regions(counts: Mapping[str | None, int]) -> tuple[Region, ...]:
    totals: dict[str, int] = {}
    places: dict[str, list[tuple[str, int]]] = {}
    for code, count in counts.items():
        region = find_planning_region(code)
        if code is None or region is None:
            continue
        totals[region] = totals.get(region, 0) + count
        if code != region and count >= FEWEST:
            places.setdefault(region, []).append((code, count))
    told = [
        Region(region, total, tuple(sorted(places.get(region, ()), key=lambda place: (-place[1], place[0]))))
        for region, total in totals.items()
    ]
    return tuple(sorted(told, key=lambda region: (-region.asked, region.code)))


def count_documents(session: Session, period: Period) -> list[tuple[str, int]]:
    """The documents most often answered from."""
    count = func.count().label("count")
    rows = session.execute(
        select(TurnFact.document, count)
        .where(within(period), TurnFact.outcome == "answered", TurnFact.document.is_not(None))
        .group_by(TurnFact.document)
        .order_by(count.desc(), TurnFact.document)
        .limit(MOST)
    )
    return [(str(document), int(times)) for document, times in rows]


def count_interest(session: Session, period: Period) -> list[Interest]:
    """Funding calls, the most asked about first."""

    def counted(kind: str) -> ColumnElement[int]:
        return func.sum(case((CallInterest.kind == kind, 1), else_=0))

    asked, shown = counted("asked"), counted("shown")
    rows = session.execute(
        select(CallInterest.call_id, func.max(CallInterest.title), shown, asked, counted("subscribed"))
        .where(CallInterest.day.between(period.first, period.last))
        .group_by(CallInterest.call_id)
        .order_by(asked.desc(), shown.desc(), CallInterest.call_id)
        .limit(MOST)
    )
    return [
        Interest(call_id, title or call_id, int(shown), int(asked), int(subscribed))
        for call_id, title, shown, asked, subscribed in rows
    ]
