"""Documents as people have them keep what they say: structure, tables with their headers, notes, pages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.document import Block, BlockKind
from knowledge.readers.formats import SUFFIXES, read_data
from knowledge.readers.lines import FULL, divide, join_lines, sentences
from knowledge.readers.reading import Text, Unreadable
from tests.knowledge.readers import documents


def told(text: Text, kind: BlockKind) -> list[str]:
    return [block.text for block in text.blocks if block.kind is kind]


@pytest.fixture(scope="module")
def word() -> Text:
    return read_data(".docx", documents.make_docx())


@pytest.fixture(scope="module")
def pdf() -> Text:
    return read_data(".pdf", documents.make_pdf())


def test_a_word_document_keeps_its_title_and_headings(word: Text) -> None:
    assert word.title == "Atbalsta kārtība"
    assert [(b.text, b.level) for b in word.blocks if b.kind is BlockKind.HEADING] == [
        ("Vispārīgie noteikumi", 1),
        ("Summas", 2),
    ]


def test_a_word_document_keeps_lists_in_lists(word: Text) -> None:
    assert [(b.text, b.level, b.ordered) for b in word.blocks if b.kind is BlockKind.ITEM] == [
        ("biedrībām:", 0, False),
        ("reģionā strādājošām;", 1, False),
        ("citām;", 1, False),
        ("pašvaldībām.", 0, False),
        ("Iesniedziet pieteikumu.", 0, True),
    ]


def test_a_word_document_keeps_footnotes_beside_what_they_are_about(word: Text) -> None:
    place = next(i for i, block in enumerate(word.blocks) if block.kind is BlockKind.NOTE)
    assert word.blocks[place - 1].text == "Kārtība nosaka, kā **biedrība** saņem atbalstu. [1]"
    assert word.blocks[place].text == "[1] Biedrību un nodibinājumu likuma izpratnē."


def test_each_row_of_a_table_is_told_with_its_header(word: Text) -> None:
    assert told(word, BlockKind.ROW) == [
        "Gads: 2026; Summa: 15 000 eiro",
        "Gads: 2027; Summa: 20 000 eiro; Piezīme: pēc lēmuma",
    ]


def test_tracked_changes_are_read_as_accepted(word: Text) -> None:
    assert word.blocks[-1].text == "Termiņš ir 1. jūnijs."


def test_columns_are_read_one_after_the_other(pdf: Text) -> None:
    first = [block.text for block in pdf.blocks if block.page == 1 and block.kind is BlockKind.PARAGRAPH]
    assert first[:3] == [
        (documents.LEFT * 2).strip(),
        (documents.LEFT * 2).strip(),
        (documents.RIGHT * 2).strip(),
    ]


def test_running_headers_and_page_numbers_are_left_out(pdf: Text) -> None:
    whole = "\n".join(block.text for block in pdf.blocks)
    assert "Ministrijas ziņojums" not in whole
    assert "lpp." not in whole


def test_words_divided_at_the_end_of_a_line_are_whole(pdf: Text) -> None:
    assert "Atbalstu var saņemt katra organizācija, kas strādā ar cilvēkiem. [1]" in told(pdf, BlockKind.PARAGRAPH)


def test_a_pdf_keeps_headings_lists_tables_and_notes_with_their_pages(pdf: Text) -> None:
    kinds = [(b.kind, b.text, b.page) for b in pdf.blocks if b.page and b.page > 1]
    assert kinds[:9] == [
        (BlockKind.HEADING, "Finansējums", 2),
        (BlockKind.PARAGRAPH, "Nauda ir paredzēta trim mērķiem:", 2),
        (BlockKind.ITEM, "mācībām;", 2),
        (BlockKind.ITEM, "kampaņām;", 2),
        (BlockKind.ITEM, "pētījumiem.", 2),
        (BlockKind.PARAGRAPH, "Atbalstu var saņemt katra organizācija, kas strādā ar cilvēkiem. [1]", 2),
        (BlockKind.ROW, "Gads: 2026; Summa: 15 000 eiro", 2),
        (BlockKind.ROW, "Gads: 2027; Summa: 20 000 eiro", 2),
        (BlockKind.NOTE, "[1] Biedrība vai nodibinājums.", 2),
    ]


def test_a_presentation_is_read_slide_by_slide() -> None:
    text = read_data(".pptx", documents.make_pptx())
    assert [(b.kind, b.text, b.level, b.page) for b in text.blocks] == [
        (BlockKind.HEADING, "Kas ir prototips", 2, 1),
        (BlockKind.ITEM, "Pirmais modelis", 0, 1),
        (BlockKind.ITEM, "Izmēģina ar cilvēkiem", 1, 1),
        (BlockKind.NOTE, "Pastāstīt par Cēsu piemēru.", 0, 1),
        (BlockKind.HEADING, "Posmi", 2, 2),
        (BlockKind.ROW, "Posms: pilots; Ilgums: 6 mēneši", 0, 2),
    ]


def test_a_workbook_is_read_sheet_by_sheet_without_hidden_ones() -> None:
    text = read_data(".xlsx", documents.make_xlsx())
    assert told(text, BlockKind.HEADING) == ["Konkursi", "Kontakti"]
    assert told(text, BlockKind.PARAGRAPH) == ["Konkursu saraksts 2026. gadā"]
    assert told(text, BlockKind.ROW) == [
        "Nosaukums: Kopienu konkurss; Termiņš: 30.11.2026; Summa: 15000",
        "Vārds: Biedrība; Vieta: Cēsis",
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_in_text_is_read_with_any_separator(separator: str) -> None:
    rows = (("nosaukums", "vieta"), ("Biedrība Saule", "Cēsis"), ("Fonds", "Rīga"))
    text = read_data(".csv", "\n".join(separator.join(row) for row in rows).encode("cp1257"))
    assert told(text, BlockKind.ROW)[0] == "nosaukums: Biedrība Saule; vieta: Cēsis"


HTML = """<html><head><title>Lapa</title></head><body><nav><a href="/">Sākums</a></nav><main>
<h1>Kas ir inovācija</h1><p>Ideja, kas <b>palīdz</b> – <a href="https://a.lv">vairāk</a>.</p><script>bad()</script>
<p>Tai ir posmi:</p><ul><li>ideja<ol><li>pieraksta</li></ol></li><li>pilots</li></ul>
<table><tr><th>Gads</th><th>Eiro</th></tr><tr><td>2026</td><td>15 000</td></tr></table></main>
<footer>Sīkdatnes</footer></body></html>"""


def test_a_web_page_is_read_without_what_surrounds_it() -> None:
    text = read_data(".html", HTML.encode())
    assert text.title == "Kas ir inovācija"
    assert [(b.kind, b.text, b.level) for b in text.blocks[1:]] == [
        (BlockKind.PARAGRAPH, "Ideja, kas **palīdz** – [vairāk](https://a.lv).", 0),
        (BlockKind.PARAGRAPH, "Tai ir posmi:", 0),
        (BlockKind.ITEM, "ideja", 0),
        (BlockKind.ITEM, "pieraksta", 1),
        (BlockKind.ITEM, "pilots", 0),
        (BlockKind.ROW, "Gads: 2026; Eiro: 15 000", 0),
    ]


TEXT = """ATBALSTA NOTEIKUMI

