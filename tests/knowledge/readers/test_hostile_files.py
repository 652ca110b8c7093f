"""Damaged, locked, empty, scanned, oversized and hostile files are refused in words, and the rest goes on."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

from knowledge.catalogue import Catalogue
from knowledge.readers import isolation
from knowledge.readers.formats import read_data
from knowledge.readers.package import OLE
from knowledge.readers.reading import LARGEST, Unreadable
from tests.knowledge.readers import documents
from tests.knowledge.readers.documents import add_part, encrypt_pdf, make_docx, make_pdf, make_xlsx


def make_bomb() -> bytes:
    return add_part(make_docx(), "word/media/large.xml", b"<a>" + b" " * 20_000_000 + b"</a>")


def make_laughter() -> bytes:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]><d>&l9;</d>'
    return add_part(make_docx(), "word/document.xml", text.encode(), replace=True)


def make_locked_zip() -> bytes:
    data = bytearray(make_xlsx())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(sign)
        data[place + offset] |= 1
    return bytes(data)


def make_pdf_bomb() -> bytes:
    """A page of 20 MB in 20 KB."""
    packed = zlib.compress(b"0 " * 10_000_000, 9)
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
    ]
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(made)
    return made + b"xref\n0 5\n0000000000 65535 f \n" + table + trailer


def make_word_xml(body: bytes, before: bytes = b"") -> bytes:
    namespace = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    text = b'<?xml version="1.0"?>' + before + b"<w:document " + namespace + b"><w:body>" + body
    return add_part(make_docx(), "word/document.xml", text + b"</w:body></w:document>", replace=True)


def make_secret_reader() -> bytes:
    """XXE: the text of a file of this machine in place of a word."""
    entity = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return make_word_xml(b"<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", entity)


HOSTILE: list[tuple[str, Callable[[], bytes], str]] = [
    (".docx", make_bomb, "zip bomb"),
    (".docx", lambda: add_part(make_docx(), "word/document.xml", documents.ENTITIES, replace=True), "entities"),
    (".docx", make_laughter, "entities"),
    (".docx", make_secret_reader, "entities"),
    (".docx", lambda: make_word_xml(b"<w:tbl>" * 60_000 + b"</w:tbl>" * 60_000), "damaged"),
    (".pdf", make_pdf_bomb, "zip bomb"),
    (".csv", lambda: b"a;b\n" + b"x" * 1_000_000 + b";y\n", "rows"),
    (".docx", lambda: add_part(make_docx(), "word/vbaProject.bin", b"x"), "macros"),
    (".docx", lambda: OLE + b"\0" * 600, "password"),
    (".xlsx", make_locked_zip, "password"),
    (".docx", lambda: make_docx()[:3000], "damaged"),
    (".docx", lambda: add_part(make_docx(), "word/document.xml", b"<w:document", replace=True), "damaged"),
    (".docx", make_xlsx, "not the kind of file"),
    (".docx", lambda: b"", "empty"),
    (".xlsx", lambda: make_docx(), "not the kind of file"),
    (".pptx", lambda: documents.make_pptx()[:2000], "damaged"),
    (".pdf", lambda: b"<html>", "not a PDF"),
    (".pdf", lambda: make_pdf()[:5000], "damaged"),
    (".pdf", lambda: encrypt_pdf(make_pdf()), "password"),
    (".pdf", documents.make_scan, "scan"),
    (".html", lambda: b"<html><body><script>render()</script></body></html>", "scripts"),
    (".html", lambda: b"<div>" * 5000 + b"x", "nested"),
    (".txt", lambda: b"\0\1\2\0", "binary"),
    (".txt", lambda: b"  \n\n ", "no text"),
    (".csv", lambda: b"\n\n", "no rows"),
    (".doc", lambda: OLE, "save it as DOCX"),
    (".exe", lambda: b"MZ", "not read"),
]


@pytest.mark.parametrize(
    ("suffix", "make", "reason"), HOSTILE, ids=[f"{one[0][1:]}-{one[2]}-{i}" for i, one in enumerate(HOSTILE)]
)
def test_the_reason_is_told(suffix: str, make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_data(suffix, make())


def test_an_oversized_file_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "liels.pdf"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(Unreadable, match="larger than 50 MB"):
        isolation.read_file(path)


def test_a_bad_file_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "labs.docx").write_bytes(make_docx())
    (tmp_path / "slikts.docx").write_bytes(make_docx()[:3000])
    (tmp_path / "makro.docx").write_bytes(add_part(make_docx(), "word/vbaProject.bin", b"x"))
    (tmp_path / "vecs.doc").write_bytes(OLE)
    catalogue = Catalogue.read([tmp_path])
    assert [document.id for document in catalogue.documents] == ["labs"]
    assert [(problem.path, problem.message.split(":")[0]) for problem in catalogue.problems] == [
        ("makro.docx", "It holds macros (a program); save it as DOCX, PPTX or XLSX without macros."),
        ("slikts.docx", "It is damaged"),
        ("vecs.doc", "DOC files are not read"),
    ]


def test_a_reader_that_never_ends_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "SECONDS", 0.001)
    path = tmp_path / "a.docx"
    path.write_bytes(make_docx())
    cache = tmp_path / "cache"
    with pytest.raises(Unreadable, match="seconds to read"):
        isolation.read_file(path, cache)
    monkeypatch.undo()
    assert isolation.read_file(path, cache).title == "Atbalsta kārtība", "another attempt is made"


def test_what_was_read_is_kept_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, cache = tmp_path / "a.docx", tmp_path / "cache"
    path.write_bytes(make_docx())
    first = isolation.read_file(path, cache)
    monkeypatch.setattr(isolation, "_read_apart", lambda *_: pytest.fail("read again"))
    assert isolation.read_file(path, cache) == first
    path.rename(tmp_path / "b.docx")
    assert isolation.read_file(tmp_path / "b.docx", cache) == first


def test_a_zip_with_very_many_parts_is_refused() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for number in range(6000):
            package.writestr(f"word/document{number}", "")
    with pytest.raises(Unreadable, match="zip bomb"):
        read_data(".docx", stream.getvalue())


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "in" / "a.docx"
    path.parent.mkdir()
    path.write_bytes(add_part(make_docx(), "../evil.txt", b"x"))
    assert isolation.read_file(path).blocks
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == ["a.docx"]


def test_what_a_page_refers_to_is_not_fetched(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(
        '<base href="http://127.0.0.1:9/"><link rel="stylesheet" href="/a.css"><iframe src="file:///etc/passwd">'
        '</iframe><object data="file:///etc/passwd"></object><img src="http://127.0.0.1:9/x"><p>Teksts te.</p>'
    )
    assert [block.text for block in isolation.read_file(page).blocks] == ["Teksts te."]


def test_a_yaml_that_grows_without_end_is_borne() -> None:
    names = "abcdefghij"
    lines = [f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]" for before, name in pairwise(names)]
    text = "\n".join(["---", "title: x", "a: &a [x, x]", *lines, "themes: *j", "---", "Teksts te."])
    with suppress(Unreadable):
        read_data(".md", text.encode())


@pytest.mark.parametrize("text", ["ķīļi".encode()[:-1], b"\xc4", "ļ".encode() * 10_000 + b"\xc4", b"\xff\xfeA"])
def test_half_a_letter_is_no_reason_to_fail(text: bytes) -> None:
    with suppress(Unreadable):
        read_data(".txt", text + b" un vardi, ar ko pietiek.")
