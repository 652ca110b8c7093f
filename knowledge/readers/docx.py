"""Word documents: headings by style or outline level, nested lists, tables, footnotes, and Word's own pages."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import docx
from docx.oxml.ns import qn
from lxml import etree

from knowledge.document import Block, BlockKind
from knowledge.readers.docx_lists import Lists
from knowledge.readers.lines import tidy
from knowledge.readers.markdown import make_row
from knowledge.readers.package import check_package
from knowledge.readers.reading import Text, Unreadable

W_P, W_TBL, W_TR, W_TC = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc"))
SKIPPED = {qn("w:del"), qn("w:moveFrom"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
WRAPPERS = {qn(f"w:{name}") for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml")}
TITLES = {"title", "nosaukums", "virsraksts"}
NOTES = {
    "footnoteReference": "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes",
    "endnoteReference": "http://schemas.openxmlformats.org/officeDocument/2006/relationships/endnotes",
}


def read_docx(data: bytes) -> Text:
    check_package(data, "word/document")
    try:
        document = docx.Document(BytesIO(data))
        walk = _Walk(document)
        blocks = tuple(walk.blocks())
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable("It is damaged: open it in Word and save it anew.") from error
    if not blocks:
        raise Unreadable("It holds no text; if its pages are pictures, have them read (OCR) first.")
    return Text(walk.title or tidy(document.core_properties.title or ""), blocks)


class _Walk:
    def __init__(self, document: Any) -> None:
        self._part = document.part
        self._body = document.element.body
        self._styles = {style.style_id: style for style in document.styles}
        self._lists = Lists(document)
        self._notes = {name: _read_notes(document.part, kind) for name, kind in NOTES.items()}
        self._numbers: dict[tuple[str, str], int] = {}
        self._pending: list[tuple[int, str]] = []
        self._paged = self._body.find(f".//{qn('w:lastRenderedPageBreak')}") is not None
        self._page = 1
        self.title = ""

    def blocks(self) -> Iterator[Block]:
        yield from self._walk(self._body)

    def _walk(self, parent: Any) -> Iterator[Block]:
        for child in parent.iterchildren():
            if child.tag == W_P:
                yield from self._paragraph(child)
            elif child.tag == W_TBL:
                yield from self._table(child)
            elif child.tag in WRAPPERS and not _is_contents(child):
                yield from self._walk(child)

    def _paragraph(self, element: Any) -> Iterator[Block]:
        text = self._text(element)
        page = self._page if self._paged else None
        if text:
            level, is_title = self._heading(element)
            if is_title and not self.title:
                self.title = text.replace("**", "")
            elif level:
                yield Block(BlockKind.HEADING, text.replace("**", ""), level, page=page)
            elif listed := self._lists.place(element, self._chain(element)):
                yield Block(BlockKind.ITEM, text, listed.level, listed.ordered, page)
            else:
                yield Block(BlockKind.PARAGRAPH, text, page=page)
        for box in element.iter(qn("w:txbxContent")):
            if not any(above.tag in SKIPPED for above in box.iterancestors()):
                yield from self._walk(box)
        yield from self._told_notes(page)

    def _told_notes(self, page: int | None) -> Iterator[Block]:
        for number, text in self._pending:
            yield Block(BlockKind.NOTE, f"[{number}] {text}", page=page)
        self._pending.clear()

    def _chain(self, element: Any) -> list[Any]:
        """The paragraph's style and those it is based on."""
        found = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        style = self._styles.get(found.get(qn("w:val"))) if found is not None else None
        chain: list[Any] = []
        while style is not None and len(chain) < 20:
            chain.append(style)
            style = getattr(style, "base_style", None)
        return chain

    def _heading(self, element: Any) -> tuple[int, bool]:
        chain = self._chain(element)
        if any(style.style_id.lower() in TITLES or (style.name or "").lower() in TITLES for style in chain[:1]):
            return 1, True
        for holder in (element, *(style.element for style in chain)):
            outline = holder.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
            if outline is not None and int(outline.get(qn("w:val"), "9")) < 6:
                return int(outline.get(qn("w:val"))) + 1, False
        for style in chain:
            name = (style.name or "").lower()
            for word in ("heading ", "virsraksts "):
                if name.startswith(word) and name[len(word) :][:1].isdigit():
                    return min(6, int(name[len(word)])), False
        return 0, False

    def _text(self, element: Any) -> str:
        """The paragraph's own words as light Markdown; deleted ones and text boxes are not its own."""
        return tidy("".join(self._runs(element)).replace("****", ""))

    def _runs(self, element: Any) -> Iterator[str]:
        for child in element.iterchildren():
            tag = child.tag
            if tag in SKIPPED or not isinstance(tag, str):
                continue
            name = etree.QName(tag).localname
            if name == "t":
                yield child.text or ""
            elif name in ("tab", "br", "cr"):
                if name == "br" and child.get(qn("w:type")) == "page" and not self._paged:
                    self._page += 1
                yield " "
            elif name == "noBreakHyphen":
                yield "-"
            elif name == "lastRenderedPageBreak":
                self._page += 1
            elif name in NOTES:
                yield self._refer(name, child.get(qn("w:id"), ""))
            elif name == "r":
                yield self._run(child)
            elif name == "hyperlink":
                yield self._link(child)
            elif name not in ("txbxContent", "pPr", "rPr", "instrText", "delText"):
                yield from self._runs(child)

    def _run(self, run: Any) -> str:
        text = "".join(self._runs(run))
        bold = run.find(f"{qn('w:rPr')}/{qn('w:b')}")
        if bold is None or bold.get(qn("w:val")) in ("0", "false") or not text.strip():
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{before}**{text.strip()}**{after}"

    def _link(self, link: Any) -> str:
        text = "".join(self._runs(link))
        target = self._part.rels.get(link.get(qn("r:id"), ""))
        url = str(target.target_ref) if target is not None and target.is_external else ""
        if not url.startswith(("http://", "https://", "mailto:")) or not text.strip() or text.strip() == url:
            return text
        return f"[{text.strip().replace('**', '')}]({url})"

    def _refer(self, name: str, identifier: str) -> str:
        """A mark `[1]` where the note stands; its text follows the paragraph."""
        text = self._notes[name].get(identifier)
        if not text:
            return ""
        number = self._numbers.setdefault((name, identifier), len(self._numbers) + 1)
        self._pending.append((number, text))
        return f" [{number}]"

    def _table(self, table: Any) -> Iterator[Block]:
        rows = [
            tuple(self._cell(cell) for cell in _cells(row))
            for row in table.iterchildren(W_TR)
        ]  # fmt: skip
        rows = [row for row in rows if any(row)]
        page = self._page if self._paged else None
        if len(rows) == 1 or (rows and max(map(len, rows)) == 1):
            for row in rows:
                yield Block(BlockKind.PARAGRAPH, " ".join(cell for cell in row if cell), page=page)
        elif rows:
            header = tuple(cell.replace("**", "") for cell in rows[0])
            for row in rows[1:]:
                yield make_row(header, row, page)
        yield from self._told_notes(page)

    def _cell(self, cell: Any) -> str:
        return tidy(" ".join(self._text(paragraph) for paragraph in cell.iter(W_P)))


def _cells(row: Any) -> Iterator[Any]:
    """A cell over several columns counts for each, so that columns keep their headers."""
    for cell in row.iter(W_TC):
        if next(cell.iterancestors(W_TR)) is not row:
            continue
        span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        yield cell
        for _ in range(1, min(50, int(span.get(qn("w:val"), "1"))) if span is not None else 1):
            yield etree.Element(W_TC)


def _is_contents(element: Any) -> bool:
    """A table of contents repeats the headings."""
    gallery = element.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}/{qn('w:docPartGallery')}")
    return gallery is not None and "Contents" in gallery.get(qn("w:val"), "")


def _read_notes(part: Any, kind: str) -> dict[str, str]:
    for relation in part.rels.values():
        if relation.reltype == kind and not relation.is_external:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
            root = etree.fromstring(relation.target_part.blob, parser)
            return {
                note.get(qn("w:id"), ""): tidy(" ".join("".join(p.itertext(qn("w:t"))) for p in note.iter(W_P)))
                for note in root
                if note.get(qn("w:type")) in (None, "normal")
            }
    return {}
