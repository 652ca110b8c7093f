"""A button's value is short, opaque, and the same for Rasa and without it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replies import buttons

NAMES = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
FACTS = st.dictionaries(NAMES, st.from_regex(r"[A-Za-z0-9_.-]{1,14}", fullmatch=True), max_size=2)


@given(NAMES, FACTS)
def test_what_is_encoded_is_decoded(intent: str, facts: dict[str, str]) -> None:
    assert buttons.decode(buttons.encode(intent, **facts)) == (intent, facts)


@given(NAMES, FACTS)
def test_rasa_reads_the_same(intent: str, facts: dict[str, str]) -> None:
    told = buttons.rasa_message(buttons.encode(intent, **facts))
    name, brace, rest = told[1:].partition("{")
    assert told[0] == "/"
    assert (name, json.loads(brace + rest) if brace else {}) == (intent, facts)


def test_a_value_that_channels_cannot_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 64"):
        buttons.encode("list_calls", theme="x" * 60)


@pytest.mark.parametrize("value", ["", "UPPER", "a b", "list_calls:theme", "list_calls:=x", "/greet", 'x{"a": 1}'])
def test_what_was_never_offered_is_unknown(value: str) -> None:
    with pytest.raises(buttons.UnknownButton):
        buttons.decode(value)


def test_a_long_title_is_cut_at_a_word() -> None:
    short = buttons.shorten("Ļoti garš konkursa nosaukums, kas uz pogas nekādi neietilpst vienā rindā", 40)
    assert short == "Ļoti garš konkursa nosaukums, kas uz…"
