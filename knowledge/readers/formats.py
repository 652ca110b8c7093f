"""Which reader a file is given to, and what all of them are held to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from knowledge.document import Block, BlockKind
from knowledge.readers.lines import divide, tidy
from knowledge.readers.reading import LARGEST, MOST_BLOCKS, Text, Unreadable

HEAVY = (".docx", ".pdf", ".pptx", ".xlsx")
SUFFIXES = (".md", ".txt", ".html", ".htm", ".csv", *HEAVY)
REFUSED = {
    ".doc": "DOCX", ".docm": "DOCX", ".rtf": "DOCX", ".odt": "DOCX", ".ppt": "PPTX", ".pptm": "PPTX",
    ".odp": "PPTX", ".xls": "XLSX", ".xlsm": "XLSX", ".xlsb": "XLSX", ".ods": "XLSX",
}  # fmt: skip
"""Formats that people have and we do not read, and what to save them as."""


def check_suffix(suffix: str) -> None:
    """Raises Unreadable, with what to do, for a format that is not read."""
    if suffix in REFUSED:
        raise Unreadable(f"{suffix[1:].upper()} files are not read: open it and save it as {REFUSED[suffix]}.")
    if suffix not in SUFFIXES:
        known = ", ".join(one[1:].upper() for one in SUFFIXES if one != ".htm")
        raise Unreadable(f"This kind of file is not read; save it as one of {known}.")


def check_size(size: int) -> None:
    if size == 0:
        raise Unreadable("It is empty.")
    if size > LARGEST:
        raise Unreadable(f"It is larger than {LARGEST // 1024 // 1024} MB; divide it into smaller files.")


def read_data(suffix: str, data: bytes) -> Text:
    """Raises Unreadable."""
    check_suffix(suffix)
    check_size(len(data))
    text = _reader(suffix)(data)
    if len(text.blocks) > MOST_BLOCKS:
        raise Unreadable(f"It has more than {MOST_BLOCKS} paragraphs and rows; divide it into smaller files.")
    return replace(text, title=tidy(text.title)[:300], blocks=tuple(_tidy(text.blocks)))


def _reader(suffix: str) -> Callable[[bytes], Text]:
    """Libraries are imported when a file needs them: the bot starts without them."""
    match suffix:
        case ".docx":
            from knowledge.readers.docx import read_docx as read
        case ".pdf":
            from knowledge.readers.pdf import read_pdf as read
        case ".pptx":
            from knowledge.readers.pptx import read_pptx as read
        case ".xlsx":
            from knowledge.readers.sheets import read_xlsx as read
        case ".csv":
            from knowledge.readers.sheets import read_csv as read
        case ".html" | ".htm":
            from knowledge.readers.html import read_html as read
        case ".md":
            read = _read_markdown
        case _:
            from knowledge.readers.text import read_text as read
    return read


def _read_markdown(data: bytes) -> Text:
    from knowledge.readers.markdown import read_markdown
    from knowledge.readers.text import decode

    blocks = read_markdown(decode(data))
    if not blocks:
        raise Unreadable("It holds no text.")
    first = blocks[0]
    title = first.text if first.kind is BlockKind.HEADING and first.level == 1 else ""
    return Text(title, blocks[1:] if title else blocks)


def _tidy(blocks: tuple[Block, ...]) -> list[Block]:
    """No empty blocks, and no paragraph too long to be shown as an answer."""
    divisible = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.NOTE)
    made: list[Block] = []
    for block in blocks:
        pieces = list(divide(block.text)) if block.kind in divisible else [block.text]
        made += [replace(block, text=piece) for piece in pieces if piece]
    return made
