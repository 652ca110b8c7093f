"""Whether a file's first bytes are those its ending promises.

It is not opened: what it holds further on is for the programs of whoever downloads it.
"""

from __future__ import annotations

ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BEGINS = {
    "pdf": (b"%PDF",),
    "rtf": (b"{\\rtf",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "webp": (b"RIFF",),
    "ogg": (b"OggS",),
    "oga": (b"OggS",),
    "mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"),
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp"), (ZIP,)),
    **dict.fromkeys(("doc", "xls", "ppt"), (OLE,)),
}
WITHIN = {"pdf": 1024}
"""Readers find a PDF's mark so far on."""
INSIDE = {"webp": (8, b"WEBP"), "m4a": (4, b"ftyp")}
TEXTS = ("txt", "csv")
WIDE = (b"\xff\xfe", b"\xfe\xff")
"""Text in UTF-16 says so, and has zero bytes."""


def is_what_it_says(ending: str, body: bytes) -> bool:
    """Endings that are not known here are somebody else's to judge."""
    if ending in TEXTS:
        return body.startswith(WIDE) or b"\0" not in body
    if ending in INSIDE:
        at, sign = INSIDE[ending]
        if body[at : at + len(sign)] != sign:
            return False
    head, signs = body[: WITHIN.get(ending, 16)], BEGINS.get(ending, (b"",))
    return any(sign in head for sign in signs) if ending in WITHIN else head.startswith(signs)
