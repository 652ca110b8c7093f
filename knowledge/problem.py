"""Why a file, or a part of it, was left out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and what to write instead, in plain English; `line` is counted from 1."""

    path: str
    line: int | None
    field: str | None
    message: str
