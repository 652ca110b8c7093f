"""What a material may say in each of its fields, and what is said to who wrote something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from knowledge.document import DEMO, Kind
from knowledge.front_matter import FrontMatter
from knowledge.problem import Problem
from knowledge.vocabulary import load_vocabularies

REQUIRED = ("id", "kind", "locale", "title", "summary", "source", "reviewed_on")
FACETS = {
    "themes": "theme",
    "target_groups": "target_group",
    "regions": "region",
    "stages": "stage",
    "applicants": "applicant",
}
TEXTS = ("title", "summary", "source", "supporter", "implementer", "programme", "place", "stage")
FLAGS = ("demo", "review_first", "cancelled", "closed_early", "rolling", "online")
AMOUNTS = ("budget", "grant_min", "grant_max", "own_share")
DAYS = ("reviewed_on", "starts_on", "ends_on", "opens_at", "starts_at", "ends_at", "started_on")
CONTACTS = ("url", "email", "phone", "address")
COMMON = {*REQUIRED, *FACETS, "supporter", "implementer", "starts_on", "ends_on", "links", "demo", "review_first"}
OWN: dict[Kind, set[str]] = {
    Kind.CALL: {
        "programme", "opens_at", "deadlines", "call_timezone", "call_stages", "cancelled", "closed_early",
        "budget", "grant_min", "grant_max", "own_share", "countries", "rolling", "imported", "changes",
    },
    Kind.ORGANISATION: {"contact"},
    Kind.EVENT: {"starts_at", "ends_at", "place", "online"},
    Kind.INNOVATION: {"stage", "started_on"},
}  # fmt: skip
OFFSET = re.compile(r"^[+-]\d{1,4}d$")
LONGEST_TEXT = 2000
YEARS = range(1900, 2200)
MOST = Decimal(10) ** 12


def check_fields(matter: FrontMatter, name: str, *, reviewed: bool = True) -> tuple[Problem, ...]:
    """Every problem there is. `reviewed` asks for the day of review too."""
    required = [field for field in REQUIRED if reviewed or field != "reviewed_on"]
    checks = _Checks(matter.fields)
    found = [*checks.missing(required), *checks.all()]
    return tuple(Problem(name, matter.lines.get(field), field, message) for field, message in found)


Found = Iterator[tuple[str, str]]


class _Checks:
    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def missing(self, required: list[str]) -> Found:
        for field in required:
            if self._fields.get(field) in (None, "", [], {}, False):
                yield field, f"Add a line `{field}: …`; every material needs it."

    def all(self) -> Found:
        yield from self._names()
        yield from self._unknown()
        yield from self._codes()
        yield from self._each(TEXTS, self._is_text, f"Write a text of at most {LONGEST_TEXT} characters.")
        yield from self._each(FLAGS, lambda value: isinstance(value, bool), "Write `true` or `false`.")
        yield from self._each(AMOUNTS, is_amount, "Write a number in euro or per cent, without spaces: `50000`.")
        yield from self._each(DAYS, self._is_date, "Write a date as `2026-11-30`.")
        yield from self._deadlines()
        yield from self._call()
        yield from self._history()
        yield from self._links()
        yield from self._contact()

    def _each(self, fields: tuple[str, ...], fits: Callable[[Any], bool], message: str) -> Found:
        for field in fields:
            value = self._fields.get(field)
            if value is not None and not fits(value):
                yield field, message

    def _is_text(self, value: Any) -> bool:
        return not isinstance(value, (list, dict)) and len(str(value)) <= LONGEST_TEXT

    def _names(self) -> Found:
        identifier, kind = self._fields.get("id"), self._fields.get("kind")
        if identifier and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", str(identifier)):
            yield "id", "Write it in small Latin letters, digits and hyphens, for example `kas-ir-esf`."
        if kind and (not isinstance(kind, str) or kind not in set(Kind)):
            yield "kind", f"Write one of: {', '.join(Kind)}."
        if self._fields.get("locale") not in (None, "", "lv", "en"):
            yield "locale", "Write `lv` or `en`."
        if self._fields.get("demo") and not str(self._fields.get("title", "")).startswith(DEMO):
            yield "title", f"The title of a demonstration begins with `{DEMO}`."

    def _unknown(self) -> Found:
        kind = str(self._fields.get("kind"))
        known = COMMON | (OWN.get(Kind(kind), set()) if kind in set(Kind) else set[str]())
        for field in self._fields:
            if field not in known:
                yield str(field), f"`{field}` is not a field of this kind; take it out or correct it."

    def _codes(self) -> Found:
        for field, vocabulary in FACETS.items():
            given = self._fields.get(field) or []
            if not isinstance(given, list):
                yield field, "Write a list: one line `- code` each."
                continue
            terms = load_vocabularies()[vocabulary].terms
            for code in given:
                if str(code) not in terms:
                    yield field, f"`{code}` is unknown; write one of: {', '.join(list(terms)[:20])}."

    def _is_date(self, value: Any) -> bool:
        if isinstance(value, (date, datetime)):
            return value.year in YEARS
        if self._fields.get("demo") and isinstance(value, str) and OFFSET.match(value):
            return True
        try:
            return isinstance(value, str) and datetime.fromisoformat(value).year in YEARS
        except ValueError:
            return False

    def _deadlines(self) -> Found:
        deadlines = self._fields.get("deadlines") or []
        if not isinstance(deadlines, list) or not all(self._is_date(value) for value in deadlines):
            yield "deadlines", "Write a list of dates, one line `- 2026-11-30` each."
        if deadlines and self._fields.get("rolling") is True:
            yield "rolling", "A call with deadlines is not rolling; take one of the two out."

    def _call(self) -> Found:
        if not _is_zone(self._fields.get("call_timezone") or "Europe/Riga"):
            yield "call_timezone", "Write a time zone, for example `Europe/Riga` or `Europe/Brussels`."
        stages = self._fields.get("call_stages")
        if stages is not None and (type(stages) is not int or not 1 <= stages <= 9):
            yield "call_stages", "Write how many stages there are: `1` or `2`."
        least, most = self._fields.get("grant_min"), self._fields.get("grant_max")
        if least and most and is_amount(least) and is_amount(most) and Decimal(str(least)) > Decimal(str(most)):
            yield "grant_min", "The least grant is larger than the largest; exchange them or correct one."
        share = self._fields.get("own_share")
        if share is not None and is_amount(share) and Decimal(str(share)) > 100:
            yield "own_share", "Write per cent, from `0` to `100`."
        countries = self._fields.get("countries") or []
        if not isinstance(countries, list) or not all(re.fullmatch("[A-Z]{2}", str(one)) for one in countries):
            yield (
                "countries",
                'Write a list of two-letter codes: `[LV, EE]` (Norway as `"NO"`, with quotation marks).',
            )

    def _history(self) -> Found:
        changes = self._fields.get("changes") or []
        if not isinstance(changes, list) or not all(self._is_change(one) for one in changes):
            yield "changes", "These lines are written by the import; take them out if they are broken."
        imported = self._fields.get("imported") or {}
        if not isinstance(imported, dict) or not isinstance(imported.get("values") or {}, dict):
            yield "imported", "These lines are written by the import; take them out if they are broken."

    def _is_change(self, change: Any) -> bool:
        if not isinstance(change, dict) or not {"on", "field"} <= set(change) or not self._is_date(change["on"]):
            return False
        before = change.get("before") or []
        return change["field"] != "deadlines" or (isinstance(before, list) and all(map(self._is_date, before)))

    def _links(self) -> Found:
        links = self._fields.get("links") or []
        if not isinstance(links, list) or not all(_is_link(link) for link in links):
            yield "links", "Write a list of `- title: …` with `url: https://…` below it."

    def _contact(self) -> Found:
        contact = self._fields.get("contact") or {}
        if not isinstance(contact, dict) or not set(contact) <= set(CONTACTS):
            yield "contact", f"Write some of {', '.join(CONTACTS)}, each on a line below it."


def is_amount(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return False
    return amount.is_finite() and 0 <= amount <= MOST


def _is_zone(name: Any) -> bool:
    try:
        ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        return False
    return True


def _is_link(link: Any) -> bool:
    if not isinstance(link, dict) or not str(link.get("title") or "").strip():
        return False
    try:
        parts = urlsplit(str(link.get("url") or ""))
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
