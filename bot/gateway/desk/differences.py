"""What changed between two texts, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

from bot.wording import UnknownSentence, say
from knowledge.front_matter import FrontMatterError, read_fields, read_front_matter
from knowledge.material_checks import FACETS
from knowledge.vocabulary import load_vocabularies

CONTEXT = 2
UNTOLD = ("imported", "changes")
"""What the import writes for itself."""


def compare_materials(before: str, after: str, locale: str) -> list[tuple[str, str]]:
    """What a reader of the two would call changed: order and quotation marks of the file are none."""
    return compare_lines("\n".join(tell(before, locale)), "\n".join(tell(after, locale)))


def tell(text: str, locale: str) -> Iterator[str]:
    """A material's text in words, a line a field; as it is where it cannot be read."""
    try:
        matter = read_front_matter(text) if text.startswith("---") else None
        fields = matter.fields if matter else read_fields(text, 1)[0] if text.strip() else {}
    except FrontMatterError:
        yield from text.splitlines()
        return
    names = ("title", "summary", *sorted(set(fields) - {"title", "summary", *UNTOLD}))
    for name in names:
        if fields.get(name) not in (None, "", []):
            yield f"{label_field(locale, name)}: {tell_value(locale, name, fields[name])}"
    if matter and matter.body.strip():
        yield ""
        yield from matter.body.strip().splitlines()


def label_field(locale: str, name: str) -> str:
    for key in (f"materials.fields.{name}", f"materials.{name}"):
        try:
            return say(locale, key)
        except UnknownSentence:
            continue
    return name


def tell_value(locale: str, name: str, value: Any) -> str:
    terms = load_vocabularies()[FACETS[name]].terms if name in FACETS else {}
    if isinstance(value, list):
        told = [tell_value(locale, name, one) for one in value]
        return ", ".join(sorted(told) if terms else told)
    if isinstance(value, dict):
        return " – ".join(str(one) for one in value.values())
    if isinstance(value, bool):
        return say(locale, "desk.yes" if value else "desk.no")
    return terms[str(value)].label(locale) if str(value) in terms else str(value)


def compare_lines(before: str, after: str) -> list[tuple[str, str]]:
    """Pairs of a sign and a line: `+` is new, `-` is gone, a space stayed, `@` begins another place."""
    lines = unified_diff(before.splitlines(), after.splitlines(), n=CONTEXT, lineterm="")
    told = [(line[:1], line[1:]) for line in lines if not line.startswith(("---", "+++"))]
    shown = [(sign, "" if sign == "@" else text) for sign, text in told]
    return shown[1:] if shown and shown[0][0] == "@" else shown
