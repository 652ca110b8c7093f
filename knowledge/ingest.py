"""Taking in documents as people have them: read, kept beside the rest of the data, each with what became of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.catalogue import Catalogue, list_files, read_any
from knowledge.document import Document
from knowledge.front_matter import read_fields
from knowledge.loose_file import fields_path, write_fields
from knowledge.materials_file import Refused
from knowledge.passages import cut
from knowledge.problem import Problem
from knowledge.readers.isolation import read_file
from knowledge.readers.reading import Unreadable

ADDED = "added"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """`state` is added, replaced or unchanged. `remarks` say what of the file could not be read."""

    document: str
    title: str
    file: Path
    state: str
    passages: int
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IngestReport:
    taken: tuple[Taken, ...]
    problems: tuple[Problem, ...]


def ingest(
    paths: Iterable[Path],
    folder: Path,
    *,
    known: Catalogue | None = None,
    fields: dict[str, Any] | None = None,
    reviewed_on: date | None = None,
    cache: Path | None = None,
    progress: Progress = lambda _: None,
) -> IngestReport:
    """Copy every readable file below `paths` into `folder` (the helpdesk's own materials).

    `fields` are told of each of them (kind, locale, source, themes, …) and go before what is guessed from the
    file. A file of the same name is replaced; an id that `known` has already from elsewhere gets a number. Index
    building comes after, by who calls.
    """
    taken: list[Taken] = []
    problems: list[Problem] = []
    for path, name in list_files(paths):
        progress(name)
        try:
            one = _take(path, name, folder / ADDED, known, dict(fields or {}), reviewed_on, cache, taken)
            taken.append(one)
        except Refused as refused:
            problems += refused.problems
    return IngestReport(tuple(taken), tuple(problems))


def _take(
    path: Path,
    name: str,
    target: Path,
    known: Catalogue | None,
    fields: dict[str, Any],
    reviewed_on: date | None,
    cache: Path | None,
    before: list[Taken],
) -> Taken:
    document = read_any(path, name, cache, fields)
    kept = target / _kept_name(path, document)
    if any(kept == other.file for other in before):
        raise _refuse(name, "Another file of the same name was added just before; rename one of them.")
    if _tells_itself(document, path) and known and not kept.exists() and known.document(document.key):
        raise _refuse(name, f"`{document.key}` is in the library already; give this one another id.")
    state = "added"
    if kept.exists():
        same = _digest(kept) == _digest(path) and fields.items() <= _told_beside(kept).items()
        state = "unchanged" if same else "replaced"
    if state != "unchanged":
        told = fields | _identity(document, kept, known)
        if reviewed_on and document.reviewed_on is None:
            told["reviewed_on"] = reviewed_on
        _copy(path, kept, None if _tells_itself(document, path) else told)
    final = read_any(kept, kept.name, cache)
    return Taken(final.key, final.title, kept, state, len(cut(final)), _remarks(path, cache))


def _refuse(name: str, message: str) -> Refused:
    return Refused((Problem(name, None, None, message),))


def _kept_name(path: Path, document: Document) -> str:
    stem = path.stem.removesuffix(f".{document.locale}")
    return f"{stem}.{document.locale}{path.suffix.lower()}"


def _tells_itself(document: Document, path: Path) -> bool:
    """A Markdown material has its fields at its own top."""
    return path.suffix.lower() == ".md" and document.reviewed_on is not None


def _identity(document: Document, kept: Path, known: Catalogue | None) -> dict[str, Any]:
    """An id that nothing else has; the same file keeps the one it got before."""
    before = _told_beside(kept).get("id")
    if before:
        return {"id": before, "locale": document.locale, "source": document.source}
    identifier, number = document.id, 2
    while known is not None and known.document(f"{document.locale}/{identifier}") is not None:
        identifier, number = f"{document.id[:70]}-{number}", number + 1
    return {"id": identifier, "locale": document.locale, "source": document.source}


def _told_beside(kept: Path) -> dict[str, Any]:
    beside = fields_path(kept)
    return read_fields(beside.read_text("utf-8"), 1)[0] if beside.exists() else {}


def _copy(path: Path, kept: Path, fields: dict[str, Any] | None) -> None:
    """The fields first: whoever looks between the two steps sees the document before, or nothing."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_name(f".{kept.name}.{os.getpid()}")
    beside.write_bytes(path.read_bytes())
    if fields is not None:
        write_fields(kept, fields)
    beside.replace(kept)


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def _remarks(path: Path, cache: Path | None) -> tuple[str, ...]:
    try:
        return read_file(path, cache).remarks if path.suffix.lower() == ".pdf" else ()
    except Unreadable:
        return ()


def remove(folder: Path, key: str, cache: Path | None = None) -> bool:
    """Take a document that was taken in out again; False if there is no such one."""
    for path, name in list_files([folder / ADDED]):
        try:
            found = read_any(path, name, cache).key == key
        except Refused:
            continue
        if found:
            path.unlink()
            fields_path(path).unlink(missing_ok=True)
            return True
    return False