Atbalstu saņem katra organi-
zācija, kas strādā ar bērniem,
ģimenēm un šķirtajiem.

Vajag:
- pieteikumu;
- tāmi.
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1257"])
def test_plain_text_is_read_in_any_encoding(encoding: str) -> None:
    text = read_data(".txt", TEXT.encode(encoding))
    assert [(block.kind, block.text) for block in text.blocks] == [
        (BlockKind.HEADING, "ATBALSTA NOTEIKUMI"),
        (BlockKind.PARAGRAPH, "Atbalstu saņem katra organizācija, kas strādā ar bērniem, ģimenēm un šķirtajiem."),
        (BlockKind.PARAGRAPH, "Vajag:"),
        (BlockKind.ITEM, "pieteikumu;"),
        (BlockKind.ITEM, "tāmi."),
    ]


def test_russian_of_old_files_is_read_as_russian() -> None:
    text = read_data(".txt", "Поддержка для некоммерческих организаций и фондов.".encode("cp1251"))
    assert text.blocks[0].text == "Поддержка для некоммерческих организаций и фондов."


def test_a_date_or_an_abbreviation_ends_no_sentence() -> None:
    text = "Termiņš ir 2026. gada 30. novembris plkst. 12. Piesakās biedrība, piem. Saule. Tad gaida."
    assert sentences(text)[-1] == "Tad gaida."
    assert sentences(text)[0].startswith("Termiņš ir 2026. gada 30. novembris plkst. 12.")


def test_a_compound_keeps_its_hyphen_across_lines() -> None:
    assert join_lines(["Rīga-", "Cēsis"]) == "Rīga- Cēsis"
    assert join_lines(["organi-", "zācija"]) == "organizācija"


@settings(deadline=None)
@given(st.lists(st.text("abc ĀčD.", min_size=1, max_size=300), min_size=1, max_size=30))
def test_dividing_a_text_loses_nothing(parts: list[str]) -> None:
    text = " ".join(" ".join(parts).split())
    assert " ".join(divide(text)).split() == text.split()


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from(SUFFIXES))
def test_no_content_breaks_a_reader(data: bytes, suffix: str) -> None:
    try:
        text = read_data(suffix, data)
    except Unreadable:
        return
    assert all(isinstance(block, Block) and block.text for block in text.blocks)


def test_no_passage_grows_longer_than_can_be_shown() -> None:
    text = read_data(".txt", ("Šis ir teikums par atbalstu. " * 200).encode())
    assert len(text.blocks) > 1
    assert all(len(block.text) <= FULL for block in text.blocks)
