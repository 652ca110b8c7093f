"""What commands print: words for people, or one JSON document for programs."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def plain(value: object) -> object:
    """What json.dumps cannot write by itself."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (Path, Enum)):
        return str(value)
    raise TypeError(type(value).__name__)


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=plain))


def complain(text: str) -> None:
    print(text, file=sys.stderr)


def fail(text: str, *, stop: bool = True) -> None:
    """Say why on standard error; with `stop` end with status 1."""
    complain(text)
    if stop:
        raise typer.Exit(1)


def refuse(text: str) -> NoReturn:
    """Wrong use: say why and end with status 2."""
    complain(text)
    raise typer.Exit(2)
