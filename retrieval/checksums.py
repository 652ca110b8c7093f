"""Whether the files of a folder are still those that were written: a disk that failed, or a hand that slipped,
would otherwise be met as an error in the middle of a search, or not at all."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

NAME = "checksums.json"


def sum_files(folder: Path) -> dict[str, str]:
    """By path within the folder, checksums themselves left out."""
    return {
        path.relative_to(folder).as_posix(): hash_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME
    }


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def note_checksums(folder: Path) -> None:
    (folder / NAME).write_text(json.dumps(sum_files(folder)))


def is_whole(folder: Path) -> bool:
    """False if a file is missing, cut short or changed. Without noted checksums it counts as whole."""
    try:
        noted = json.loads((folder / NAME).read_text())
        return bool(noted == sum_files(folder))
    except FileNotFoundError:
        return not (folder / NAME).exists()
    except (OSError, ValueError):
        return False
