"""Web pages: the article without what surrounds it. Nothing in a page is run or fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Comment, NavigableString, Tag
from bs4.element import PreformattedString

from knowledge.document import Block, BlockKind
from knowledge.readers.lines import tidy
from knowledge.readers.markdown import make_row
from knowledge.readers.reading import Text, Unreadable
from knowledge.readers.text import decode

SURROUNDINGS = (
    "script", "style", "noscript", "template", "nav", "footer", "aside", "form", "iframe", "object", "svg",
    "button", "select", "dialog", "canvas", "video", "audio",
)  # fmt: skip
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
PARTS = (
    *HEADINGS,
    "p",
    "li",
    "table",
    "ul",
    "ol",
    "dl",
    "blockquote",
    "pre",
    "div",
    "section",
    "article",
    "figure",
)
DEEPEST = 200
"""Elements inside each other; a page nested deeper is made to exhaust its reader."""
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_\-]+)")


def read_html(data: bytes) -> Text:
    soup = BeautifulSoup(_decode(data), "lxml")
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    for tag in soup(SURROUNDINGS):
        tag.decompose()
    for tag in soup.find_all(attrs={"hidden": True}) + soup.find_all(attrs={"aria-hidden": "true"}):
        tag.decompose()
    found = soup.find("main") or soup.find("article") or soup.body
    root = found if isinstance(found, Tag) else soup
    if root.name == "body":
        for tag in root.find_all("header"):
            tag.decompose()
    blocks = tuple(_walk(root, 0, 0))
    if not any(block.kind is not BlockKind.HEADING for block in blocks):
        raise Unreadable(
            "The page holds no text of its own; it may be put together by scripts. Save its text instead."
        )
    first = next((block.text for block in blocks if block.kind is BlockKind.HEADING and block.level == 1), "")
    return Text(first or tidy(title), blocks)


def _decode(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    if declared:
        try:
            return data.decode(declared[1].decode("ascii"))
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(data)


def _walk(parent: Tag, lists: int, depth: int) -> Iterator[Block]:
    if depth > DEEPEST:
        raise Unreadable(f"Its elements are nested more than {DEEPEST} deep; save its text instead.")
    loose: list[str] = []
    for child in parent.children:
        if isinstance(child, Tag) and (child.name in PARTS or child.find(PARTS) is not None):
            yield from _paragraph(loose)
            loose = []
            yield from _read(child, lists, depth + 1)
        else:
            loose.append(_inline(child))
    yield from _paragraph(loose)


def _paragraph(pieces: list[str]) -> Iterator[Block]:
    text = tidy("".join(pieces))
    if text:
        yield Block(BlockKind.PARAGRAPH, text)


def _read(tag: Tag, lists: int, depth: int) -> Iterator[Block]:
    match tag.name:
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
            if text := tidy(tag.get_text(" ")):
                yield Block(BlockKind.HEADING, text, int(tag.name[1]))
        case "ul" | "ol":
            for item in tag.find_all("li", recursive=False):
                yield from _item(item, lists, tag.name == "ol", depth)
        case "dl":
            yield from _definitions(tag)
        case "table":
            yield from _table(tag)
        case _:
            yield from _walk(tag, lists, depth)


def _item(item: Tag, level: int, ordered: bool, depth: int) -> Iterator[Block]:
    own = tidy("".join(_inline(child) for child in item.children if not _is_list(child)))
    if own:
        yield Block(BlockKind.ITEM, own, level, ordered)
    for child in item.children:
        if isinstance(child, Tag) and _is_list(child):
            if depth > DEEPEST:
                raise Unreadable(f"Its lists are nested more than {DEEPEST} deep; save its text instead.")
            yield from _read(child, level + 1, depth + 1)


def _is_list(child: object) -> bool:
    return isinstance(child, Tag) and child.name in ("ul", "ol")


def _definitions(tag: Tag) -> Iterator[Block]:
    term = ""
    for child in tag.find_all(["dt", "dd"]):
        text = tidy(_inline(child))
        if child.name == "dt":
            term = text
        elif text:
            yield Block(BlockKind.ITEM, f"**{term}**: {text}" if term else text)


def _table(tag: Tag) -> Iterator[Block]:
    header: tuple[str, ...] = ()
    caption = tag.find("caption")
    if isinstance(caption, Tag) and (text := tidy(caption.get_text(" "))):
        yield Block(BlockKind.PARAGRAPH, text if text[-1] in ":." else f"{text}:")
    for row in tag.find_all("tr"):
        if row.find_parent("table") is not tag:
            continue
        found = row.find_all(["th", "td"], recursive=False)
        cells = tuple(tidy(_inline(cell)) for cell in found)
        if not any(cells):
            continue
        if not header and all(cell.name == "th" for cell in found) and len(found) > 1:
            header = cells
        else:
            yield make_row(header, cells)


def _inline(node: object) -> str:
    """Light Markdown of one piece of running text."""
    if isinstance(node, (Comment, PreformattedString)):
        return ""
    if isinstance(node, NavigableString):
        return str(node)
    if not isinstance(node, Tag):
        return ""
    if node.name == "br":
        return " "
    inner = "".join(_inline(child) for child in node.children)
    if not inner.strip():
        return " " if inner else ""
    if node.name in ("strong", "b"):
        return f"**{inner.strip()}**" + (" " if inner[-1].isspace() else "")
    if node.name == "a" and str(node.get("href", "")).startswith(("http://", "https://", "mailto:")):
        return f"[{inner.strip()}]({node['href']})"
    return f" {inner} " if node.name in PARTS else inner
