"""Reading files of others in a process of its own, with bounded time and memory, once for each content.

Libraries for PDF and Office files are large and files come from anywhere: one that makes its reader loop, swallow
memory or crash costs that process, and a message to whoever added it, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from knowledge.document import Block, BlockKind
from knowledge.readers.formats import HEAVY, check_size, check_suffix, read_data
from knowledge.readers.reading import Text, Unreadable

VERSION = 1
"""Grows when a reader reads the same file otherwise: what was kept is read anew."""
SECONDS = 180
MEMORY = 2 * 1024**3
PACKAGES = Path(__file__).parents[2]


def read_file(path: Path, cache: Path | None = None) -> Text:
    """`cache` is the folder where readings are kept by content. Raises Unreadable."""
    suffix = path.suffix.lower()
    check_suffix(suffix)
    try:
        check_size(path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"It cannot be opened ({error.strerror}).") from error
    if suffix not in HEAVY and suffix not in (".html", ".htm"):
        return read_data(suffix, data)
    kept = cache / f"{hashlib.sha256(data).hexdigest()}{suffix}.{VERSION}.json" if cache else None
    told = _recall(kept) or _read_apart(path, suffix)
    if kept is not None and not told.get("again"):
        _keep(kept, told)
    if "problem" in told:
        raise Unreadable(told["problem"])
    return from_json(told)


def _recall(kept: Path | None) -> dict[str, Any] | None:
    try:
        return dict(json.loads(kept.read_text("utf-8"))) if kept else None
    except (OSError, ValueError):
        return None


def _keep(kept: Path, told: dict[str, Any]) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_name(f"{kept.name}.{os.getpid()}")
    beside.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    beside.replace(kept)


def _read_apart(path: Path, suffix: str) -> dict[str, Any]:
    """What the process told; `again` marks what another attempt may find otherwise."""
    command = [sys.executable, "-m", "knowledge.readers", str(path.absolute()), suffix]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGES), "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module; the path is one argument
            command, capture_output=True, timeout=SECONDS, env=environment, cwd=PACKAGES, check=False
        )
        return dict(json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return {
            "problem": f"It took more than {SECONDS} seconds to read; divide it or save it anew.",
            "again": True,
        }
    except ValueError:
        return {"problem": "It needs more memory than is given to one file, or broke its reader.", "again": True}


def tell(path: Path, suffix: str) -> str:
    """What the process says of one file, as JSON."""
    _limit()
    try:
        return json.dumps(to_json(read_data(suffix, path.read_bytes())), ensure_ascii=False)
    except Unreadable as problem:
        return json.dumps({"problem": str(problem)})
    except RecursionError:
        return json.dumps({"problem": "Its parts are nested too deep; save its text instead."})


def _limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def to_json(text: Text) -> dict[str, Any]:
    return {"title": text.title, "remarks": text.remarks, "blocks": [asdict(block) for block in text.blocks]}


def from_json(told: dict[str, Any]) -> Text:
    blocks = (
        Block(
            **{
                **one,
                "kind": BlockKind(one["kind"]),
                **{name: tuple(one.get(name, ())) for name in ("header", "cells", "asked")},
            }
        )
        for one in told["blocks"]
    )
    return Text(told["title"], tuple(blocks), tuple(told["remarks"]))
