"""A file as people have it (DOCX, PDF, …): a document even without fields, and with them where they are told.

What a Markdown material says at its top, any other file may have in a file beside it: `report.docx.yml`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import yaml

from knowledge.document import Block, BlockKind, Document, Kind
from knowledge.front_matter import FrontMatter, FrontMatterError, read_fields
from knowledge.language import detect_locale
from knowledge.materials_file import Refused, check_fields, make_document
from knowledge.passages import slugify
from knowledge.problem import Problem
from knowledge.readers.isolation import read_file
from knowledge.readers.lines import sentences
from knowledge.readers.reading import Text, Unreadable

BESIDE = ".yml"
LONGEST_SUMMARY = 300
_NAMED_LOCALE = re.compile(r"[._-](lv|en)$")


def fields_path(path: Path) -> Path:
    return path.with_name(path.name + BESIDE)


def read_loose_file(
    path: Path, name: str, cache: Path | None = None, told: dict[str, Any] | None = None
) -> Document:
    """`told` goes before what is guessed, and what the file beside it says before both. Raises Refused."""
    try:
        text = read_file(path, cache)
    except Unreadable as problem:
        raise Refused((Problem(name, None, None, str(problem)),)) from problem
    matter = _read_beside(path, name)
    fields = guess_fields(path, text) | (told or {}) | matter.fields
    problems = check_fields(FrontMatter(fields, matter.lines, "", 1), f"{name}{BESIDE}", reviewed=False)
    if problems:
        raise Refused(problems)
    return make_document(fields, text.blocks, name)


def _read_beside(path: Path, name: str) -> FrontMatter:
    beside = fields_path(path)
    if not beside.exists():
        return FrontMatter({}, {}, "", 1)
    try:
        fields, lines = read_fields(beside.read_text("utf-8"), 1)
    except (FrontMatterError, UnicodeDecodeError) as error:
        line = getattr(error, "line", None)
        raise Refused((Problem(f"{name}{BESIDE}", line, None, str(error)),)) from error
    return FrontMatter(fields, lines, "", 1)


def guess_fields(path: Path, text: Text) -> dict[str, Any]:
    """Every required field but the day of review: only a person can have reviewed it."""
    named = _NAMED_LOCALE.search(path.stem)
    stem = path.stem[: named.start()] if named else path.stem
    words = "\n".join(block.text for block in text.blocks[:200])
    return {
        "id": slugify(stem),
        "kind": str(Kind.ARTICLE),
        "locale": named[1] if named else detect_locale(f"{text.title}\n{words}"),
        "title": text.title
        or _first_heading(text.blocks)
        or stem.replace("_", " ").replace("-", " ").strip()
        or "?",
        "summary": summarise(text.blocks),
        "source": f"{text.title} ({path.name})" if text.title else path.name,
    }


def _first_heading(blocks: tuple[Block, ...]) -> str:
    first = blocks[0] if blocks else None
    return first.text if first and first.kind is BlockKind.HEADING else ""


def summarise(blocks: tuple[Block, ...]) -> str:
    """The first sentences of the first real paragraph."""
    found = [block.text for block in blocks if block.kind is BlockKind.PARAGRAPH and len(block.text) > 60]
    text = (found or [block.text for block in blocks if block.kind is not BlockKind.HEADING] or ["…"])[0]
    made = ""
    for sentence in sentences(text.replace("**", "")):
        if made and len(made) + len(sentence) > LONGEST_SUMMARY:
            break
        made = f"{made} {sentence}".strip()
    return made if len(made) <= LONGEST_SUMMARY else made[: LONGEST_SUMMARY - 1].rsplit(" ", 1)[0] + "…"


def write_fields(path: Path, fields: dict[str, Any]) -> None:
    target = fields_path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    beside.write_text(yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=110), "utf-8")
    beside.replace(target)
