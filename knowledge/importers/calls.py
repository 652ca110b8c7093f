"""Importing calls: from the portal's address, or from a file of its answer or a table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from knowledge.catalogue import Catalogue
from knowledge.importers.fetching import ADDRESS, HOSTS, FetchError, fetch_answers
from knowledge.importers.portal import SOURCE, NotAnAnswer, parse_answers, read_answers
from knowledge.importers.record import CallRecord
from knowledge.importers.sheet import read_sheet
from knowledge.importers.storing import ImportReport, store_calls
from knowledge.problem import Problem
from knowledge.readers.formats import check_size
from knowledge.readers.reading import Unreadable
from knowledge.readers.text import decode

__all__ = ["ADDRESS", "ImportReport", "NotImported", "import_calls"]


class NotImported(ValueError):
    """Nothing was imported, with the reason in plain English."""


def import_calls(
    source: str | Path,
    folder: Path,
    *,
    today: date,
    known: Catalogue | None = None,
    hosts: frozenset[str] = HOSTS,
) -> ImportReport:
    """`source` is an address of the portal's search, or a file: JSON of its answer, CSV or XLSX.

    Calls are written into `folder` (the helpdesk's own materials); index building comes after, by who calls.
    Raises NotImported if the source as a whole cannot be read; nothing is written then.
    """
    records, problems, told = read_source(source, hosts)
    return store_calls(records, folder, source=told, today=today, known=known, problems=problems)


def read_source(source: str | Path, hosts: frozenset[str] = HOSTS) -> tuple[list[CallRecord], list[Problem], str]:
    """Records, problems, and what documents are told to come from. Raises NotImported."""
    try:
        if isinstance(source, str) and "://" in source:
            records, problems = read_answers(fetch_answers(source, hosts=hosts), SOURCE)
            return records, problems, SOURCE
        path = Path(source)
        if path.suffix.lower() in (".csv", ".xlsx"):
            return *read_sheet(path), path.name
        check_size(path.stat().st_size)
        return *read_answers(parse_answers(decode(path.read_bytes())), path.name), SOURCE
    except (Unreadable, NotAnAnswer, FetchError) as error:
        raise NotImported(f"{source}: {error}") from error
    except OSError as error:
        raise NotImported(f"{source}: it cannot be opened ({error.strerror}).") from error
