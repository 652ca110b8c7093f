"""A file is taken only if its first bytes are those that its name promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.attachments import TYPES, keep_file
from handoff.errors import Invalid

GOOD = {
    "pdf": b"\xef\xbb\xbf%PDF-1.7",
    "rtf": b"{\\rtf1",
    "jpg": b"\xff\xd8\xff\xe0",
    "jpeg": b"\xff\xd8\xff\xe1",
    "png": b"\x89PNG\r\n\x1a\n",
    "webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "ogg": b"OggS",
    "oga": b"OggS",
    "mp3": b"ID3\x04",
    "m4a": b"\0\0\0\x20ftypM4A ",
    "txt": "Ideja ā".encode("utf-16"),
    "csv": b"1;2",
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp"), b"PK\x03\x04"),
    **dict.fromkeys(("doc", "xls", "ppt"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
}
PROGRAMS = {"windows": b"MZ\x90\0", "linux": b"\x7fELF\x02\0", "page": b"<html><script>alert(1)</script>"}


@pytest.mark.parametrize("ending", TYPES)
def test_what_is_what_it_says_is_kept(tmp_path: Path, ending: str) -> None:
    stored = keep_file(tmp_path, f"fails.{ending.upper()}", GOOD[ending])
    assert (tmp_path / stored.path).read_bytes() == GOOD[ending]


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("ending", TYPES)
def test_a_program_in_disguise_is_refused(tmp_path: Path, ending: str, program: bytes) -> None:
    if ending in ("txt", "csv") and b"\0" not in program:
        assert keep_file(tmp_path, f"fails.{ending}", program), "a page served as text stays text"
        return
    with pytest.raises(Invalid, match="not what its name says"):
        keep_file(tmp_path, f"fails.{ending}", program)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_document_is_none(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        keep_file(tmp_path, "fails.pdf", b"")
