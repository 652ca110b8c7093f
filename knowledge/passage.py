"""A passage: the smallest piece of a document that answers something and stands on its own."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.document import Kind


@dataclass(frozen=True, slots=True)
class Passage:
    """`text` is the document's own words, whole sentences, items or rows, separated by newlines.

    `context` is what a reader of the page sees above it and a search must see with it: title, section path,
    lead-in sentence, table header. `blocks` are the first and last index into the document's blocks.
    `asked` is how people ask for it in other words, by whoever keeps the document: searched by, never shown.
    `content_hash` changes exactly when `text`, `context` or `asked` does.
    """

    document: str
    anchor: str
    kind: Kind
    locale: str
    title: str
    section: tuple[str, ...]
    text: str
    context: str
    blocks: tuple[int, int]
    content_hash: str
    page: int | None = None
    asked: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.document}#{self.anchor}"

    @property
    def url(self) -> str:
        """Opens this passage in the public library; every page marks each passage with its anchor as an id."""
        return f"/library/{self.document}#{self.anchor}"
