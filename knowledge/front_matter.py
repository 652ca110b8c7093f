"""What a material says of itself: the YAML between two lines of `---` at its top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

FENCE = "---"


class FrontMatterError(ValueError):
    """`line` is counted from 1 in the file."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """`lines` tells on which line of the file each field stands; `body_line` where the body begins."""

    fields: dict[str, Any]
    lines: dict[str, int]
    body: str
    body_line: int


def read_front_matter(text: str) -> FrontMatter:
    """Raises FrontMatterError if it is missing, unclosed or not a YAML mapping."""
    lines = text.lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != FENCE:
        raise FrontMatterError(f"The file must begin with a line of {FENCE} and its fields below it.", 1)
    end = next((place for place, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None)
    if end is None:
        raise FrontMatterError(f"The fields at the top are not closed by a line of {FENCE}.", 1)
    fields, places = read_fields("\n".join(lines[1:end]), 2)
    return FrontMatter(fields, places, "\n".join(lines[end + 1 :]), end + 2)


def read_fields(text: str, first: int) -> tuple[dict[str, Any], dict[str, int]]:
    """Fields, and on which line each stands; `first` is the file's line that the text begins on."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        _refuse_repetition(node, first)
        fields = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, FrontMatterError):
            raise
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "this is not YAML"
        raise FrontMatterError(
            f"The fields cannot be read: {problem}. Put a text with a colon in it between quotation marks.",
            mark.line + first if mark else None,
        ) from error
    if not isinstance(fields, dict) or not isinstance(node, yaml.MappingNode):
        raise FrontMatterError("The fields must be lines of `name: value`.", first)
    return fields, {str(key.value): key.start_mark.line + first for key, _ in node.value}


def _refuse_repetition(node: yaml.Node | None, first: int) -> None:
    """YAML itself keeps the last of two lines with one name, and says nothing."""
    seen: set[str] = set()
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        if str(key.value) in seen:
            raise FrontMatterError(f"`{key.value}` is told twice; keep one.", key.start_mark.line + first)
        seen.add(str(key.value))
