"""Dropping documents in: each becomes a document of the library, or a message that names it and the reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from knowledge.catalogue import Catalogue
from knowledge.document import Kind
from knowledge.ingest import ingest, remove
from tests.knowledge.readers.documents import LEFT, make_docx, make_pdf


def test_documents_of_any_format_become_documents(tmp_path: Path) -> None:
    inbox, own = tmp_path / "inbox", tmp_path / "own"
    (inbox / "sub").mkdir(parents=True)
    (inbox / "kartiba.docx").write_bytes(make_docx())
    (inbox / "sub" / "zinojums.pdf").write_bytes(make_pdf())
    (inbox / "slikts.pdf").write_bytes(b"x")
    report = ingest([inbox], own, fields={"themes": ["ageing"]}, reviewed_on=date(2026, 11, 24))
    assert [(one.document, one.state) for one in report.taken] == [
        ("lv/kartiba", "added"),
        ("lv/zinojums", "added"),
    ]
    assert [problem.path for problem in report.problems] == ["slikts.pdf"]
    catalogue = Catalogue.read([own])
    assert catalogue.problems == ()
    document = catalogue.document("lv/kartiba")
    assert document is not None
    assert (document.title, document.kind, document.themes) == ("Atbalsta kārtība", Kind.ARTICLE, ("ageing",))
    assert document.reviewed_on == date(2026, 11, 24)
    assert any(LEFT.strip()[:80] in passage.text for passage in catalogue.passages)
    assert {passage.page for passage in catalogue.passages if passage.document == "lv/zinojums"} == {1, 2, 3}


def test_the_same_again_is_unchanged_and_a_new_version_replaces(tmp_path: Path) -> None:
    path, own = tmp_path / "a.txt", tmp_path / "own"
    path.write_text("Pirmais teksts par atbalstu biedrībām.", "utf-8")
    assert ingest([path], own).taken[0].state == "added"
    assert ingest([path], own, known=Catalogue.read([own])).taken[0].state == "unchanged"
    path.write_text("Otrais teksts par atbalstu biedrībām.", "utf-8")
    taken = ingest([path], own, known=Catalogue.read([own])).taken[0]
    assert (taken.document, taken.state) == ("lv/a", "replaced")
    assert [document.blocks[0].text[:6] for document in Catalogue.read([own]).documents] == ["Otrais"]


def test_an_id_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "kas.txt").write_text("Cits teksts par to pašu lietu.", "utf-8")
    path = tmp_path / "kas.txt"
    path.write_text("Teksts par jaunu lietu, kas ir cita.", "utf-8")
    report = ingest([path], tmp_path / "own", known=Catalogue.read([shipped]))
    assert [one.document for one in report.taken] == ["lv/kas-2"]
    assert len(Catalogue.read([shipped, tmp_path / "own"]).documents) == 2


def test_plain_markdown_is_a_document_and_a_broken_material_is_not(tmp_path: Path) -> None:
    (tmp_path / "plain.md").write_text("# Virsraksts\n\nTeksts par atbalstu.\n", "utf-8")
    (tmp_path / "broken.md").write_text("---\nid: X y\nkind: artikle\nlocale: lv\n---\nTeksts.\n", "utf-8")
    (tmp_path / "forgotten.md").write_text("id: a\nkind: article\n---\nTeksts.\n", "utf-8")
    report = ingest([tmp_path], tmp_path / "own")
    assert [one.title for one in report.taken] == ["Virsraksts"]
    told = {(problem.path, problem.line, problem.field) for problem in report.problems}
    assert ("broken.md", 2, "id") in told
    assert ("broken.md", 3, "kind") in told
    assert ("forgotten.md", 1, None) in told


def test_wrong_fields_are_refused_before_anything_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Teksts par atbalstu biedrībām.", "utf-8")
    report = ingest([path], tmp_path / "own", fields={"themes": ["nekas"]})
    assert [problem.field for problem in report.problems] == ["themes"]
    assert not (tmp_path / "own").exists()


def test_what_was_added_can_be_taken_out(tmp_path: Path) -> None:
    path, own = tmp_path / "a.txt", tmp_path / "own"
    path.write_text("Teksts par atbalstu biedrībām.", "utf-8")
    ingest([path], own)
    assert remove(own, "lv/a")
    assert not remove(own, "lv/a")
    assert Catalogue.read([own]).documents == ()
