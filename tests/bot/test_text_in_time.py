"""No text makes what looks at texts fail or work without end (ReDoS): every function, every nasty text."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bot.channels.telegram.text import read_markdown, split_blocks, write_html
from bot.gateway.light_markdown import render_light
from bot.learning.grouping import NAMED
from bot.nlu.lexicon import find_entities
from bot.nlu.text import fold as fold_words
from bot.nlu.text import tokenize
from bot.replies.routing import is_wordless
from handoff.anonymising import anonymise, find_marks, strip_courtesies
from handoff.folding import fold
from handoff.masking import mask_contacts, mask_personal_codes
from handoff.models.base import clean_text
from knowledge.language import detect_locale
from retrieval.analysis import find_grams, find_terms
from retrieval.diacritics import looks_english
from retrieval.text import split_units, strip_markdown
from tests.hostile import LONGEST, NASTY

SLOWEST = 3.0
WORST = {
    **NASTY,
    "phone": "+371 " + "2 " * (LONGEST // 2),
    "code": "120380-1234" * (LONGEST // 11),
    "mail": "a" * (LONGEST // 2) + "@" + "b." * (LONGEST // 4),
    "names": "mani sauc " + "Anna " * (LONGEST // 5),
    "greeting": "labdien, " + "Anna " * (LONGEST // 5),
    "months": "1. janvar" * (LONGEST // 9),
    "euros": "1.000.000,00 eiro " * (LONGEST // 18),
    "bold": "**a" * (LONGEST // 3),
    "emphasis": "_a*b" * (LONGEST // 4),
    "lists": "- " * (LONGEST // 2),
    "quotes": ">" * LONGEST,
    "lines": "\n" * LONGEST + "x",
}


def write_for_telegram(text: str) -> list[str]:
    return [write_html(part) for part in split_blocks(read_markdown(text))]


FUNCTIONS: tuple[Callable[[str], object], ...] = (
    find_entities,
    fold_words,
    tokenize,
    is_wordless,
    anonymise,
    strip_courtesies,
    find_marks,
    mask_personal_codes,
    mask_contacts,
    fold,
    NAMED.findall,
    detect_locale,
    looks_english,
    find_terms,
    find_grams,
    split_units,
    strip_markdown,
    render_light,
    write_for_telegram,
)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: getattr(one, "__name__", "pattern"))
def test_every_text_is_looked_at_in_time(function: Callable[[str], object]) -> None:
    slow = {}
    for name, text in WORST.items():
        began = time.process_time()
        function(clean_text(text))
        took = time.process_time() - began
        if took > SLOWEST:
            slow[name] = round(took, 1)
    assert slow == {}
