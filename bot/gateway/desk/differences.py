"""What changed between two texts, line by line."""

from __future__ import annotations

from difflib import unified_diff

CONTEXT = 2


def compare_lines(before: str, after: str) -> list[tuple[str, str]]:
    """Pairs of a sign and a line: `+` is new, `-` is gone, a space stayed, `@` begins another place."""
    lines = unified_diff(before.splitlines(), after.splitlines(), n=CONTEXT, lineterm="")
    told = [(line[:1], line[1:]) for line in lines if not line.startswith(("---", "+++"))]
    shown = [(sign, "" if sign == "@" else text) for sign, text in told]
    return shown[1:] if shown and shown[0][0] == "@" else shown
