"""One material file: checked field by field, and made into a Document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge.document import Document, Kind, Link
from knowledge.front_matter import FrontMatter, FrontMatterError, read_front_matter
from knowledge.problem import Problem
from knowledge.readers.markdown import read_markdown
from knowledge.vocabulary import load_vocabularies

REQUIRED = ("id", "kind", "locale", "title", "summary", "source", "reviewed_on")
FACETS = {
    "themes": "theme",
    "target_groups": "target_group",
    "regions": "region",
    "stages": "stage",
    "applicants": "applicant",
}
TEXTS = ("supporter", "implementer")
COMMON = {*REQUIRED, *FACETS, *TEXTS, "starts_on", "ends_on", "links", "demo", "review_first"}
OWN: dict[Kind, set[str]] = {
    Kind.CALL: {
        "programme", "opens_at", "deadlines", "call_timezone", "call_stages", "cancelled", "closed_early",
        "budget", "grant_min", "grant_max", "own_share", "countries", "rolling",
    },
    Kind.ORGANISATION: {"contact"},
    Kind.EVENT: {"starts_at", "ends_at", "place", "online"},
    Kind.INNOVATION: {"stage", "started_on"},
}  # fmt: skip
OFFSET = re.compile(r"^[+-]\d{1,4}d$")


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """The file has these problems and makes no document."""

    problems: tuple[Problem, ...]


def read_material(path: Path, name: str) -> Document:
    """Read one Markdown material; `name` is its path as people are told it. Raises Refused."""
    try:
        matter = read_front_matter(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise Refused((Problem(name, None, None, "The file is not UTF-8 text: save it as UTF-8."),)) from error
    except FrontMatterError as error:
        raise Refused((Problem(name, error.line, None, str(error)),)) from error
    problems = tuple(_Check(matter, name).problems())
    if problems:
        raise Refused(problems)
    return make_document(matter.fields, matter.body, name)


class _Check:
    def __init__(self, matter: FrontMatter, name: str) -> None:
        self._fields = matter.fields
        self._lines = matter.lines
        self._name = name

    def _problem(self, field: str, message: str) -> Problem:
        return Problem(self._name, self._lines.get(field), field, message)

    def problems(self) -> Iterator[Problem]:
        yield from self._missing()
        yield from self._simple()
        yield from self._unknown()
        yield from self._codes()
        yield from self._dates()

    def _missing(self) -> Iterator[Problem]:
        for field in REQUIRED:
            if self._fields.get(field) in (None, ""):
                yield self._problem(field, f"Add a line `{field}: …`; every material needs it.")

    def _simple(self) -> Iterator[Problem]:
        identifier, kind = self._fields.get("id"), self._fields.get("kind")
        if identifier and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", str(identifier)):
            yield self._problem(
                "id", "Write it in small Latin letters, digits and hyphens, for example `kas-ir-esf`."
            )
        if kind and str(kind) not in set(Kind):
            yield self._problem("kind", f"Write one of: {', '.join(Kind)}.")
        if self._fields.get("locale") not in (None, "lv", "en"):
            yield self._problem("locale", "Write `lv` or `en`.")
        if self._fields.get("demo") and not str(self._fields.get("title", "")).startswith("[Demo]"):
            yield self._problem("title", "The title of a demonstration begins with `[Demo]`.")

    def _unknown(self) -> Iterator[Problem]:
        kind = self._fields.get("kind")
        known = COMMON | (OWN.get(Kind(kind), set()) if kind in set(Kind) else set())
        for field in self._fields:
            if field not in known:
                yield self._problem(
                    str(field), f"`{field}` is not a field of this kind; take it out or correct it."
                )

    def _codes(self) -> Iterator[Problem]:
        for field, vocabulary in FACETS.items():
            given = self._fields.get(field) or []
            if not isinstance(given, list):
                yield self._problem(field, "Write a list: one line `- code` each.")
                continue
            terms = load_vocabularies()[vocabulary].terms
            for code in given:
                if str(code) not in terms:
                    yield self._problem(
                        field, f"`{code}` is unknown; write one of: {', '.join(list(terms)[:20])}."
                    )

    def _dates(self) -> Iterator[Problem]:
        for field in ("reviewed_on", "starts_on", "ends_on", "opens_at"):
            if not self._is_date(self._fields.get(field)):
                yield self._problem(field, "Write a date as 2026-11-30.")
        deadlines = self._fields.get("deadlines") or []
        if not isinstance(deadlines, list) or not all(self._is_date(value) for value in deadlines):
            yield self._problem("deadlines", "Write a list of dates, one line `- 2026-11-30` each.")

    def _is_date(self, value: object) -> bool:
        if value is None or isinstance(value, (date, datetime)):
            return True
        if self._fields.get("demo") and isinstance(value, str) and OFFSET.match(value):
            return True
        try:
            datetime.fromisoformat(str(value))
        except ValueError:
            return False
        return True


def make_document(fields: dict[str, Any], body: str, name: str) -> Document:
    """A Document of fields that were checked."""
    kind = Kind(fields["kind"])
    facets = {facet: tuple(str(code) for code in fields.get(facet) or ()) for facet in FACETS}
    return Document(
        id=str(fields["id"]),
        locale=fields["locale"],
        kind=kind,
        title=str(fields["title"]),
        summary=str(fields["summary"]),
        blocks=read_markdown(body),
        supporter=str(fields.get("supporter") or ""),
        implementer=str(fields.get("implementer") or ""),
        starts_on=_day(fields.get("starts_on")),
        ends_on=_day(fields.get("ends_on")),
        links=tuple(Link(str(link["title"]), str(link["url"])) for link in fields.get("links") or ()),
        source=str(fields["source"]),
        reviewed_on=_day(fields["reviewed_on"]),
        demo=bool(fields.get("demo")),
        review_first=bool(fields.get("review_first")),
        path=name,
        fields={field: fields[field] for field in OWN.get(kind, ()) if field in fields},
        **facets,
    )


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value)) if not OFFSET.match(str(value)) else None
