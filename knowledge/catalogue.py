"""The catalogue: every document and call the helpdesk may speak of, read from files, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge.call import RIGA, CallStatus, FundingCall
from knowledge.document import Document, Kind
from knowledge.loose_file import read_loose_file
from knowledge.materials_file import Refused, has_fields, read_material
from knowledge.offsets import settle
from knowledge.passage import Passage
from knowledge.passages import cut
from knowledge.problem import Problem
from knowledge.readers.formats import REFUSED, SUFFIXES

__all__ = ["Catalogue", "Problem"]


@dataclass(frozen=True, slots=True)
class Catalogue:
    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    calls: tuple[FundingCall, ...]
    problems: tuple[Problem, ...]
    _by_key: dict[str, Document] = field(repr=False, compare=False)

    @classmethod
    def read(
        cls, paths: Iterable[Path], *, demo: bool = True, today: date | None = None, cache: Path | None = None
    ) -> Catalogue:
        """Read every file below `paths`. A bad file becomes a Problem and the rest goes on.

        A document that a later one of `paths` tells again takes the place of the earlier: so editors change what
        is shipped (docs/decisions/0009-edited-materials.md). Twice below one path is a mistake.
        `today`, in Riga, is what demonstration dates count from. `cache` is a folder where what was read from
        PDF and Office files is kept, so that each is read once.
        """
        day = today or datetime.now(RIGA).date()
        documents: dict[str, Document] = {}
        problems: list[Problem] = []
        for root in paths:
            told, refused = _read_below(root, demo, cache)
            problems += refused
            documents |= {key: settle(document, day) for key, document in told.items()}
        return cls._of(list(documents.values()), problems, day)

    @classmethod
    def _of(cls, documents: Sequence[Document], problems: Sequence[Problem], today: date) -> Catalogue:
        ordered = sorted(documents, key=lambda document: document.key)
        return cls(
            tuple(ordered),
            tuple(passage for document in ordered for passage in cut(document)),
            tuple(FundingCall.from_document(d, today) for d in ordered if d.kind is Kind.CALL),
            tuple(problems),
            {document.key: document for document in ordered},
        )

    def document(self, key: str) -> Document | None:
        return self._by_key.get(key)

    def translation(self, document: Document, locale: str) -> Document | None:
        return self._by_key.get(f"{locale}/{document.id}")

    def find_documents(
        self,
        *,
        locale: str,
        kinds: Sequence[Kind] = (),
        theme: str | None = None,
        region: str | None = None,
        stage: str | None = None,
        target_group: str | None = None,
        applicant: str | None = None,
    ) -> list[Document]:
        """Documents in `locale`, or in the other language where there is no translation; by title."""
        found = [
            document
            for document in self.documents
            if (document.locale == locale or self.translation(document, locale) is None)
            and (not kinds or document.kind in kinds)
            and (theme is None or theme in document.themes)
            and (region is None or region in document.regions)
            and (stage is None or stage in document.stages)
            and (target_group is None or target_group in document.target_groups)
            and (applicant is None or applicant in document.applicants)
        ]
        return sorted(found, key=lambda document: document.title.casefold())

    def find_calls(
        self,
        *,
        locale: str,
        now: datetime,
        status: CallStatus | None = None,
        theme: str | None = None,
        applicant: str | None = None,
        region: str | None = None,
    ) -> list[FundingCall]:
        """One call an id, in `locale` where it is told in it; nearest deadline first, rolling ones last.

        A call without applicants or regions of its own is open to all of them; one for all of Latvia to each.
        """
        told = {call.id: call for call in sorted(self.calls, key=lambda call: call.locale == locale)}
        found = [
            call
            for call in told.values()
            if (status is None or call.status(now) is status)
            and (theme is None or theme in call.themes)
            and (applicant is None or not call.applicants or applicant in call.applicants)
            and (region is None or not call.regions or bool({region, "latvia"} & set(call.regions)))
        ]
        return sorted(found, key=lambda call: _nearness(call, now))


def _read_below(root: Path, demo: bool, cache: Path | None) -> tuple[dict[str, Document], list[Problem]]:
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    for path, name in list_files([root]):
        try:
            document = read_any(path, name, cache)
        except Refused as refused:
            problems += refused.problems
            continue
        if document.demo and not demo:
            continue
        if document.key in documents:
            problems.append(_twice(document, documents[document.key]))
        else:
            documents[document.key] = document
    return documents, problems


def _nearness(call: FundingCall, now: datetime) -> tuple[bool, float, str]:
    deadline = call.next_deadline(now)
    return (deadline is None, deadline.timestamp() if deadline else 0.0, call.title)


def _twice(document: Document, other: Document) -> Problem:
    message = f"`{document.key}` is told by {other.path} already; give this one another id or locale."
    return Problem(document.path, None, "id", message)


def read_any(path: Path, name: str, cache: Path | None = None, told: dict[str, Any] | None = None) -> Document:
    """A material with fields at its top, or a file as people have it with what is told of it. Raises Refused."""
    try:
        material = path.suffix.lower() == ".md" and has_fields(path)
    except OSError as error:
        raise Refused((Problem(name, None, None, f"It cannot be opened ({error.strerror})."),)) from error
    return read_material(path, name) if material else read_loose_file(path, name, cache, told)


def list_files(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """A folder gives the files of formats we read; a file that is named itself is read or refused."""
    for path in paths:
        if not path.is_dir():
            yield path, path.name
            continue
        for file in sorted(path.rglob("*")):
            hidden = any(part.startswith((".", "~$")) for part in file.relative_to(path).parts)
            if file.suffix.lower() in (*SUFFIXES, *REFUSED) and not hidden and file.is_file():
                yield file, file.relative_to(path).as_posix()
