"""A document's blocks as HTML, each passage inside an element that carries its anchor: what sources point to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from bot.gateway.light_markdown import render_marks
from knowledge.document import Block, BlockKind, Document
from knowledge.passage import Passage

TOP = 2
"""The page's title is its h1; the highest heading of the text becomes an h2."""


def render_document(document: Document, passages: Sequence[Passage], page_words: str = "{page}") -> Markup:
    """`passages` are the document's own, in order; `page_words` say a page's number where a new one begins."""
    starts = {passage.blocks[0]: passage for passage in passages}
    highest = min((b.level for b in document.blocks if b.kind is BlockKind.HEADING), default=TOP)
    made, place = Markup(), 0
    page: int | None = None
    while place < len(document.blocks):
        passage = starts.get(place)
        if passage is None:
            made += _heading(document.blocks[place], highest, starts.get(place + 1))
            place += 1
            continue
        made += _page_mark(passage.page, page, page_words)
        page = passage.page
        last = passage.blocks[1] + 1
        inner = Markup().join(_groups(document.blocks[place:last]))
        made += Markup('<div class="passage" id="{}" tabindex="-1">{}</div>').format(passage.anchor, inner)
        place = last
    return made


def _page_mark(page: int | None, before: int | None, words: str) -> Markup:
    if page is None or page == before:
        return Markup()
    return Markup('<p class="page-mark">{}</p>').format(words.format(page=page))


def _heading(block: Block, highest: int, passage: Passage | None) -> Markup:
    """A heading is a link to the passage below it, for who wants to point others to it."""
    if block.kind is not BlockKind.HEADING:
        return Markup("<p>{}</p>").format(render_marks(block.text))
    level, text = min(6, TOP + block.level - highest), render_marks(block.text)
    if passage is not None and "<a " not in text:
        text = Markup('<a class="permalink" href="#{}">{}</a>').format(passage.anchor, text)
    return Markup("<h{0}>{1}</h{0}>").format(level, text)


def _groups(blocks: Sequence[Block]) -> Iterator[Markup]:
    """Neighbouring items become one list, neighbouring rows of one table one table."""
    place = 0
    while place < len(blocks):
        kind, end = blocks[place].kind, place + 1
        while end < len(blocks) and blocks[end].kind is kind and kind in (BlockKind.ITEM, BlockKind.ROW):
            end += 1
        yield _group(kind, blocks[place:end])
        place = end


def _group(kind: BlockKind, blocks: Sequence[Block]) -> Markup:
    if kind is BlockKind.ITEM:
        return _list(blocks)
    if kind is BlockKind.ROW:
        return _table(blocks)
    form = Markup('<p class="note">{}</p>') if kind is BlockKind.NOTE else Markup("<p>{}</p>")
    return Markup().join(form.format(render_marks(block.text)) for block in blocks)


def _list(blocks: Sequence[Block]) -> Markup:
    """Deeper items become lists inside the item before them."""
    level, form = blocks[0].level, Markup("<ol>{}</ol>") if blocks[0].ordered else Markup("<ul>{}</ul>")
    made, place = Markup(), 0
    while place < len(blocks):
        end = place + 1
        while end < len(blocks) and blocks[end].level > level:
            end += 1
        inner = _list(blocks[place + 1 : end]) if end > place + 1 else Markup()
        made += Markup("<li>{}{}</li>").format(render_marks(blocks[place].text), inner)
        place = end
    return form.format(made)


def _table(blocks: Sequence[Block]) -> Markup:
    header = blocks[0].header
    head = Markup().join(Markup('<th scope="col">{}</th>').format(render_marks(cell)) for cell in header)
    rows = Markup().join(
        Markup("<tr>{}</tr>").format(
            Markup().join(Markup("<td>{}</td>").format(render_marks(cell)) for cell in block.cells)
        )
        for block in blocks
    )
    top = Markup("<thead><tr>{}</tr></thead>").format(head) if any(header) else Markup()
    return Markup('<div class="table-scroll" tabindex="0"><table>{}<tbody>{}</tbody></table></div>').format(
        top, rows
    )
