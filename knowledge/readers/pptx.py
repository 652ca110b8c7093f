"""Presentations: each slide a section, its bullets items, its speaker's notes after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER

from knowledge.document import Block, BlockKind
from knowledge.readers.lines import tidy
from knowledge.readers.markdown import make_row
from knowledge.readers.package import check_package
from knowledge.readers.reading import Text, Unreadable

SMALL_PRINT = {PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.HEADER}


def read_pptx(data: bytes) -> Text:
    check_package(data, "ppt/presentation")
    try:
        slides = list(pptx.Presentation(BytesIO(data)).slides)
        blocks = tuple(block for number, slide in enumerate(slides, 1) for block in _slide(slide, number))
    except Exception as error:
        raise Unreadable("It is damaged: open it in PowerPoint and save it anew.") from error
    if not any(block.kind is not BlockKind.HEADING for block in blocks):
        raise Unreadable("Its slides hold no text, only pictures; put the text into the slides or their notes.")
    return Text(_title(slides[0]), blocks)


def _title(slide: Any) -> str:
    shape = slide.shapes.title
    return tidy(shape.text_frame.text) if shape is not None and shape.has_text_frame else ""


def _slide(slide: Any, number: int) -> Iterator[Block]:
    title = _title(slide)
    if title:
        yield Block(BlockKind.HEADING, title, 2, page=number)
    own = slide.shapes.title
    for shape in _shapes(slide.shapes):
        if own is None or shape.shape_id != own.shape_id:
            yield from _shape(shape, number)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for line in slide.notes_slide.notes_text_frame.text.splitlines():
            if text := tidy(line):
                yield Block(BlockKind.NOTE, text, page=number)


def _shapes(shapes: Iterable[Any]) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _shape(shape: Any, number: int) -> Iterator[Block]:
    if shape.is_placeholder and shape.placeholder_format.type in SMALL_PRINT:
        return
    if getattr(shape, "has_table", False):
        rows = [tuple(tidy(cell.text) for cell in row.cells) for row in shape.table.rows]
        for row in rows[1:] if len(rows) > 1 else rows:
            if any(row):
                yield make_row(rows[0] if len(rows) > 1 else (), row, number)
    elif shape.has_text_frame:
        paragraphs = [paragraph for paragraph in shape.text_frame.paragraphs if tidy(paragraph.text)]
        for paragraph in paragraphs:
            listed = shape.is_placeholder and len(paragraphs) > 1
            kind = BlockKind.ITEM if listed or paragraph.level else BlockKind.PARAGRAPH
            yield Block(kind, tidy(paragraph.text), paragraph.level, page=number)
