"""What the helpdesk knows, one document at a time, whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

DEMO = "[Demo]"
"""How the title of an invented document begins."""


class Kind(StrEnum):
    ARTICLE = "article"
    FAQ = "faq"
    CALL = "call"
    PROGRAMME = "programme"
    INNOVATION = "innovation"
    ORGANISATION = "organisation"
    EVENT = "event"
    TOOL = "tool"


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document's body, in reading order; every reader makes these and nothing else.

    `text` is one line of light Markdown (bold, links). `level` is a heading's level (1 to 6) or a list
    item's nesting (0 is outermost). A ROW carries its table's column names in `header` and its own `cells`,
    and in `text` the two joined as "Header: cell; …". `page` is the page, slide or sheet, counted from 1.
    `asked` is how people ask for what this block and those after it tell: to be searched by, never shown.
    """

    kind: BlockKind
    text: str
    level: int = 0
    ordered: bool = False
    page: int | None = None
    header: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Document:
    """One text in one language. The same `id` in two locales is the same matter told twice.

    Facets (`themes`, `target_groups`, `regions`, `stages`, `applicants`) hold codes of knowledge.vocabularies.
    `fields` holds what only its kind has: a call's deadlines and amounts, an organisation's contacts.
    `source` says where the facts come from, in words a reader can follow; `reviewed_on` when a person last
    checked them. `path` is relative to the materials it was read from.
    """

    id: str
    locale: str
    kind: Kind
    title: str
    summary: str
    blocks: tuple[Block, ...]
    themes: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    applicants: tuple[str, ...] = ()
    supporter: str = ""
    implementer: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    links: tuple[Link, ...] = ()
    source: str = ""
    reviewed_on: date | None = None
    demo: bool = False
    review_first: bool = False
    path: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Unique in the catalogue, and the document's place in the public library: `lv/kas-ir-…`."""
        return f"{self.locale}/{self.id}"

    @property
    def url(self) -> str:
        return f"/library/{self.key}"
