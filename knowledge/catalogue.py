"""The catalogue: every document and call the helpdesk may speak of, read from files, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from knowledge.call import CallStatus, FundingCall
from knowledge.document import Document, Kind
from knowledge.passage import Passage


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file, or a part of it, was left out: what is wrong and what to write instead, in plain English."""

    path: str
    line: int | None
    field: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    calls: tuple[FundingCall, ...]
    problems: tuple[Problem, ...]

    @classmethod
    def read(cls, paths: Iterable[Path], *, demo: bool = True) -> Catalogue:
        """Read every file below `paths`. A bad file becomes a Problem and the rest goes on."""
        raise NotImplementedError

    def document(self, key: str) -> Document | None:
        raise NotImplementedError

    def translation(self, document: Document, locale: str) -> Document | None:
        raise NotImplementedError

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
        raise NotImplementedError

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
        """One call an id, in `locale` where it is told in it; nearest deadline first, rolling ones last."""
        raise NotImplementedError
