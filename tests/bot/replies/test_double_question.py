"""What counts as two questions in one message."""

from __future__ import annotations

import pytest

from bot.replies.double_question import split_question


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("kas ir sociālais uzņēmums un kā par tādu kļūt", "kas ir sociālais uzņēmums", "kā par tādu kļūt"),
        ("Kas ir prototips? Kur pieteikties?", "Kas ir prototips", "Kur pieteikties?"),
        ("What is a pilot, and who pays for it?", "What is a pilot", "who pays for it?"),
        ("Что такое пилот и кто за него платит?", "Что такое пилот", "кто за него платит?"),
    ],
)
def test_two_questions_come_apart(text: str, first: str, second: str) -> None:
    assert split_question(text) == (first, second)


@pytest.mark.parametrize(
    "text",
    [
        "kas ir sociālā inovācija un sociālā uzņēmējdarbība?",
        "mums ir ideja un kur tagad iet?",
        "kas ir prototips, un kas ir izmēģinājums, un kas ir mērogošana?",
        "kas un kā?",
        "kas?",
        "",
    ],
)
def test_one_question_three_or_half_of_one_stay_whole(text: str) -> None:
    assert split_question(text) is None
