"""Writing a material: its text made of fields and body, checked as a reader would, put in place in one step."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from knowledge.catalogue import list_files, read_any
from knowledge.document import Document
from knowledge.front_matter import FENCE, FrontMatterError, read_front_matter
from knowledge.loose_file import fields_path
from knowledge.materials_file import Refused, check_fields, make_document
from knowledge.problem import Problem
from knowledge.readers.markdown import read_markdown

FIRST = ("id", "kind", "locale", "title", "summary", "source", "reviewed_on", "demo", "review_first")
"""Fields in the order that a person reads them; the rest follows as it comes."""
LAST = ("imported", "changes")


def compose(fields: dict[str, Any], body: str) -> str:
    """The file's whole text."""
    names = [*FIRST, *(name for name in fields if name not in (*FIRST, *LAST)), *LAST]
    told = {name: fields[name] for name in names if name in fields}
    matter = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=110)
    return f"{FENCE}\n{matter}{FENCE}\n\n{body.strip()}\n"


def read_text(text: str, name: str) -> Document:
    """The document that a file of this text makes. Raises Refused."""
    try:
        matter = read_front_matter(text)
    except FrontMatterError as error:
        raise Refused((Problem(name, error.line, None, str(error)),)) from error
    problems = check_fields(matter, name)
    if problems:
        raise Refused(problems)
    return make_document(matter.fields, read_markdown(matter.body), name)


def place_of(folder: Path, document: Document) -> Path:
    """Where a material of our own is kept: as the shipped ones are, and as imported calls are."""
    return folder / document.kind / f"{document.id}.{document.locale}.md"


def find_file(roots: Iterable[Path], document: Document, cache: Path | None = None) -> Path | None:
    """The file that `document` was read from; of several `roots` the last that tells it."""
    for root in reversed(list(roots)):
        path = root / document.path if root.is_dir() else root
        if path.is_file() and _tells(path, document.key, cache):
            return path
    return None


def find_key(root: Path, key: str, cache: Path | None = None) -> Path | None:
    """The file below `root` that tells the document `key`."""
    locale, _, identifier = key.partition("/")
    named = sorted(list_files([root]), key=lambda one: not one[0].name.startswith(f"{identifier}.{locale}."))
    return next((path for path, _ in named if _tells(path, key, cache)), None)


def _tells(path: Path, key: str, cache: Path | None) -> bool:
    try:
        return read_any(path, path.name, cache).key == key
    except Refused:
        return False


def replace_file(path: Path, text: str) -> None:
    """In one step: whoever reads meanwhile reads the file before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def is_loose(path: Path) -> bool:
    """A file as people have it: what is told of it stands beside it, and its body is not ours to write."""
    return path.suffix.lower() != ".md" or fields_path(path).exists()


def digest_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
