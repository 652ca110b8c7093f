"""How people ask for a section, told under its heading: searched by, never shown."""

from __future__ import annotations

from knowledge.document import Block, BlockKind, Document, Kind
from knowledge.passage import Passage
from knowledge.passages import cut
from knowledge.readers.isolation import from_json, to_json
from knowledge.readers.markdown import read_markdown
from knowledge.readers.reading import Text

BODY = """? par ko te ir

Ievads.

## Kas drīkst pieteikties?

? vai students arī var
? мы не организация

Pieteikties drīkst visi.

- biedrības
- ? kas šis ir

## Cik var saņemt?

Līdz 3000 eiro.

? vai ar to pietiks
"""


def test_lines_so_marked_are_no_text() -> None:
    told = [block.text for block in read_markdown(BODY) if block.kind is not BlockKind.HEADING]
    assert told == ["Ievads.", "Pieteikties drīkst visi.", "biedrības", "? kas šis ir", "Līdz 3000 eiro."]


def test_they_belong_to_what_follows_and_at_the_end_of_a_section_to_what_stands_before() -> None:
    asked = {block.text: block.asked for block in read_markdown(BODY) if block.asked}
    assert asked == {
        "Ievads.": ("par ko te ir",),
        "Pieteikties drīkst visi.": ("vai students arī var", "мы не организация"),
        "Līdz 3000 eiro.": ("vai ar to pietiks",),
    }


def test_a_paragraph_that_only_begins_so_is_text() -> None:
    (block,) = read_markdown("? vai tā\nnav jautājums")
    assert (block.text, block.asked) == ("? vai tā nav jautājums", ())


def test_a_section_without_text_keeps_nothing() -> None:
    assert all(not block.asked for block in read_markdown("## Viens\n\n? kas tas\n\n## Otrs\n\nTeksts."))


def test_passages_know_them_and_change_with_them() -> None:
    first, second = (make_passages(read_markdown(body)) for body in (BODY, BODY.replace("students", "skolēns")))
    assert [passage.asked for passage in first][1] == ("vai students arī var", "мы не организация")
    assert [one.text for one in first] == [one.text for one in second]
    assert [a.content_hash == b.content_hash for a, b in zip(first, second, strict=True)] == [True, False, True]


def test_they_survive_being_read_by_another_process() -> None:
    text = Text("", tuple(read_markdown(BODY)), ())
    assert from_json(to_json(text)) == text


def make_passages(blocks: tuple[Block, ...]) -> list[Passage]:
    return cut(Document("a", "lv", Kind.FAQ, "Virsraksts", "", blocks))
