"""Markdown into blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.document import Block, BlockKind

ASKED = "? "
_PARSER = MarkdownIt("commonmark").enable("table")
_YEAR = re.compile(r"^([ \t]*(?:[-*+][ \t]+)?\d{3,})\. ", re.MULTILINE)
"""A Latvian sentence may begin with a year ("2023. gada aprīlī …"), which Markdown would read as a list."""


def read_markdown(text: str) -> tuple[Block, ...]:
    """The body's blocks in order. HTML in it is dropped; bold and links stay as light Markdown.

    Lines that begin with "? " are no text: they are how people ask for what follows them."""
    return tuple(attach_asked(_Walk(_PARSER.parse(_YEAR.sub(r"\1\\. ", text))).blocks()))


def attach_asked(blocks: Iterable[Block]) -> list[Block]:
    """Blocks without a text give what is asked to the next one, or at a section's end to the one before."""
    made: list[Block] = []
    asked: tuple[str, ...] = ()
    for block in blocks:
        if block.asked and not block.text:
            asked += block.asked
        elif block.kind is BlockKind.HEADING:
            _give_back(made, asked)
            made.append(block)
            asked = ()
        else:
            made.append(replace(block, asked=asked) if asked else block)
            asked = ()
    _give_back(made, asked)
    return made


def _give_back(made: list[Block], asked: tuple[str, ...]) -> None:
    if asked and made and made[-1].kind is not BlockKind.HEADING:
        made[-1] = replace(made[-1], asked=made[-1].asked + asked)


def find_asked(paragraph: str) -> tuple[str, ...]:
    """The questions of a paragraph all of whose lines are marked so; of any other none."""
    lines = paragraph.splitlines()
    marked = all(line.startswith(ASKED) for line in lines)
    return tuple(" ".join(line[len(ASKED) :].split()) for line in lines) if marked else ()


def inline_text(token: Token) -> str:
    """One line of light Markdown."""
    made: list[str] = []
    links: list[str] = []
    for part in token.children or ():
        match part.type:
            case "text" | "code_inline":
                made.append(part.content)
            case "softbreak" | "hardbreak":
                made.append(" ")
            case "strong_open" | "strong_close":
                made.append("**")
            case "link_open":
                links.append(str(part.attrGet("href") or ""))
                made.append("[")
            case "link_close":
                made.append(f"]({links.pop()})")
    return " ".join("".join(made).split())


class _Walk:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._lists: list[bool] = []
        self._header: tuple[str, ...] = ()

    def blocks(self) -> Iterator[Block]:
        for place, token in enumerate(self._tokens):
            match token.type:
                case "bullet_list_open" | "ordered_list_open":
                    self._lists.append(token.type.startswith("ordered"))
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                case "heading_open":
                    yield Block(BlockKind.HEADING, inline_text(self._tokens[place + 1]), int(token.tag[1]))
                case "paragraph_open" if not self._lists and (
                    asked := find_asked(self._tokens[place + 1].content)
                ):
                    yield Block(BlockKind.NOTE, "", asked=asked)
                case "paragraph_open":
                    yield from self._paragraph(inline_text(self._tokens[place + 1]))
                case "tr_open":
                    yield from self._row(place)
                case "fence" | "code_block":
                    yield from self._paragraph(" ".join(token.content.split()))

    def _paragraph(self, text: str) -> Iterator[Block]:
        if not text:
            return
        if self._lists:
            yield Block(BlockKind.ITEM, text, len(self._lists) - 1, self._lists[-1])
        else:
            yield Block(BlockKind.PARAGRAPH, text)

    def _row(self, place: int) -> Iterator[Block]:
        end = next(i for i in range(place, len(self._tokens)) if self._tokens[i].type == "tr_close")
        cells = tuple(inline_text(token) for token in self._tokens[place:end] if token.type == "inline")
        if self._tokens[place + 1].type == "th_open":
            self._header = cells
            return
        yield make_row(self._header, cells)


def make_row(header: tuple[str, ...], cells: tuple[str, ...], page: int | None = None) -> Block:
    """A table row whose text reads "Header: cell; Header: cell"."""
    named = [f"{name}: {cell}" if name else cell for name, cell in zip(header, cells, strict=False) if cell]
    text = "; ".join(named or [cell for cell in cells if cell])
    return Block(BlockKind.ROW, text, page=page, header=header, cells=cells)
