"""What Telegram is sent is always what it accepts, and says all that was to be said."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.telegram.text import (
    LONGEST,
    Block,
    Span,
    read_markdown,
    split_blocks,
    utf16_length,
    write_html,
    write_plain,
)
from tests import telegram_entities
from tests.telegram_entities import parse_html

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("<>&\"'*_[]()`#\n👩‍🚀ā"), max_size=400
)
SPANS = st.builds(
    Span,
    text=st.text(st.sampled_from("ab <>&\n.😀ķ"), min_size=1, max_size=300),
    bold=st.booleans(),
    italic=st.booleans(),
    code=st.booleans(),
    href=st.none() | st.just('https://example.org/?a=1&b="2"'),
)
BLOCKS = st.lists(st.builds(Block, st.lists(SPANS, min_size=1, max_size=6).map(tuple), st.booleans()), max_size=8)


def words(text: str) -> str:
    return re.sub(r"\s+", "", text)


@given(TEXT)
@example("<b>nav tags</b> & citi")
@example("[saite](javascript:alert(1))")
@example("- viens\n- divi\n\n1. pirmais\n2. otrais")
def test_any_text_is_html_that_telegram_can_parse(text: str) -> None:
    for part in split_blocks(read_markdown(text)):
        assert words(parse_html(write_html(part)).text) == words(write_plain(part))


@given(BLOCKS, st.integers(8, 200))
def test_parts_are_short_enough_and_nothing_is_lost(blocks: list[Block], longest: int) -> None:
    parts = split_blocks(blocks, longest=longest)
    told = [parse_html(write_html(part)).text for part in parts]
    assert all(0 < telegram_entities.utf16_length(part) <= longest for part in told)
    assert words("".join(told)) == words(write_plain(blocks))


@given(BLOCKS)
def test_a_part_has_no_more_entities_than_telegram_formats(blocks: list[Block]) -> None:
    for part in split_blocks(blocks * 20):
        assert sum(span.entities for block in part for span in block.spans) <= 100


@given(st.text(max_size=200))
def test_length_is_counted_in_utf16_units(text: str) -> None:
    sound = text.encode("utf-8", "ignore").decode()
    assert utf16_length(sound) == len(sound.encode("utf-16-le")) // 2


def test_a_long_text_is_split_at_the_end_of_a_paragraph() -> None:
    paragraph = "Biedrība var pieteikties. " * 60
    parts = split_blocks(read_markdown(GAP.join([paragraph] * 5)))
    assert [write_plain(part).count("\n\n") for part in parts] == [1, 1, 0]
    assert all(write_plain(part).endswith(".") for part in parts)


def test_a_paragraph_too_long_alone_is_split_after_a_sentence() -> None:
    parts = split_blocks(read_markdown("Biedrība var pieteikties. " * 400))
    assert len(parts) > 1
    assert all(write_plain(part).endswith(".") for part in parts)


def test_bold_links_and_lists_become_telegrams_own() -> None:
    text = "**Svarīgi:** lasiet [šeit](https://example.org/a?b=1&c=2).\n\n- viens\n- divi"
    assert write_html(read_markdown(text)) == (
        '<b>Svarīgi:</b> lasiet <a href="https://example.org/a?b=1&amp;c=2">šeit</a>.\n\n• viens\n• divi'
    )


def test_an_emoji_is_never_cut_in_two() -> None:
    parts = split_blocks([Block((Span("😀" * LONGEST),))])
    assert "".join(write_plain(part) for part in parts) == "😀" * LONGEST
    assert len(parts) == 2


GAP = "\n\n"
