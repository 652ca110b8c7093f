"""Cutting a document into passages that stand on their own."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from knowledge.document import Block, BlockKind, Document
from knowledge.passage import Passage

FULL = 900
"""Characters after which a passage takes no further block."""


@dataclass
class _Draft:
    section: tuple[str, ...]
    lead_in: str = ""
    first: int = 0
    last: int = 0
    lines: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    page: int | None = None

    @property
    def size(self) -> int:
        return sum(len(line) for line in self.lines)


def slugify(text: str) -> str:
    """Lower-case ASCII words joined by hyphens: `Kas var pieteikties?` -> `kas-var-pieteikties`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "teksts"


def cut(document: Document) -> list[Passage]:
    """The document's passages in order; every block but the headings is in exactly one of them."""
    taken: dict[str, int] = {}
    return [_finish(document, draft, taken) for draft in _draft(document.blocks)]


def _draft(blocks: Sequence[Block]) -> Iterator[_Draft]:
    path: list[tuple[int, str]] = []
    current: _Draft | None = None
    lead_in = ""
    for place, block in enumerate(blocks):
        if block.kind is BlockKind.HEADING:
            if current:
                yield current
            current, lead_in = None, ""
            path = [*(step for step in path if step[0] < block.level), (block.level, block.text)]
            continue
        listed = block.kind in (BlockKind.ITEM, BlockKind.ROW)
        if current and current.size + len(block.text) > FULL and not _leads_in(current):
            yield current
            current = None
        if current is None:
            current = _Draft(
                tuple(text for _, text in path), lead_in if listed else "", place, place, page=block.page
            )
        current.asked += block.asked
        current.lines.append(block.text)
        current.last = place
        if not listed:
            lead_in = block.text if block.text.rstrip().endswith(":") else ""
    if current:
        yield current


def _leads_in(draft: _Draft) -> bool:
    return draft.lines[-1].rstrip().endswith(":")


def _finish(document: Document, draft: _Draft, taken: dict[str, int]) -> Passage:
    base = slugify(draft.section[-1]) if draft.section else "saturs"
    taken[base] = taken.get(base, 0) + 1
    anchor = base if taken[base] == 1 else f"{base}-{taken[base]}"
    text = "\n".join(draft.lines)
    context = "\n".join(part for part in (document.title, " › ".join(draft.section), draft.lead_in) if part)
    told = "\0".join([context, text, *draft.asked])
    digest = hashlib.sha256(told.encode()).hexdigest()[:32]
    return Passage(
        document.key, anchor, document.kind, document.locale, document.title, draft.section, text, context,
        (draft.first, draft.last), digest, draft.page, tuple(draft.asked),
    )  # fmt: skip
