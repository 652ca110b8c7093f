"""Office files are ZIP archives of XML: looked through for what could harm before a library opens them."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree as SafeTree
from defusedxml import DefusedXmlException

from knowledge.readers.reading import Unreadable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a file of Office before 2007 begins, and one of today that is encrypted."""
LARGEST_UNPACKED = 300 * 1024 * 1024
LARGEST_PART = 100 * 1024 * 1024
MOST_PARTS = 5000
STEEPEST = 200
"""How many bytes one packed byte may stand for, in parts over a megabyte; honest XML stays below 100."""
_MACRO = re.compile(r"(^|/)(vbaProject\.bin|vbaData\.xml|macrosheets/.*)$", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def check_package(data: bytes, main: str) -> None:
    """`main` is the part that makes it the format it is taken for. Raises Unreadable."""
    if data.startswith(OLE):
        raise Unreadable(
            "It is protected by a password, or a file of Office before 2007; open it, take the password off and "
            "save it as DOCX, PPTX or XLSX."
        )
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            _check(package, main)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("It is damaged: open it in the program it was made with and save it anew.") from error


def _check(package: zipfile.ZipFile, main: str) -> None:
    parts = package.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise Unreadable("It unpacks to far more than a document holds (a zip bomb, or very large pictures).")
    names = {part.filename for part in parts}
    if not any(name.startswith(main) for name in names):
        raise Unreadable("It is not the kind of file that its name says; save it anew in the right format.")
    for part in parts:
        _check_part(package, part)


def _check_part(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if part.flag_bits & 1:
        raise Unreadable("It is protected by a password; take the password off and save it anew.")
    if _MACRO.search(part.filename):
        raise Unreadable("It holds macros (a program); save it as DOCX, PPTX or XLSX without macros.")
    steep = part.file_size > 1024 * 1024 and part.file_size > STEEPEST * max(1, part.compress_size)
    if part.file_size > LARGEST_PART or steep:
        raise Unreadable("It unpacks to far more than a document holds (a zip bomb).")
    if part.filename.endswith((".xml", ".rels")):
        _check_xml(package.read(part))


def _check_xml(content: bytes) -> None:
    """Entities can read files of this machine or grow without end; no Office program writes them."""
    plain = content.replace(b"\0", b"")
    if not _DOCTYPE.search(plain):
        return
    try:
        SafeTree.fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Unreadable("Its XML holds entities or a document type, as only hostile files do.") from error
    except ParseError as error:
        raise Unreadable("It is damaged: its XML cannot be read.") from error
