"""Materials written by editors: they read back as written, and go before what is shipped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.catalogue import Catalogue
from knowledge.front_matter import read_front_matter
from knowledge.materials_file import Refused
from knowledge.writing import compose, find_file, find_key, place_of, read_text, replace_file

FIELDS = {
    "kind": "faq",
    "id": "kas-maksa",
    "locale": "lv",
    "title": "Cik maksā konsultācija: „bez maksas”?",
    "summary": "Neko.",
    "themes": ["ageing"],
    "source": "Koordinatora atbilde, 2026",
    "reviewed_on": date(2026, 11, 24),
}


def put(folder: Path, body: str = "Konsultācija ir bez maksas.", **fields: object) -> Path:
    path = folder / "faq" / "kas-maksa.lv.md"
    replace_file(path, compose(FIELDS | fields, body))
    return path


def test_what_was_written_is_what_is_read(tmp_path: Path) -> None:
    path = put(tmp_path)
    matter = read_front_matter(path.read_text("utf-8"))
    assert matter.fields == FIELDS
    assert list(matter.fields)[:3] == ["id", "kind", "locale"]
    document = read_text(path.read_text("utf-8"), "kas-maksa")
    assert document.title == FIELDS["title"]
    assert place_of(tmp_path, document) == path


def test_a_mistake_is_refused_with_its_field() -> None:
    with pytest.raises(Refused) as refused:
        read_text(compose(FIELDS | {"themes": ["nope"]}, "Teksts."), "kas-maksa")
    assert [problem.field for problem in refused.value.problems] == ["themes"]


def test_a_later_folder_goes_before_an_earlier_one(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    put(shipped)
    edited = put(own, title="Cik maksā konsultācija?")
    catalogue = Catalogue.read([shipped, own])
    assert [document.title for document in catalogue.documents] == ["Cik maksā konsultācija?"]
    assert catalogue.problems == ()
    assert find_file([shipped, own], catalogue.documents[0]) == edited
    edited.unlink()
    assert Catalogue.read([shipped, own]).documents[0].title == FIELDS["title"]


def test_two_files_of_one_folder_may_not_tell_the_same(tmp_path: Path) -> None:
    put(tmp_path)
    replace_file(tmp_path / "other.md", compose(FIELDS, "Cits."))
    catalogue = Catalogue.read([tmp_path])
    assert len(catalogue.documents) == 1
    assert catalogue.problems[0].field == "id"


def test_a_document_is_found_by_its_key_whatever_its_file_is_called(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    replace_file(path, compose(FIELDS, "Teksts."))
    assert find_key(tmp_path, "lv/kas-maksa") == path
    assert find_key(tmp_path, "en/kas-maksa") is None


def test_what_is_written_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = put(tmp_path)
    put(tmp_path, body="Otrreiz.")
    assert list(path.parent.iterdir()) == [path]
