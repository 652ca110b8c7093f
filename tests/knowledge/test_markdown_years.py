from __future__ import annotations

import pytest

from knowledge.document import BlockKind
from knowledge.readers.markdown import read_markdown


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2023. gada aprīlī sākās pali.", BlockKind.PARAGRAPH),
        ("- 2023. gada aprīlī sākās pali;", BlockKind.ITEM),
    ],
)
def test_a_sentence_that_begins_with_a_year_keeps_it(text: str, kind: BlockKind) -> None:
    (block,) = read_markdown(text)
    assert block.kind is kind
    assert block.text.startswith("2023. gada")


def test_a_numbered_list_is_still_a_list() -> None:
    blocks = read_markdown("1. ideja\n2. prototips\n")
    assert [(block.text, block.ordered) for block in blocks] == [("ideja", True), ("prototips", True)]
