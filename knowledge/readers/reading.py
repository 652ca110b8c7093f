"""What every reader gives back, and how it says that a file cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.document import Block

LARGEST = 50 * 1024 * 1024
"""Bytes of a file; larger ones are refused."""
MOST_BLOCKS = 50_000


class Unreadable(ValueError):
    """Why a file cannot be read and what to do about it, in plain English; the caller names the file."""


@dataclass(frozen=True, slots=True)
class Text:
    """A file's own title (empty if it has none), its blocks in reading order, and what was left out of it."""

    title: str
    blocks: tuple[Block, ...]
    remarks: tuple[str, ...] = ()
