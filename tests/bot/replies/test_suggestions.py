"""What a question back offers: buttons that can be told apart."""

from __future__ import annotations

import pytest

from bot.replies.buttons import button
from bot.replies.questions import name_passage
from knowledge.catalogue import Catalogue
from knowledge.document import DEMO
from retrieval.building import SHIPPED


@pytest.mark.parametrize("locale", ["lv", "en"])
def test_no_two_passages_of_a_document_have_buttons_that_read_alike(locale: str) -> None:
    named: dict[str, list[str]] = {}
    for passage in Catalogue.read([SHIPPED]).passages:
        # The second half of a long section is under the same heading.
        if passage.locale == locale and not passage.anchor.endswith("-2"):
            named.setdefault(passage.document, []).append(button(name_passage(passage), "choose").title)
    assert [document for document, titles in named.items() if len(set(titles)) < len(titles)] == []


def test_an_invention_is_marked_first() -> None:
    passages = [one for one in Catalogue.read([SHIPPED]).passages if one.title.startswith(DEMO)]
    assert passages
    assert all(name_passage(one).startswith(f"{DEMO} ") for one in passages)
    assert all(name_passage(one).count(DEMO) == 1 for one in passages)
