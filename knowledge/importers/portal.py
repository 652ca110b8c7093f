"""The EU Funding & Tenders portal's search answer: calls for proposals, as its public clients read them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.document import Link
from knowledge.importers.portal_text import describe
from knowledge.importers.record import CallRecord, Moment
from knowledge.importers.terms import spot_codes
from knowledge.problem import Problem

SOURCE = "EU Funding & Tenders Portal"
PAGE = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/{}"
BRUSSELS = ZoneInfo("Europe/Brussels")
CLOSING = time(17)
"""When the portal closes on a day told without an hour, in Brussels; later than that a call must not seem open."""
FORTHCOMING, OPEN, CLOSED = "31094501", "31094502", "31094503"
GRANTS = ("1", "8")
LONGEST_TITLE = 300


class NotAnAnswer(ValueError):
    """What was read is not the search answer of the portal."""


@dataclass(frozen=True, slots=True)
class _Refused(Exception):
    message: str
    field: str | None = None


def read_answers(answers: Iterable[Any], name: str) -> tuple[list[CallRecord], list[Problem]]:
    """`answers` are pages of the search answer as parsed JSON; `name` says where they are from.

    Raises NotAnAnswer if one of them is something else. A bad record becomes a Problem and the rest goes on.
    """
    records: list[CallRecord] = []
    problems: list[Problem] = []
    for result in _results(answers):
        try:
            record = _read(result)
        except _Refused as refused:
            place = f"{name}: {_name(result)}"
            problems.append(Problem(place, None, refused.field, refused.message))
            continue
        if record is not None:
            records.append(record)
    return records, problems


def parse_answers(text: str) -> list[Any]:
    """One answer, a list of answers, or one answer a line. Raises NotAnAnswer."""
    try:
        told = json.loads(text)
        return told if isinstance(told, list) else [told]
    except (ValueError, RecursionError) as error:
        try:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            raise NotAnAnswer(f"It is not JSON ({error}).") from error


def _results(answers: Iterable[Any]) -> Iterator[Any]:
    for answer in answers:
        results = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(results, list):
            raise NotAnAnswer("It has no list `results`, as the portal's search answer has.")
        yield from results


def _name(result: Any) -> str:
    if not isinstance(result, dict):
        return "a record that is no object"
    return _Metadata(result).first("identifier") or str(result.get("reference") or "a record without a name")[:100]


class _Metadata:
    """Every value is a list; some records have it otherwise."""

    def __init__(self, result: dict[str, Any]) -> None:
        told = result.get("metadata")
        self._told = told if isinstance(told, dict) else {}

    def all(self, key: str) -> list[str]:
        value = self._told.get(key)
        listed = value if isinstance(value, list) else [value]
        return [str(one).strip() for one in listed if one not in (None, "") and not isinstance(one, (dict, list))]

    def first(self, key: str) -> str:
        return next(iter(self.all(key)), "")


def _read(result: Any) -> CallRecord | None:
    """None for what is no call for proposals, or is told in a language that we do not speak."""
    if not isinstance(result, dict):
        raise _Refused("It is not an object.")
    told = _Metadata(result)
    locale = told.first("language") or str(result.get("language") or "en")
    if locale not in ("lv", "en") or (told.first("type") or "1") not in GRANTS:
        return None
    identifier = told.first("identifier") or told.first("callIdentifier")
    title = told.first("title") or told.first("callTitle") or str(result.get("summary") or "").strip()
    if not identifier or not title:
        raise _Refused("It has no identifier or no title.", "identifier")
    money = _read_budget(told.first("budgetOverview"), identifier)
    status = told.first("status")
    deadlines = _moments([*told.all("deadlineDate"), *([] if told.all("deadlineDate") else money.deadlines)])
    opening = told.first("startDate") or money.opening
    opens = _moment(opening, time()) if opening else None
    if status == FORTHCOMING and opens is None:
        raise _Refused("It is forthcoming and does not say when it opens; it is taken when it does.", "startDate")
    if not deadlines and status not in (OPEN, CLOSED):
        raise _Refused("It has no deadline, and is not said to be open without one.", "deadlineDate")
    keywords = " . ".join([title, *told.all("keywords"), *told.all("tags")])
    return CallRecord(
        identifier=identifier,
        title=title[:LONGEST_TITLE],
        locale=locale,
        body=describe(told.first("descriptionByte")),
        programme=identifier.split("-")[0],
        opens_at=opens,
        deadlines=deadlines,
        call_timezone="Europe/Brussels",
        call_stages=2 if "two" in (told.first("deadlineModel") or money.model) else 1,
        rolling=not deadlines and status == OPEN,
        closed_early=status == CLOSED,
        budget=money.budget,
        grant_min=money.least,
        grant_max=money.most,
        themes=spot_codes("theme", keywords) or ("other",),
        links=(Link(identifier, _page(told, identifier)),),
    )  # fmt: skip


def _page(told: _Metadata, identifier: str) -> str:
    url = told.first("url")
    return url if url.startswith("https://") and " " not in url else PAGE.format(identifier.lower())


def _moments(told: Iterable[str]) -> tuple[Moment, ...]:
    return tuple(sorted({_moment(one, CLOSING) for one in told}, key=str))


def _moment(text: str, hour: time) -> Moment:
    """Midnight stands for a day without an hour: `hour` of it in Brussels."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _Refused(f"`{text[:40]}` is not a date.", "deadlineDate") from None
    if moment.time() == time():
        return datetime.combine(moment.date(), hour, BRUSSELS)
    return moment if moment.tzinfo else moment.replace(tzinfo=BRUSSELS)


@dataclass(frozen=True, slots=True)
class _Money:
    budget: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    opening: str = ""
    model: str = ""
    deadlines: tuple[str, ...] = ()


def _read_budget(text: str, identifier: str) -> _Money:
    """`text` is JSON about the whole call: only actions whose name begins with this topic's identifier count."""
    if not text:
        return _Money()
    try:
        actions = [one for listed in json.loads(text)["budgetTopicActionMap"].values() for one in listed]
        return _add_up([one for one in actions if _is_own(str(one.get("action") or ""), identifier)])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _Refused("Its budget cannot be read.", "budgetOverview") from error


def _add_up(own: list[dict[str, Any]]) -> _Money:
    if not own:
        return _Money()
    years = [amount for one in own for amount in (one.get("budgetYearMap") or {}).values()]
    sums = [amount for amount in map(_amount, years) if amount]
    least = [amount for amount in (_amount(one.get("minContribution")) for one in own) if amount]
    most = [amount for amount in (_amount(one.get("maxContribution")) for one in own) if amount]
    dates = {str(day) for one in own for day in one.get("deadlineDates") or ()}
    return _Money(
        sum(sums, Decimal()) or None,
        min(least, default=None),
        max(most, default=None),
        min((str(one["plannedOpeningDate"]) for one in own if one.get("plannedOpeningDate")), default=""),
        str(own[0].get("deadlineModel") or ""),
        tuple(sorted(dates)),
    )


def _is_own(action: str, identifier: str) -> bool:
    """`HORIZON-CL2-01 - RIA` is of HORIZON-CL2-01; `HORIZON-CL2-011 - RIA` is not."""
    rest = action.removeprefix(identifier)
    return rest != action and not rest[:1].isalnum() and not (rest[:1] == "-" and rest[1:2].isalnum())


def _amount(value: Any) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount > 0 else None
