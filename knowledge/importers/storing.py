"""Imported calls as materials of their own, with what has changed since the last time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.catalogue import Catalogue
from knowledge.front_matter import FrontMatter, FrontMatterError, read_front_matter
from knowledge.importers.record import CallRecord, merge
from knowledge.materials_file import check_fields
from knowledge.problem import Problem
from knowledge.writing import compose, replace_file

FOLDER = "call"
MOST_CHANGES = 50
WATCHED = ("title", "opens_at", "deadlines", "cancelled", "closed_early", "budget", "grant_min", "grant_max",
           "own_share")  # fmt: skip
"""Fields whose changes people must hear of; the rest is updated without a word."""


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after` are as the front matter has them; a moved deadline has the field `deadlines`."""

    document: str
    field: str
    before: Any
    after: Any


@dataclass
class ImportReport:
    """`added`, `changed` and `unchanged` are keys of documents; `merged` counts records told more than once."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    merged: int = 0

    @property
    def moved_deadlines(self) -> list[Change]:
        return [change for change in self.changes if change.field == "deadlines"]


def store_calls(
    records: Iterable[CallRecord],
    folder: Path,
    *,
    source: str,
    today: date,
    known: Catalogue | None = None,
    problems: Sequence[Problem] = (),
) -> ImportReport:
    """Write each call into `folder` (the helpdesk's own materials) as `call/<id>.<locale>.md`.

    What a person has corrected in such a file stays until the source itself says something new of that field. A
    call that `known` tells from elsewhere is left alone. `problems` are those of reading the source.
    """
    merged, twice = merge(records)
    report = ImportReport(problems=list(problems), merged=twice)
    for record in merged:
        path = folder / FOLDER / f"{record.id}.{record.locale}.md"
        key = f"{record.locale}/{record.id}"
        if not path.exists() and known is not None and known.document(key) is not None:
            report.merged += 1
            continue
        try:
            _store(record, path, key, source, today, report)
        except (FrontMatterError, UnicodeDecodeError) as error:
            report.problems.append(Problem(path.name, getattr(error, "line", None), None, str(error)))
    return report


def _store(record: CallRecord, path: Path, key: str, source: str, today: date, report: ImportReport) -> None:
    held = read_front_matter(path.read_text("utf-8")) if path.exists() else None
    told = record.told()
    before = dict(held.fields.get("imported") or {}) if held else {}
    fields, changes = _combine(held, told, before, today, key)
    fields["source"] = fields.get("source") or source
    body, digest = record.body or record.summary, _digest(record.body)
    if held is not None and digest == before.get("body"):
        body = held.body.strip()
    fields["imported"] = {"identifier": record.identifier, "body": digest, "values": told}
    made = _write_out(record, fields, body)
    found = check_fields(FrontMatter(made, {}, "", 1), record.identifier)
    if found:
        report.problems += found
        return
    if held is not None and held.fields == made and held.body.strip() == body:
        report.unchanged.append(key)
        return
    made["reviewed_on"] = today
    replace_file(path, compose(made, body))
    report.changes += changes
    (report.changed if held is not None else report.added).append(key)


def _combine(
    held: FrontMatter | None, told: dict[str, Any], before: dict[str, Any], today: date, key: str
) -> tuple[dict[str, Any], list[Change]]:
    """What the source says newly goes in; what it has said all along does not undo a correction."""
    if held is None:
        return dict(told), []
    fields, last = dict(held.fields), before.get("values") or {}
    changes: list[Change] = []
    for name in dict.fromkeys([*last, *told]):
        if told.get(name) == last.get(name):
            continue
        if name in WATCHED and fields.get(name) != told.get(name):
            changes.append(Change(key, name, fields.get(name), told.get(name)))
        if name in told:
            fields[name] = told[name]
        else:
            fields.pop(name, None)
    if changes:
        noted = [{"on": today, "field": one.field, "before": one.before, "after": one.after} for one in changes]
        fields["changes"] = [*(fields.get("changes") or []), *noted][-MOST_CHANGES:]
    return fields, changes


def _write_out(record: CallRecord, fields: dict[str, Any], body: str) -> dict[str, Any]:
    """In the order that a person reads them."""
    first = {
        "id": record.id,
        "kind": "call",
        "locale": record.locale,
        "title": fields["title"],
        "summary": fields.get("summary") or _shorten(body) or fields["title"],
    }
    last = {"source": fields["source"], "reviewed_on": fields.get("reviewed_on") or date(1970, 1, 1)}
    rest = {name: value for name, value in fields.items() if name not in first and name not in last}
    return first | rest | last


def _shorten(text: str) -> str:
    line = next((line for line in text.splitlines() if line and not line.startswith(("#", "-"))), "")
    return line if len(line) <= 300 else line[:299].rsplit(" ", 1)[0] + "…"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
