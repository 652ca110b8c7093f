"""Which paragraphs of a Word document are list items, how deep, and whether they are numbered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

UNNUMBERED = {"bullet", "none"}


@dataclass(frozen=True, slots=True)
class Listed:
    level: int
    ordered: bool


class Lists:
    def __init__(self, document: Any) -> None:
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            self._formats: dict[tuple[str, int], str] = {}
            return
        self._formats = _read_formats(root)

    def place(self, paragraph: Any, styles: list[Any]) -> Listed | None:
        """None if it is no item. A style's own numbering counts where the paragraph has none."""
        number, level = None, None
        for holder in (paragraph, *(style.element for style in styles)):
            found = holder.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            if found is None:
                continue
            number = number or _value(found, "w:numId")
            level = level if level is not None else _value(found, "w:ilvl")
        named = next((n for style in styles if (n := _by_name(style.name or ""))), None)
        if number is None or number == "0":
            return named if number is None else None
        deep = min(8, int(level or 0))
        form = self._formats.get((number, deep))
        if form is None and named is not None:
            return named
        return Listed(named.level if named and not deep else deep, (form or "bullet") not in UNNUMBERED)


def _by_name(name: str) -> Listed | None:
    """ "List Bullet 2" and "List Number": the styles that Word itself offers."""
    words = name.lower().split()
    if words[:1] != ["list"] or words[1:2] not in (["bullet"], ["number"]):
        return None
    return Listed(int(words[2]) - 1 if len(words) > 2 and words[2].isdigit() else 0, words[1] == "number")


def _value(parent: Any, name: str) -> str | None:
    found = parent.find(qn(name))
    return None if found is None else str(found.get(qn("w:val")))


def _read_formats(root: Any) -> dict[tuple[str, int], str]:
    abstract: dict[str, dict[int, str]] = {}
    for one in root.iterchildren(qn("w:abstractNum")):
        abstract[one.get(qn("w:abstractNumId"))] = {
            int(level.get(qn("w:ilvl"), "0")): _value(level, "w:numFmt") or "decimal"
            for level in one.iterchildren(qn("w:lvl"))
        }
    formats: dict[tuple[str, int], str] = {}
    for number in root.iterchildren(qn("w:num")):
        for level, form in abstract.get(_value(number, "w:abstractNumId") or "", {}).items():
            formats[(number.get(qn("w:numId")), level)] = form
    return formats
