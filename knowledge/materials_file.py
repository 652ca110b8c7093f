"""One material file: checked field by field, and made into a Document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge.document import Block, Document, Kind, Link
from knowledge.front_matter import FENCE, FrontMatterError, read_front_matter
from knowledge.material_checks import FACETS, OFFSET, OWN, check_fields
from knowledge.problem import Problem
from knowledge.readers.markdown import read_markdown

__all__ = ["Refused", "check_fields", "has_fields", "make_document", "read_material"]
_FIELD = re.compile(r"^[a-z_]+:\s")


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """The file has these problems and makes no document."""

    problems: tuple[Problem, ...]


def has_fields(path: Path) -> bool:
    """Whether a Markdown file tells its fields at its top, or seems to try; otherwise it is text alone."""
    with path.open("rb") as file:
        first = file.readline(2000).decode("utf-8", "replace").lstrip("\ufeff").strip()
    return first == FENCE or bool(_FIELD.match(f"{first} "))


def read_material(path: Path, name: str) -> Document:
    """Read one Markdown material; `name` is its path as people are told it. Raises Refused."""
    try:
        matter = read_front_matter(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise Refused((Problem(name, None, None, "The file is not UTF-8 text: save it as UTF-8."),)) from error
    except FrontMatterError as error:
        raise Refused((Problem(name, error.line, None, str(error)),)) from error
    problems = check_fields(matter, name)
    if problems:
        raise Refused(problems)
    return make_document(matter.fields, read_markdown(matter.body), name)


def make_document(fields: dict[str, Any], blocks: Sequence[Block], name: str) -> Document:
    """A Document of fields that were checked."""
    kind = Kind(fields["kind"])
    facets = {facet: tuple(str(code) for code in fields.get(facet) or ()) for facet in FACETS}
    return Document(
        id=str(fields["id"]),
        locale=fields["locale"],
        kind=kind,
        title=str(fields["title"]),
        summary=str(fields["summary"]),
        blocks=tuple(blocks),
        supporter=str(fields.get("supporter") or ""),
        implementer=str(fields.get("implementer") or ""),
        starts_on=_day(fields.get("starts_on")),
        ends_on=_day(fields.get("ends_on")),
        links=tuple(Link(str(link["title"]), str(link["url"])) for link in fields.get("links") or ()),
        source=str(fields["source"]),
        reviewed_on=_day(fields.get("reviewed_on")),
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
    return datetime.fromisoformat(str(value)).date() if not OFFSET.match(str(value)) else None
