"""Indexing the words of a large library in another process.

Threads that run Python wait for each other, so that in a thread it would hold up every search meanwhile.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from knowledge.document import Kind
from knowledge.passage import Passage
from retrieval.building import write_words


def write_words_apart(passages: Sequence[Passage], folder: Path) -> None:
    """As building.write_words. Raises CalledProcessError."""
    command = [sys.executable, "-m", __name__, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, encoding="utf-8") as other:  # noqa: S603 - our own
        assert other.stdin
        for passage in passages:
            other.stdin.write(f"{json.dumps(asdict(passage))}\n")
        other.stdin.close()
    if other.returncode:
        raise subprocess.CalledProcessError(other.returncode, command)


def read_passage(line: str) -> Passage:
    told: dict[str, Any] = json.loads(line)
    told |= {"kind": Kind(told["kind"]), "section": tuple(told["section"]), "blocks": tuple(told["blocks"])}
    return Passage(**told)


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    write_words([read_passage(line) for line in sys.stdin], Path(sys.argv[1]))
