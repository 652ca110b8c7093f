"""What the doctor finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from bot.settings import Settings

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`advice` is empty when all is well."""

    check: str
    level: Level
    found: str
    advice: str = ""


Check = Callable[[Settings], Iterator[Diagnosis]]
