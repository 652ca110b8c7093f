"""Descriptions in HTML as the Markdown of a material."""

from __future__ import annotations

import re
from collections.abc import Iterable

from knowledge.document import Block, BlockKind
from knowledge.readers.formats import read_data
from knowledge.readers.reading import Unreadable

LONGEST = 200_000
_MARKUP = re.compile(r"^([#>+\-*=`~|]|\d+[.)])")


def describe(html: str) -> str:
    """Empty if there is nothing to read in it."""
    try:
        text = read_data(".html", f'<meta charset="utf-8"><main>{html[:LONGEST]}</main>'.encode())
    except (Unreadable, RecursionError):
        return ""
    return write_markdown(text.blocks)


def write_markdown(blocks: Iterable[Block]) -> str:
    made: list[str] = []
    listing = False
    for block in blocks:
        item = block.kind is BlockKind.ITEM
        gap = "\n" if listing and item else "\n\n"
        made.append((gap if made else "") + _line(block))
        listing = item
    return "".join(made)


def _line(block: Block) -> str:
    text = _MARKUP.sub(r"\\\1", block.text) if not block.text.startswith("**") else block.text
    text = text.replace("<", "\\<")
    match block.kind:
        case BlockKind.HEADING:
            return f"{'#' * max(2, block.level)} {text}"
        case BlockKind.ITEM:
            return f"{'  ' * block.level}- {text}"
        case _:
            return text
